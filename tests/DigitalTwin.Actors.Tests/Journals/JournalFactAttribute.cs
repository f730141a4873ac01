namespace DigitalTwin.Actors.Tests.Journals;

/// <summary>A test of every store; some need more than is on each machine.</summary>
public sealed class JournalFactAttribute : FactAttribute;

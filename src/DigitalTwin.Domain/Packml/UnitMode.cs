namespace DigitalTwin.Domain.Packml;

/// <summary>
/// <c>UnitModeCurrent</c> of ISA-TR88.00.02. Numbers 4 to 31 belong to the equipment's maker: they are kept as they are and have no name here.
/// </summary>
public enum UnitMode
{
    Undefined = 0,
    Production = 1,
    Maintenance = 2,
    Manual = 3,
}

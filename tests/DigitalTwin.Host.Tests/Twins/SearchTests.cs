using System.Globalization;
using DigitalTwin.Host.Twins.Search;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Host.Twins.Search.SearchExpression;

namespace DigitalTwin.Host.Tests.Twins;

public class SearchTests
{
    private static readonly DateTimeOffset Now = MadePlant.Morning.AddHours(1);

    private static readonly Dictionary<string, object[]> Robot = new()
    {
        ["id"] = [MadePlant.Robot], ["kind"] = ["machine"], ["name"] = ["Robot 1"], ["parent"] = [MadePlant.First], ["line"] = [MadePlant.Line], ["area"] = ["leipzig.body"],
        ["station"] = [MadePlant.First], ["state"] = ["Aborted"], ["since"] = [Now.AddMinutes(-20)], ["fault"] = [4711.0], ["flags"] = ["illegalTransition", "signalLost:state"],
        ["good"] = [40.0], ["reported.vibration"] = [3.2], ["reported.program"] = ["P-17"], ["quality.vibration"] = ["good"], ["desired.speedOverride"] = [100.0],
    };

    [Theory]
    [InlineData("state = Aborted and line = line1")]
    [InlineData("state = aborted AND line = leipzig.body.line1")]
    [InlineData("id = robot")]
    [InlineData("id ~ cell1 and kind = machine")]
    [InlineData("parent=cell1")]
    [InlineData("name = 'Robot 1' and name = \"robot 1\"")]
    [InlineData("fault > 4000 and fault <= 4711 and not fault < 4711")]
    [InlineData("state in (Held, Aborted) and state not in (Idle)")]
    [InlineData("flags = illegalTransition and flags ~ signalLost")]
    [InlineData("vehicle = ''")]
    [InlineData("mode != Production")]
    [InlineData("since < -15m and since > -1h and since > 2026-01-05T06:30Z and since <= now")]
    [InlineData("reported.vibration > 3 and reported.vibration = 3.2 and reported.program = p-17 and reported.absent = ''")]
    [InlineData("desired.speedOverride = 100 and quality.vibration != bad")]
    [InlineData("state = Idle or state = Aborted and good = 40")]
    [InlineData("(state = Idle or state = Aborted) and not (good != 40)")]
    public void A_search_finds_what_it_says(string text) => Assert.True(Matches(text));

    [Theory]
    [InlineData("line = body-1")]
    [InlineData("line = ine1")]
    [InlineData("line = ''")]
    [InlineData("flags != illegalTransition")]
    [InlineData("vehicle = WB1")]
    [InlineData("scrap < 10")]
    [InlineData("scrap > -1")]
    [InlineData("reported.program > 1")]
    [InlineData("state = Idle or state = Held and good = 40")]
    [InlineData("since > -15m")]
    [InlineData("not state = Aborted")]
    public void A_search_passes_over_what_it_does_not_say(string text) => Assert.False(Matches(text));

    [Theory]
    [InlineData("", "At 1: A search says something of twins")]
    [InlineData("stat = Idle", "At 1: There is no field 'stat'; there are id, kind,")]
    [InlineData("state Idle", "At 7: After 'state' one of = != < <= > >= ~ or in (…) is expected, not 'Idle'.")]
    [InlineData("state =", "At 8: A value is expected after '=', not the end.")]
    [InlineData("state = and", "At 9: A value is expected after '=', not 'and'; in quotes it would be one.")]
    [InlineData("state < Idle", "At 7: state has no order; compare it with =, !=, ~ or in.")]
    [InlineData("good ~ 4", "At 6: good is no text")]
    [InlineData("good = many", "At 8: 'many' is no number, and good is one.")]
    [InlineData("since > yesterday", "At 9: 'yesterday' is no time; write 2026-01-05T09:40Z")]
    [InlineData("state = \"Idle", "At 9: This quote is not closed.")]
    [InlineData("(state = Idle", "At 1: This parenthesis is not closed.")]
    [InlineData("state = Idle)", "At 13: ')' does not go on from what stands before it")]
    [InlineData("state = Idle line = line1", "At 14: 'line' does not go on from what stands before it; join conditions by and, or or.")]
    [InlineData("state in Idle", "At 10: After in a list in parentheses is expected")]
    [InlineData("state in (Idle", "At 10: This list is not closed.")]
    [InlineData("state ! Idle", "At 7: '!' alone says nothing; write != or not.")]
    public void What_is_wrong_is_told_with_its_place(string text, string told) => Assert.StartsWith(told, Faults(text)[0], StringComparison.Ordinal);

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once() =>
        Assert.Equal([1, 24, 42, 56], ((SearchReading.Invalid)SearchText.Read("colour = red or good > many and (since = soon or state < Idle)")).Faults.Select(fault => fault.At));

    [Fact]
    public void What_is_nested_too_deep_or_too_long_is_refused()
    {
        Assert.Contains("at most 50 deep", Faults(new string('(', 1_000))[0], StringComparison.Ordinal);
        Assert.Contains("at most 50 deep", Faults(string.Concat(Enumerable.Repeat("not ", 400)) + "state = Idle")[0], StringComparison.Ordinal);
        Assert.Contains("at most 2000 characters", Faults(new string('x', 2_001))[0], StringComparison.Ordinal);
    }

    private static readonly Gen<SearchValue> Values = from text in Gen.OneOf(
            Gen.Elements("Idle", "body-1", "and", "", "it's", "\"\\", "-15m", "now", "2026-01-05T09:40Z", "3.5", "a b", "in", "(", "größe"), ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""))
        select SearchText.Value(text.Length > 20 ? text[..20] : text);

    private static readonly Gen<SearchExpression> Conditions = Gen.OneOf<SearchExpression>(
        from name in Gen.Elements("id", "state", "flags", "line", "quality.x") from op in Gen.Elements(SearchOperator.Equal, SearchOperator.NotEqual, SearchOperator.Contains) from value in Values
        select (SearchExpression)new Comparison(SearchField.Find(name)!, op, value),
        from name in Gen.Elements("good", "fault", "reported.vibration") from op in Gen.Elements(SearchOperator.Less, SearchOperator.GreaterOrEqual, SearchOperator.Equal) from number in Gen.Choose(-99, 99)
        select (SearchExpression)new Comparison(SearchField.Find(name)!, op, SearchText.Value((number / 4.0).ToString(CultureInfo.InvariantCulture))),
        from values in Values.NonEmptyListOf() select (SearchExpression)new OneOf(SearchField.Find("state")!, values.Take(3).ToList()));

    private static Gen<SearchExpression> Expressions(int depth) => depth == 0 ? Conditions : Gen.OneOf(
        Conditions,
        from left in Expressions(depth - 1) from right in Expressions(depth - 1) select (SearchExpression)new And(left, right),
        from left in Expressions(depth - 1) from right in Expressions(depth - 1) select (SearchExpression)new Or(left, right),
        Expressions(depth - 1).Select(inner => (SearchExpression)new Not(inner)));

    [Fact]
    public void What_is_printed_reads_back_as_the_same() => Prop.ForAll(Arb.From(Expressions(4).Where(expression => expression.ToString().Length <= SearchText.Longest)), expression =>
    {
        SearchReading read = SearchText.Read(expression.ToString());
        return (read is SearchReading.Valid valid && Shape(valid.Expression) == Shape(expression)).Label($"{expression} reads as {read}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static readonly Gen<string> Anything = Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        Gen.Elements("state", "=", "!=", "<", "(", ")", ",", "\"", "'", "\\", "in", "not", "and", "or", "good", "12", "since", "-1h", "~", "!", "reported.", " ").ListOf().Select(parts => string.Join(' ', parts)));

    [Fact]
    public void No_text_is_too_strange_to_be_answered() => Prop.ForAll(Arb.From(Anything), text =>
    {
        SearchReading read = SearchText.Read(text);
        return read is SearchReading.Valid || (read is SearchReading.Invalid invalid && invalid.Faults.Count > 0 && invalid.Faults.All(fault => fault.At >= 1 && fault.At <= text.Length + 1));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static bool Matches(string text) => SearchText.Read(text) is SearchReading.Valid valid
        ? valid.Expression.Matches(field => Robot.GetValueOrDefault(field.Name) ?? [], Now)
        : throw new InvalidOperationException(string.Join(' ', Faults(text)));

    private static string[] Faults(string text) => [.. Assert.IsType<SearchReading.Invalid>(SearchText.Read(text)).Faults.Select(fault => fault.ToString())];

    /// <summary>Every expression in parentheses, so that what belongs together shows.</summary>
    private static string Shape(SearchExpression expression) => expression switch
    {
        And and => $"({Shape(and.Left)} & {Shape(and.Right)})",
        Or or => $"({Shape(or.Left)} | {Shape(or.Right)})",
        Not not => $"!({Shape(not.Inner)})",
        Comparison c => $"[{c.Field.Name} {c.Operator} <{c.Value.Written}>]",
        OneOf o => $"[{o.Field.Name} in {string.Join(';', o.Values.Select(value => $"<{value.Written}>"))}]",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

using System.Diagnostics;
using System.Globalization;

namespace DigitalTwin.Host.Twins.Search;

public enum SearchOperator { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Contains }

/// <summary>A condition on twins: <c>state = Aborted and line = line1</c>.</summary>
public abstract record SearchExpression
{
    private SearchExpression() { }

    public sealed record Comparison(SearchField Field, SearchOperator Operator, SearchValue Value) : SearchExpression;

    /// <param name="Values">At least one.</param>
    public sealed record OneOf(SearchField Field, IReadOnlyList<SearchValue> Values) : SearchExpression;

    public sealed record And(SearchExpression Left, SearchExpression Right) : SearchExpression;

    public sealed record Or(SearchExpression Left, SearchExpression Right) : SearchExpression;

    public sealed record Not(SearchExpression Inner) : SearchExpression;

    /// <param name="valuesOf">
    /// Texts, numbers (<see cref="double"/>) and times of a field; several for flags, none where the twin has nothing there.
    /// Nothing is equal to the empty text, and neither less nor greater than anything.
    /// </param>
    /// <param name="now">Plant time, from which relative times count back.</param>
    public bool Matches(Func<SearchField, IReadOnlyList<object>> valuesOf, DateTimeOffset now) => this switch
    {
        Comparison { Operator: SearchOperator.NotEqual } c => !c.Value.IsEqual(c.Field, valuesOf(c.Field), now),
        Comparison { Operator: SearchOperator.Equal } c => c.Value.IsEqual(c.Field, valuesOf(c.Field), now),
        Comparison { Operator: SearchOperator.Contains } c => valuesOf(c.Field).Any(value => SearchValue.Text(value).Contains(c.Value.Written, StringComparison.OrdinalIgnoreCase)),
        Comparison c => valuesOf(c.Field).Any(value => c.Value.Compare(value, now) is { } order && Fits(c.Operator, order)),
        OneOf o => valuesOf(o.Field) is var values && o.Values.Any(value => value.IsEqual(o.Field, values, now)),
        And and => and.Left.Matches(valuesOf, now) && and.Right.Matches(valuesOf, now),
        Or or => or.Left.Matches(valuesOf, now) || or.Right.Matches(valuesOf, now),
        Not not => !not.Inner.Matches(valuesOf, now),
        _ => throw new UnreachableException(),
    };

    /// <summary>As a person would write it; reads back as the same expression.</summary>
    public sealed override string ToString() => this switch
    {
        Comparison c => $"{c.Field.Name} {Symbol(c.Operator)} {c.Value}",
        OneOf o => $"{o.Field.Name} in ({string.Join(", ", o.Values)})",
        And and => $"{(and.Left is Or ? $"({and.Left})" : and.Left)} and {(and.Right is And or Or ? $"({and.Right})" : and.Right)}",
        Or or => $"{or.Left} or {(or.Right is Or ? $"({or.Right})" : or.Right)}",
        Not not => not.Inner is And or Or ? $"not ({not.Inner})" : $"not {not.Inner}",
        _ => throw new UnreachableException(),
    };

    public static string Symbol(SearchOperator op) => op switch
    {
        SearchOperator.Equal => "=",
        SearchOperator.NotEqual => "!=",
        SearchOperator.Less => "<",
        SearchOperator.LessOrEqual => "<=",
        SearchOperator.Greater => ">",
        SearchOperator.GreaterOrEqual => ">=",
        SearchOperator.Contains => "~",
        _ => throw new UnreachableException(),
    };

    private static bool Fits(SearchOperator op, int order) => op switch
    {
        SearchOperator.Less => order < 0,
        SearchOperator.LessOrEqual => order <= 0,
        SearchOperator.Greater => order > 0,
        SearchOperator.GreaterOrEqual => order >= 0,
        _ => throw new UnreachableException(),
    };
}

/// <summary>What a comparison compares with.</summary>
/// <param name="Written">As it was written, without quotes.</param>
/// <param name="Number">Where it reads as a number.</param>
/// <param name="Time">Where it reads as a time.</param>
/// <param name="BeforeNow">Where it reads as a time before now, <c>-15m</c>.</param>
public sealed record SearchValue(string Written, double? Number, DateTimeOffset? Time, TimeSpan? BeforeNow)
{
    internal static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    internal bool IsEqual(SearchField field, IReadOnlyList<object> values, DateTimeOffset now) => values.Count == 0
        ? Written.Length == 0
        : values.Any(value => value is string text ? IsText(field, text) : Compare(value, now) == 0);

    /// <returns>Null where the two have no order.</returns>
    internal int? Compare(object value, DateTimeOffset now) => value switch
    {
        double number when Number is { } other && !double.IsNaN(number) => number.CompareTo(other),
        DateTimeOffset time when (Time ?? now - BeforeNow) is { } other => time.CompareTo(other),
        _ => null,
    };

    /// <summary>An id is also known by its last part: <c>line1</c> is <c>leipzig.body.line1</c>.</summary>
    private bool IsText(SearchField field, string text) =>
        string.Equals(text, Written, StringComparison.OrdinalIgnoreCase)
        || (field.Type == SearchType.Id && text.Length > Written.Length && Written.Length > 0
            && text[^(Written.Length + 1)] == '.' && text.EndsWith(Written, StringComparison.OrdinalIgnoreCase));

    public override string ToString() => SearchText.IsBare(Written) ? Written : SearchText.Quote(Written);
}

using System.Globalization;
using System.Text.RegularExpressions;
using static DigitalTwin.Host.Twins.Search.SearchExpression;

namespace DigitalTwin.Host.Twins.Search;

/// <param name="At">Character of the text, from 1.</param>
public sealed record SearchFault(int At, string Reason)
{
    public override string ToString() => $"At {At}: {Reason}";
}

/// <summary>What became of the text of a search.</summary>
public abstract record SearchReading
{
    private SearchReading() { }

    public sealed record Valid(SearchExpression Expression) : SearchReading;

    /// <param name="Faults">All that were found, at least one, in the order of the text.</param>
    public sealed record Invalid(IReadOnlyList<SearchFault> Faults) : SearchReading;
}

/// <summary>
/// Reads <c>state = Aborted and line = line1</c>. In words: comparisons with <c>= != &lt; &lt;= &gt; &gt;= ~</c> or <c>in (…)</c>, joined by
/// <c>and</c>, <c>or</c> and <c>not</c> (which bind in the order not, and, or) and by parentheses. A value with blanks or signs of this
/// language in it stands in quotes, <c>"…"</c> or <c>'…'</c>, in which \ makes the next character plain.
/// </summary>
public static partial class SearchText
{
    public const int Longest = 2000;

    /// <summary>Of parentheses and nots; nobody writes more, and reading them must not take all of the stack.</summary>
    private const int Deepest = 50;

    private const string Signs = "()=!<>~,\"'";

    private static readonly string[] Words = ["and", "or", "not", "in"];

    public static SearchReading Read(string text)
    {
        if (text.Length > Longest)
            return new SearchReading.Invalid([new SearchFault(Longest + 1, $"A search has at most {Longest} characters; this has {text.Length}.")]);
        var reader = new Reader(text);
        SearchExpression? expression = reader.Whole();
        if (reader.TooDeep is { } deep)
            return new SearchReading.Invalid([deep]);
        return expression is null || reader.Faults.Count > 0 ? new SearchReading.Invalid([.. reader.Faults.OrderBy(fault => fault.At)]) : new SearchReading.Valid(expression);
    }

    internal static bool IsBare(string word) =>
        word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || Signs.Contains(c, StringComparison.Ordinal)) && !Words.Contains(word, StringComparer.OrdinalIgnoreCase);

    internal static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>A value as written, and all that it reads as.</summary>
    public static SearchValue Value(string written) => new(
        written,
        double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null,
        IsoDate().IsMatch(written) && DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time : null,
        written == "now" ? TimeSpan.Zero : Span(written));

    private static TimeSpan? Span(string written)
    {
        Match match = BeforeNow().Match(written);
        if (!match.Success || written.Length < 2)
            return null;
        double seconds = Part("d") * 86_400 + Part("h") * 3_600 + Part("m") * 60 + Part("s");
        return seconds <= 100 * 366 * 86_400.0 ? TimeSpan.FromSeconds(seconds) : null;

        double Part(string unit) => match.Groups[unit] is { Success: true } group ? double.Parse(group.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(T|\z)", RegexOptions.CultureInvariant)]
    private static partial Regex IsoDate();

    [GeneratedRegex(@"^-(?:(?<d>[0-9]+(?:\.[0-9]+)?)d)?(?:(?<h>[0-9]+(?:\.[0-9]+)?)h)?(?:(?<m>[0-9]+(?:\.[0-9]+)?)m)?(?:(?<s>[0-9]+(?:\.[0-9]+)?)s)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex BeforeNow();

    private enum Kind { Word, Quoted, Operator, Open, Close, Comma, End }

    /// <param name="At">From 1.</param>
    private readonly record struct Token(Kind Kind, string Text, int At)
    {
        public bool Is(string word) => Kind == Kind.Word && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);

        public string Shown => Kind == Kind.End ? "the end" : $"'{Text}'";
    }

    /// <summary>Recursive descent; what is wrong is told and passed over, so that one reading tells of everything.</summary>
    private sealed class Reader
    {
        private readonly List<Token> tokens = [];
        private int next;
        private int depth;

        public Reader(string text) => Split(text);

        public List<SearchFault> Faults { get; } = [];

        /// <summary>What comes after it was not read.</summary>
        public SearchFault? TooDeep { get; private set; }

        private Token Here => tokens[next];

        public SearchExpression? Whole()
        {
            if (Here.Kind == Kind.End)
            {
                Fault(Here, "A search says something of twins, such as: state = Aborted and line = line1.");
                return null;
            }

            SearchExpression? read = Either();
            while (Here.Kind != Kind.End)
            {
                Token stray = Here;
                Fault(stray, $"{stray.Shown} does not go on from what stands before it; join conditions by and, or or.");
                next++;
                if (stray.Kind != Kind.Close)
                    PassOver();
                if (Here.Is("and") || Here.Is("or"))
                    next++;
                if (Here.Kind != Kind.End)
                    Either();
            }

            return read;
        }

        private SearchExpression? Either() => Joined("or", Both, (left, right) => new Or(left, right));

        private SearchExpression? Both() => Joined("and", One, (left, right) => new And(left, right));

        private SearchExpression? Joined(string word, Func<SearchExpression?> part, Func<SearchExpression, SearchExpression, SearchExpression> join)
        {
            SearchExpression? left = part();
            while (Here.Is(word))
            {
                next++;
                SearchExpression? right = part();
                left = left is null || right is null ? null : join(left, right);
            }

            return left;
        }

        private SearchExpression? One()
        {
            if (depth == Deepest)
            {
                TooDeep ??= new SearchFault(Here.At, $"Parentheses and nots are at most {Deepest} deep.");
                next = tokens.Count - 1;
                return null;
            }

            depth++;
            SearchExpression? read = Here.Is("not") ? Negated() : Here.Kind == Kind.Open ? Grouped() : Condition();
            depth--;
            return read;
        }

        private Not? Negated()
        {
            next++;
            return One() is { } inner ? new Not(inner) : null;
        }

        private SearchExpression? Grouped()
        {
            Token open = tokens[next++];
            SearchExpression? inner = Either();
            if (Here.Kind == Kind.Close)
                next++;
            else
                Fault(open, "This parenthesis is not closed.");
            return inner;
        }

        private SearchExpression? Condition()
        {
            Token name = Here;
            if (name.Kind is not (Kind.Word or Kind.Quoted) || Words.Contains(name.Text, StringComparer.OrdinalIgnoreCase) && name.Kind == Kind.Word)
            {
                Fault(name, $"A field is expected here, not {name.Shown}; there are {SearchField.Known}.");
                PassOver();
                return null;
            }

            next++;
            SearchField? field = SearchField.Find(name.Text);
            if (field is null)
                Fault(name, $"There is no field '{name.Text}'; there are {SearchField.Known}.");
            bool negated = Here.Is("not") && tokens[next + 1].Is("in");
            if (negated)
                next++;
            if (Here.Is("in"))
            {
                next++;
                SearchExpression? list = List(field);
                return negated && list is not null ? new Not(list) : list;
            }

            Token sign = Here;
            if (sign.Kind != Kind.Operator)
            {
                Fault(sign, $"After '{name.Text}' one of = != < <= > >= ~ or in (…) is expected, not {sign.Shown}.");
                PassOver();
                return null;
            }

            next++;
            SearchOperator op = Array.Find(Enum.GetValues<SearchOperator>(), known => Symbol(known) == sign.Text);
            SearchValue? value = ReadValue(field, op, sign);
            return field is null || value is null ? null : new Comparison(field, op, value);
        }

        private OneOf? List(SearchField? field)
        {
            Token open = Here;
            if (open.Kind != Kind.Open)
            {
                Fault(open, $"After in a list in parentheses is expected, such as (Held, Aborted), not {open.Shown}.");
                PassOver();
                return null;
            }

            var values = new List<SearchValue>();
            bool whole = true;
            do
            {
                next++;
                SearchValue? value = ReadValue(field, SearchOperator.Equal, open);
                whole &= value is not null;
                if (value is not null)
                    values.Add(value);
            }
            while (Here.Kind == Kind.Comma);

            if (Here.Kind == Kind.Close)
                next++;
            else
                Fault(open, "This list is not closed.");
            return field is not null && whole && values.Count > 0 ? new OneOf(field, values) : null;
        }

        private SearchValue? ReadValue(SearchField? field, SearchOperator op, Token after)
        {
            Token written = Here;
            if (written.Kind is not (Kind.Word or Kind.Quoted) || (written.Kind == Kind.Word && Words.Contains(written.Text, StringComparer.OrdinalIgnoreCase)))
            {
                Fault(written, $"A value is expected after '{after.Text}', not {written.Shown}{(written.Kind == Kind.Word ? "; in quotes it would be one" : "")}.");
                return null;
            }

            next++;
            SearchValue value = Value(written.Text);
            bool ordered = op is SearchOperator.Less or SearchOperator.LessOrEqual or SearchOperator.Greater or SearchOperator.GreaterOrEqual;
            string? fault = field?.Type switch
            {
                SearchType.Text or SearchType.Id when ordered => $"{field.Name} has no order; compare it with =, !=, ~ or in.",
                SearchType.Number or SearchType.Time when op == SearchOperator.Contains => $"{field.Name} is no text; compare it with =, !=, <, <=, > or >=.",
                SearchType.Any when ordered && value.Number is null => $"'{written.Text}' is no number; signals have an order by numbers alone.",
                SearchType.Number when value.Number is null && written.Text.Length > 0 => $"'{written.Text}' is no number, and {field.Name} is one.",
                SearchType.Time when value.Time is null && value.BeforeNow is null && written.Text.Length > 0 => $"'{written.Text}' is no time; write 2026-01-05T09:40Z, now, or -15m, -1h30m, -2d before the plant's now.",
                _ => null,
            };
            if (fault is null)
                return value;
            Fault(fault.StartsWith('\'') ? written : after, fault);
            return null;
        }

        /// <summary>To where another condition may begin.</summary>
        private void PassOver()
        {
            while (Here.Kind is not (Kind.End or Kind.Close) && !Here.Is("and") && !Here.Is("or"))
                next++;
        }

        private void Fault(Token at, string reason) => Faults.Add(new SearchFault(at.At, reason));

        private void Split(string text)
        {
            for (int i = 0; i < text.Length;)
            {
                char c = text[i];
                if (char.IsWhiteSpace(c))
                    i++;
                else if (c is '(' or ')' or ',')
                    tokens.Add(new Token(c == '(' ? Kind.Open : c == ')' ? Kind.Close : Kind.Comma, $"{c}", ++i));
                else if (c is '"' or '\'')
                    i = SplitQuoted(text, i);
                else if (Signs.Contains(c, StringComparison.Ordinal))
                    i = SplitOperator(text, i);
                else
                    i = SplitWord(text, i);
            }

            tokens.Add(new Token(Kind.End, "", text.Length + 1));
        }

        private int SplitWord(string text, int from)
        {
            int to = from;
            while (to < text.Length && !char.IsWhiteSpace(text[to]) && !Signs.Contains(text[to], StringComparison.Ordinal))
                to++;
            tokens.Add(new Token(Kind.Word, text[from..to], from + 1));
            return to;
        }

        private int SplitOperator(string text, int from)
        {
            int length = from + 1 < text.Length && text[from + 1] == '=' && text[from] is '!' or '<' or '>' ? 2 : 1;
            string sign = text.Substring(from, length);
            if (sign == "!")
                Faults.Add(new SearchFault(from + 1, "'!' alone says nothing; write != or not."));
            else
                tokens.Add(new Token(Kind.Operator, sign, from + 1));
            return from + length;
        }

        private int SplitQuoted(string text, int from)
        {
            var content = new System.Text.StringBuilder();
            for (int i = from + 1; i < text.Length; i++)
            {
                if (text[i] == text[from])
                {
                    tokens.Add(new Token(Kind.Quoted, content.ToString(), from + 1));
                    return i + 1;
                }

                if (text[i] == '\\' && i + 1 < text.Length)
                    i++;
                content.Append(text[i]);
            }

            Faults.Add(new SearchFault(from + 1, "This quote is not closed."));
            tokens.Add(new Token(Kind.Quoted, content.ToString(), from + 1));
            return text.Length;
        }
    }
}

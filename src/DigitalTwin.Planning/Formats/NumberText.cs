using System.Globalization;

namespace DigitalTwin.Planning.Formats;

/// <summary>
/// A text of numbers apart by white space, as most public instances are: read in order, with the line of each.
/// The first thing that does not fit ends the reading, since what comes after it would be guessed; so a reader asks for all it wants and looks at <see cref="Fault"/> at its end.
/// </summary>
public sealed class NumberText(string file, string text)
{
    private int position;
    private int line = 1;

    /// <summary>The first thing that did not fit; from then on every number is 0.</summary>
    public InputFault? Fault { get; private set; }

    public bool IsWhole => Fault is null;

    /// <summary>The line of what comes next.</summary>
    public int Line
    {
        get
        {
            SkipSpace();
            return line;
        }
    }

    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return position == text.Length;
        }
    }

    /// <summary>True where nothing but white space is left on the line that the last number stood on.</summary>
    public bool AtEndOfLine
    {
        get
        {
            for (var ahead = position; ahead < text.Length && text[ahead] is not '\n'; ahead++)
                if (!char.IsWhiteSpace(text[ahead])) return false;
            return true;
        }
    }

    /// <summary>The next whole number.</summary>
    /// <param name="what">What stands there by the format: part of the fault's sentence.</param>
    public int Whole(string what, int least = 0, int most = int.MaxValue)
    {
        var word = Next();
        if (!IsWhole) return 0;
        if (int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        var range = most == int.MaxValue ? $"a whole number of {least} or more" : $"a whole number from {least} to {most}";
        Refuse($"{range} was expected ({what}), {Said(word)}");
        return 0;
    }

    /// <summary>The next number, with or without a fraction.</summary>
    public double Real(string what, double least = 0)
    {
        var word = Next();
        if (!IsWhole) return 0;
        if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && number >= least) return number;
        Refuse($"a number of {least.ToString(CultureInfo.InvariantCulture)} or more was expected ({what}), {Said(word)}");
        return 0;
    }

    /// <summary>The rest of the line, without the space around it.</summary>
    public string RestOfLine()
    {
        var end = text.IndexOf('\n', position);
        if (end < 0) end = text.Length;
        var rest = text[position..end].Trim();
        position = end;
        return rest;
    }

    /// <summary>These words, apart by white space.</summary>
    public void Word(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            var next = Next();
            if (IsWhole && !next.SequenceEqual(word)) Refuse($"'{word}' was expected, {Said(next)}");
        }
    }

    /// <summary>What the next line says up to its colon, which is taken in; the whole line where it has none; empty at the end.</summary>
    public string HeadingOfLine()
    {
        SkipSpace();
        var start = position;
        while (position < text.Length && text[position] is not '\n' and not ':') position++;
        if (position < text.Length && text[position] is ':') position++;
        return text[start..position].TrimEnd();
    }

    /// <summary>Nothing may come any more.</summary>
    public void End()
    {
        if (IsWhole && !AtEnd) Refuse($"the end of the file was expected, {Said(Next())}");
    }

    /// <summary>For what a reader finds wrong itself: at the line of the last number.</summary>
    public void Refuse(string expected) => Fault ??= new InputFault(file, line, expected);

    private static string Said(ReadOnlySpan<char> word) => word.IsEmpty ? "but the file ends here" : $"'{word}' stands there";

    private ReadOnlySpan<char> Next()
    {
        SkipSpace();
        var start = position;
        while (position < text.Length && !char.IsWhiteSpace(text[position])) position++;
        return text.AsSpan(start, position - start);
    }

    private void SkipSpace()
    {
        for (; position < text.Length && char.IsWhiteSpace(text[position]); position++)
            if (text[position] is '\n') line++;
    }
}

using System.Collections.Immutable;
using Google.OrTools.Sat;

namespace DigitalTwin.Planning.CpSat;

/// <summary>An integer variable of a <see cref="CpModel"/>.</summary>
/// <param name="Variable">Its place among the model's variables.</param>
public readonly record struct CpInt(int Variable)
{
    public static CpLinear operator +(CpInt left, CpLinear right) => (CpLinear)left + right;

    public static CpLinear operator -(CpInt left, CpLinear right) => (CpLinear)left - right;

    public static CpLinear operator *(long factor, CpInt variable) => factor * (CpLinear)variable;
}

/// <summary>A yes or no of a <see cref="CpModel"/>; counts 1 for yes in a sum.</summary>
/// <param name="Literal">Its place among the model's variables; of its opposite -1 less that.</param>
public readonly record struct CpBool(int Literal)
{
    public static CpBool operator !(CpBool literal) => new(-1 - literal.Literal);

    public static CpLinear operator *(long factor, CpBool literal) => factor * (CpLinear)literal;
}

/// <summary>A weighted sum of variables and a number.</summary>
public sealed class CpLinear
{
    private readonly ImmutableArray<(int Variable, long Factor)> terms;

    private CpLinear(ImmutableArray<(int, long)> terms, long offset)
    {
        this.terms = terms;
        Offset = offset;
    }

    public long Offset { get; }

    public static implicit operator CpLinear(long number) => new([], number);

    public static implicit operator CpLinear(CpInt variable) => new([(variable.Variable, 1)], 0);

    public static implicit operator CpLinear(CpBool literal) =>
        literal.Literal >= 0 ? new([(literal.Literal, 1)], 0) : new([((!literal).Literal, -1)], 1);

    public static CpLinear operator +(CpLinear left, CpLinear right) => new([.. left.terms, .. right.terms], left.Offset + right.Offset);

    public static CpLinear operator -(CpLinear left, CpLinear right) => left + -1 * right;

    public static CpLinear operator *(long factor, CpLinear sum) => new([.. sum.terms.Select(term => (term.Variable, factor * term.Factor))], factor * sum.Offset);

    public static CpLinear Sum(IEnumerable<CpLinear> parts)
    {
        var all = parts.ToList();
        return new([.. all.SelectMany(part => part.terms)], all.Sum(part => part.Offset));
    }

    public static CpLinear Sum(IEnumerable<CpBool> literals) => Sum(literals.Select(literal => (CpLinear)literal));

    /// <returns>Each variable once, in the order of the model, none with a factor of 0: the solver takes an expression of two terms of one variable for one of two.</returns>
    internal (int Variable, long Factor)[] Terms() =>
        [.. terms.GroupBy(term => term.Variable, (variable, same) => (Variable: variable, Factor: same.Sum(term => term.Factor))).Where(term => term.Factor != 0).OrderBy(term => term.Variable)];

    internal LinearExpressionProto ToProto()
    {
        var written = Terms();
        return new() { Vars = { written.Select(term => term.Variable) }, Coeffs = { written.Select(term => term.Factor) }, Offset = Offset };
    }
}

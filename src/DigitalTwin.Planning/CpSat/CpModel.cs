using Google.OrTools.Sat;
using Google.Protobuf;

namespace DigitalTwin.Planning.CpSat;

/// <summary>Something that lasts, and may be left out. Of a <see cref="CpModel"/>.</summary>
/// <param name="Constraint">Its place among the model's constraints.</param>
/// <param name="Start">Holds a value also where it is left out; one that means nothing.</param>
public sealed record CpInterval(int Constraint, CpLinear Start, CpLinear End);

/// <summary>A rule of a <see cref="CpModel"/>.</summary>
public readonly record struct CpRule(ConstraintProto Written)
{
    /// <summary>The rule holds where all of these do. The solver has this for sums, <see cref="CpModel.AnyOf"/> and <see cref="CpModel.AllOf"/>.</summary>
    public CpRule OnlyIf(params ReadOnlySpan<CpBool> literals)
    {
        foreach (var literal in literals) Written.EnforcementLiteral.Add(literal.Literal);
        return this;
    }
}

/// <summary>
/// A model for CP-SAT, written down as its <c>CpModelProto</c> while it is stated. The same calls in the same order give the same bytes.
/// Variables and rules keep their names, so that an explanation can use the words of the plant. Not for two threads.
/// </summary>
public sealed class CpModel(string name)
{
    private readonly CpModelProto proto = new() { Name = name };

    /// <param name="from">The least value.</param>
    /// <param name="to">The greatest value.</param>
    public CpInt Number(long from, long to, string name) => new(AddVariable([from, to], name));

    /// <param name="ranges">From, to, from, to, …: ascending and apart. What lies between is no value: a break, a closed shift.</param>
    public CpInt NumberWithin(ReadOnlySpan<long> ranges, string name) => new(AddVariable(ranges, name));

    public CpBool Bool(string name) => new(AddVariable([0, 1], name));

    /// <param name="present">Where it does not hold, the interval is left out: it takes no room and its times need not fit; null: it is always there.</param>
    public CpInterval Interval(CpLinear start, CpLinear length, CpLinear end, string name, CpBool? present = null)
    {
        var rule = Add(new() { Name = name, Interval = new() { Start = start.ToProto(), Size = length.ToProto(), End = end.ToProto() } });
        if (present is { } literal) rule.OnlyIf(literal);
        return new(proto.Constraints.Count - 1, start, end);
    }

    public CpInterval Interval(CpInt start, long length, string name, CpBool? present = null) => Interval(start, length, start + length, name, present);

    /// <summary>No two of them at a time: one machine.</summary>
    public CpRule NoOverlap(IEnumerable<CpInterval> intervals, string name) =>
        Add(new() { Name = name, NoOverlap = new() { Intervals = { intervals.Select(interval => interval.Constraint) } } });

    /// <summary>At each time the demands of those that run are at most <paramref name="capacity"/> together.</summary>
    public CpRule Cumulative(CpLinear capacity, IReadOnlyCollection<(CpInterval Interval, CpLinear Demand)> uses, string name) => Add(new()
    {
        Name = name,
        Cumulative = new()
        {
            Capacity = capacity.ToProto(), Intervals = { uses.Select(use => use.Interval.Constraint) }, Demands = { uses.Select(use => use.Demand.ToProto()) },
        },
    });

    /// <summary>The arcs that hold make one round trip through every node; a node with an arc to itself may be left out by taking that.</summary>
    public CpRule Circuit(IReadOnlyCollection<(int From, int To, CpBool Taken)> arcs, string name) => Add(new()
    {
        Name = name,
        Circuit = new() { Tails = { arcs.Select(arc => arc.From) }, Heads = { arcs.Select(arc => arc.To) }, Literals = { arcs.Select(arc => arc.Taken.Literal) } },
    });

    /// <summary><paramref name="sum"/> from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public CpRule Within(CpLinear sum, long from, long to, string name) => AddLinear(sum, from - sum.Offset, to - sum.Offset, name);

    public CpRule AtMost(CpLinear left, CpLinear right, string name)
    {
        var sum = left - right;
        return AddLinear(sum, long.MinValue, -sum.Offset, name);
    }

    public CpRule AtLeast(CpLinear left, CpLinear right, string name) => AtMost(right, left, name);

    public CpRule Equal(CpLinear left, CpLinear right, string name) => Within(left - right, 0, 0, name);

    public CpRule ExactlyOne(IEnumerable<CpBool> literals, string name) => Add(new() { Name = name, ExactlyOne = Literals(literals) });

    public CpRule AtMostOne(IEnumerable<CpBool> literals, string name) => Add(new() { Name = name, AtMostOne = Literals(literals) });

    public CpRule AnyOf(IEnumerable<CpBool> literals, string name) => Add(new() { Name = name, BoolOr = Literals(literals) });

    public CpRule AllOf(IEnumerable<CpBool> literals, string name) => Add(new() { Name = name, BoolAnd = Literals(literals) });

    /// <summary><paramref name="target"/> is the greatest of <paramref name="parts"/>.</summary>
    public CpRule Greatest(CpLinear target, IEnumerable<CpLinear> parts, string name) =>
        Add(new() { Name = name, LinMax = new() { Target = target.ToProto(), Exprs = { parts.Select(part => part.ToProto()) } } });

    /// <summary><paramref name="target"/> is the one of <paramref name="values"/> that stands at <paramref name="index"/>, counted from 0.</summary>
    public CpRule Element(CpLinear index, IEnumerable<CpLinear> values, CpLinear target, string name) =>
        Add(new() { Name = name, Element = new() { LinearIndex = index.ToProto(), LinearTarget = target.ToProto(), Exprs = { values.Select(value => value.ToProto()) } } });

    /// <summary>The one goal of the model; the last call counts.</summary>
    public void Minimise(CpLinear sum)
    {
        var terms = sum.Terms();
        proto.Objective = new() { Vars = { terms.Select(term => term.Variable) }, Coeffs = { terms.Select(term => term.Factor) }, Offset = sum.Offset };
    }

    /// <summary>Where the search may begin: the plan that stands. Hints that break rules cost time and nothing else. Each variable at most once.</summary>
    public void Hint(CpInt variable, long value) => AddHint(variable.Variable, value);

    public void Hint(CpBool literal, bool value)
    {
        if (literal.Literal < 0) AddHint((!literal).Literal, value ? 0 : 1);
        else AddHint(literal.Literal, value ? 1 : 0);
    }

    public byte[] ToBytes() => proto.ToByteArray();

    private static BoolArgumentProto Literals(IEnumerable<CpBool> literals) => new() { Literals = { literals.Select(literal => literal.Literal) } };

    private int AddVariable(ReadOnlySpan<long> domain, string name)
    {
        var variable = new IntegerVariableProto { Name = name };
        foreach (var bound in domain) variable.Domain.Add(bound);
        proto.Variables.Add(variable);
        return proto.Variables.Count - 1;
    }

    private CpRule AddLinear(CpLinear sum, long from, long to, string name)
    {
        var terms = sum.Terms();
        return Add(new() { Name = name, Linear = new() { Vars = { terms.Select(term => term.Variable) }, Coeffs = { terms.Select(term => term.Factor) }, Domain = { from, to } } });
    }

    private CpRule Add(ConstraintProto rule)
    {
        proto.Constraints.Add(rule);
        return new(rule);
    }

    private void AddHint(int variable, long value)
    {
        proto.SolutionHint ??= new();
        proto.SolutionHint.Vars.Add(variable);
        proto.SolutionHint.Values.Add(value);
    }
}

using System.Numerics;

namespace DigitalTwin.Planning.Sequences;

/// <summary>
/// A sequence under search: what a move would cost, and the move.
/// </summary>
/// <remarks>
/// A million moves a second are wanted, and nearly all are refused; so asking must be cheap, and only doing may cost. Walking the windows around both places of a swap costs twice the
/// window's length for every ratio. But the violation of a window changes by one or not at all when one vehicle is exchanged: it grows where the window is full (it has its most),
/// and shrinks where it is over. So each ratio keeps two rows of bits over its windows, full and over, and a third over positions, has: a swap or an insertion is then a few population counts.
/// Goals are weighted so that the smallest step of one outweighs everything below it: one number orders the vectors.
/// Positions count from the first vehicle of the day before. A window is known by the position it begins at; those that do not count are never full and never over.
/// </remarks>
internal sealed class SequenceState
{
    private readonly int ratios, words, fixedLength, length, limit;
    private readonly int[] order, colors, classColors;
    private readonly ulong[] classBits;
    private readonly int[] most, window, first, last;
    private readonly long[] weights;
    private readonly long paintWeight;
    private readonly int[] counts;
    private readonly ulong[] full, over, has;
    private readonly bool[] limitMatters;
    private readonly int[] moved;
    private readonly PlaceWish?[]? wishes;

    /// <param name="start">Class of every position, the day before included.</param>
    public SequenceState(SequenceShape shape, ReadOnlySpan<int> start)
    {
        (ratios, length, fixedLength, limit) = (shape.Ratios, shape.Length, shape.FixedLength, shape.Limit);
        (classColors, classBits, most, window, first, last) = (shape.ClassColors, shape.ClassBits, shape.Most, shape.Window, shape.First, shape.Last);
        (weights, paintWeight, limitMatters) = (shape.RatioWeights, shape.PaintWeight, shape.LimitMatters);
        wishes = shape.Wishes;
        words = length / 64 + 3;
        (order, colors, moved) = (new int[length], new int[length], new int[length]);
        counts = new int[ratios * length];
        (full, over, has) = (new ulong[ratios * words], new ulong[ratios * words], new ulong[ratios * words]);
        Restart(start);
    }

    /// <summary>The weighted sum of the goals.</summary>
    public long Cost { get; private set; }

    public ReadOnlySpan<int> Order => order;

    public int ColorAt(int position) => colors[position];

    public ulong BitsAt(int position) => classBits[order[position]];

    /// <summary>Whether the vehicle at the position is counted by a window that is over.</summary>
    public bool IsInTrouble(int position)
    {
        for (var bits = classBits[order[position]]; bits != 0; bits &= bits - 1)
        {
            var ratio = BitOperations.TrailingZeroCount(bits);
            if (Count(over, ratio, position - window[ratio] + 1, position) > 0) return true;
        }
        return false;
    }

    public void Restart(ReadOnlySpan<int> start)
    {
        start.CopyTo(order);
        Array.Clear(full);
        Array.Clear(over);
        Array.Clear(has);
        for (var position = 0; position < length; position++) colors[position] = classColors[order[position]];
        Cost = 0;
        for (var position = fixedLength; position < length; position++) Cost += Wish(order[position], position);
        for (var position = Math.Max(1, fixedLength); position < length; position++)
            if (colors[position] != colors[position - 1]) Cost += paintWeight;
        for (var ratio = 0; ratio < ratios; ratio++)
        {
            for (var position = 0; position < length; position++)
                if ((classBits[order[position]] >> ratio & 1) != 0) has[ratio * words + (position >> 6)] |= 1UL << (position & 63);
            for (var begin = first[ratio]; begin <= last[ratio]; begin++)
            {
                var count = Count(has, ratio, begin, Math.Min(length, begin + window[ratio]) - 1);
                SetCount(ratio, begin, count);
                Cost += weights[ratio] * Math.Max(0, count - most[ratio]);
            }
        }
    }

    /// <returns>By how much <see cref="Cost"/> would change if the two positions changed vehicles; <see cref="long.MaxValue"/> where a paint batch would get too long.</returns>
    public long Swap(int left, int right)
    {
        unchecked
        {
            if (left > right) (left, right) = (right, left);
            var (a, b) = (order[left], order[right]);
            var delta = 0L;
            for (var bits = classBits[a] ^ classBits[b]; bits != 0; bits &= bits - 1)
            {
                var ratio = BitOperations.TrailingZeroCount(bits);
                var size = window[ratio];
                var (lowTo, highFrom) = (Math.Min(left, right - size), Math.Max(left + 1, right - size + 1));
                var change = (classBits[a] >> ratio & 1) != 0
                    ? Count(full, ratio, highFrom, right) - Count(over, ratio, left - size + 1, lowTo)
                    : Count(full, ratio, left - size + 1, lowTo) - Count(over, ratio, highFrom, right);
                delta += change * weights[ratio];
            }
            if (wishes is not null) delta += Wish(a, right) + Wish(b, left) - Wish(a, left) - Wish(b, right);
            var (colorA, colorB) = (colors[left], colors[right]);
            if (colorA == colorB) return delta;
            var before = Links(left, right);
            (colors[left], colors[right]) = (colorB, colorA);
            delta += (Links(left, right) - before) * paintWeight;
            var fits = RunFits(left) && RunFits(right);
            (colors[left], colors[right]) = (colorA, colorB);
            return fits ? delta : long.MaxValue;
        }
    }

    public void DoSwap(int left, int right, long delta)
    {
        unchecked
        {
            if (left > right) (left, right) = (right, left);
            var (a, b) = (order[left], order[right]);
            for (var bits = classBits[a] ^ classBits[b]; bits != 0; bits &= bits - 1)
            {
                var ratio = BitOperations.TrailingZeroCount(bits);
                var step = (classBits[a] >> ratio & 1) != 0 ? 1 : -1;
                var size = window[ratio];
                for (var begin = Math.Max(first[ratio], left - size + 1); begin <= Math.Min(left, right - size); begin++) SetCount(ratio, begin, counts[ratio * length + begin] - step);
                for (var begin = Math.Max(left + 1, right - size + 1); begin <= Math.Min(right, last[ratio]); begin++) SetCount(ratio, begin, counts[ratio * length + begin] + step);
                has[ratio * words + (left >> 6)] ^= 1UL << (left & 63);
                has[ratio * words + (right >> 6)] ^= 1UL << (right & 63);
            }
            (order[left], order[right]) = (b, a);
            (colors[left], colors[right]) = (colors[right], colors[left]);
            Cost += delta;
        }
    }

    /// <summary>The same for taking the vehicle out of one position and putting it in at another: those between move up by one.</summary>
    public long Insert(int from, int to)
    {
        unchecked
        {
            var delta = 0L;
            var bits = classBits[order[from]];
            for (var ratio = 0; ratio < ratios; ratio++, bits >>= 1)
            {
                var change = from < to ? InsertLater(ratio, from, to, (bits & 1) != 0) : InsertEarlier(ratio, from, to, (bits & 1) != 0);
                delta += change * weights[ratio];
            }
            var (low, high) = (Math.Min(from, to), Math.Max(from, to));
            if (wishes is not null)
            {
                delta += Wish(order[from], to) - Wish(order[from], from);
                for (var position = low; position <= high; position++)
                    if (position != from) delta += Wish(order[position], from < to ? position - 1 : position + 1) - Wish(order[position], position);
            }
            var before = EndLinks(low, high) + (from < to ? Link(low + 1) : Link(high));
            Rotate(colors, from, to);
            delta += (EndLinks(low, high) + (from < to ? Link(high) : Link(low + 1)) - before) * paintWeight;
            var fits = RunFits(to) && RunFits(from);
            Rotate(colors, to, from);
            return fits ? delta : long.MaxValue;
        }
    }

    public void DoInsert(int from, int to, long delta)
    {
        order.AsSpan().CopyTo(moved);
        Rotate(moved, from, to);
        Rewrite(Math.Min(from, to), Math.Max(from, to), delta);
    }

    /// <summary>The same for turning a part of the sequence around.</summary>
    public long Reverse(int left, int right)
    {
        order.AsSpan(left, right - left + 1).CopyTo(moved.AsSpan(left));
        moved.AsSpan(left, right - left + 1).Reverse();
        return Planned(left, right);
    }

    /// <summary>The same for mixing a part of the sequence.</summary>
    public long Mix(int left, int right, Search.Draw draw)
    {
        order.AsSpan(left, right - left + 1).CopyTo(moved.AsSpan(left));
        draw.Shuffle(moved.AsSpan(left, right - left + 1));
        return Planned(left, right);
    }

    /// <summary>The same for two parts next to each other changing places: <paramref name="left"/> to <paramref name="middle"/> - 1, and <paramref name="middle"/> to <paramref name="right"/>.</summary>
    public long Exchange(int left, int middle, int right)
    {
        order.AsSpan(middle, right - middle + 1).CopyTo(moved.AsSpan(left));
        order.AsSpan(left, middle - left).CopyTo(moved.AsSpan(left + right - middle + 1));
        return Planned(left, right);
    }

    /// <summary>Does what <see cref="Reverse"/>, <see cref="Mix"/> or <see cref="Exchange"/> was asked last.</summary>
    public void DoPlanned(int left, int right, long delta) => Rewrite(left, right, delta);

    private long Planned(int left, int right)
    {
        unchecked
        {
            var delta = 0L;
            for (var ratio = 0; ratio < ratios; ratio++)
            {
                var (size, bound, sum, shift) = (window[ratio], most[ratio], 0, 0);
                // The window slides over the part: what enters at its end and leaves at its begin changes its count by new minus old.
                for (var begin = left - size + 1; begin <= right; begin++)
                {
                    var (enters, leaves) = (begin + size - 1, begin - 1);
                    if (enters <= right && enters >= left) shift += Changed(enters, ratio);
                    if (leaves >= left) shift -= Changed(leaves, ratio);
                    if (shift == 0 || begin < first[ratio] || begin > last[ratio]) continue;
                    var count = counts[ratio * length + begin];
                    sum += Math.Max(0, count + shift - bound) - Math.Max(0, count - bound);
                }
                delta += sum * weights[ratio];
            }
            if (wishes is not null)
                for (var position = left; position <= right; position++) delta += Wish(moved[position], position) - Wish(order[position], position);
            var (linksBefore, linksAfter, run) = (0, 0, 0);
            var color = -1;
            for (var position = left; position <= right + 1 && position < length; position++)
            {
                linksBefore += Link(position);
                var now = position <= right ? classColors[moved[position]] : colors[position];
                if (position == left) color = position == 0 ? now : colors[position - 1];
                if (now != color) linksAfter++;
                color = now;
            }
            delta += (linksAfter - linksBefore) * paintWeight;
            var from = left;
            while (from > fixedLength && colors[from - 1] == colors[left - 1] && left - from <= limit) from--;
            color = -1;
            for (var position = from; position < length; position++)
            {
                var now = position >= left && position <= right ? classColors[moved[position]] : colors[position];
                run = now == color ? run + 1 : 1;
                color = now;
                if (run > limit) return long.MaxValue;
                if (position > right && run < position - right + 1) break;
            }
            return delta;
        }
    }

    private long Wish(int kind, int position) => wishes?[kind]?.At(position - fixedLength) ?? 0;

    private int Changed(int position, int ratio) => (int)(classBits[moved[position]] >> ratio & 1) - (int)(classBits[order[position]] >> ratio & 1);

    private void Rewrite(int left, int right, long delta)
    {
        unchecked
        {
            for (var ratio = 0; ratio < ratios; ratio++)
            {
                var (size, shift) = (window[ratio], 0);
                for (var begin = left - size + 1; begin <= right; begin++)
                {
                    var (enters, leaves) = (begin + size - 1, begin - 1);
                    if (enters <= right && enters >= left) shift += Changed(enters, ratio);
                    if (leaves >= left) shift -= Changed(leaves, ratio);
                    if (shift != 0 && begin >= first[ratio] && begin <= last[ratio]) SetCount(ratio, begin, counts[ratio * length + begin] + shift);
                }
                for (var position = left; position <= right; position++)
                    if (Changed(position, ratio) != 0) has[ratio * words + (position >> 6)] ^= 1UL << (position & 63);
            }
            for (var position = left; position <= right; position++)
            {
                order[position] = moved[position];
                colors[position] = classColors[moved[position]];
            }
            Cost += delta;
        }
    }

    /// <summary>
    /// The vehicle at <paramref name="from"/> goes to a later position. Windows wholly between keep their contents and only begin one earlier: their sum loses its last and gains its first, so it telescopes.
    /// </summary>
    private int InsertLater(int ratio, int from, int to, bool option)
    {
        unchecked
        {
            var size = window[ratio];
            // Windows that begin before it lose it and gain the vehicle behind their end.
            var sum = Gains(ratio, from - size + 1, Math.Min(from - 1, to - size), size, option);
            if (to - size >= from) sum += Beyond(ratio, to - size + 1) - Beyond(ratio, from);
            // Windows that reach its new place lose their first vehicle and gain it.
            return sum + Replaces(ratio, Math.Max(from, to - size + 1), to, 0, option);
        }
    }

    private int InsertEarlier(int ratio, int from, int to, bool option)
    {
        unchecked
        {
            var size = window[ratio];
            // Windows that end behind the new place gain it and lose their last vehicle.
            var sum = Replaces(ratio, to - size + 1, Math.Min(to, from - size), size - 1, option);
            if (from - size > to) sum += Beyond(ratio, to) - Beyond(ratio, from - size);
            // Windows that begin in between and hold it lose it and gain the vehicle before their begin.
            return sum + Gains(ratio, Math.Max(to + 1, from - size + 1), from, -1, option);
        }
    }

    /// <summary>Windows that lose the option (if it is one) and gain the vehicle at their begin plus <paramref name="shift"/>.</summary>
    private int Gains(int ratio, int low, int high, int shift, bool option) =>
        option ? -CountBoth(over, ratio, low, high, shift, flip: ulong.MaxValue) : CountBoth(full, ratio, low, high, shift, flip: 0);

    private int Replaces(int ratio, int low, int high, int shift, bool option) =>
        option ? CountBoth(full, ratio, low, high, shift, flip: ulong.MaxValue) : -CountBoth(over, ratio, low, high, shift, flip: 0);

    private int Beyond(int ratio, int begin) => begin < first[ratio] || begin > last[ratio] ? 0 : Math.Max(0, counts[ratio * length + begin] - most[ratio]);

    private int Count(ulong[] bits, int ratio, int low, int high)
    {
        unchecked
        {
            low = Math.Max(low, 0);
            if (low > high) return 0;
            var row = ratio * words;
            var (firstWord, lastWord) = (low >> 6, high >> 6);
            var head = ulong.MaxValue << (low & 63);
            var tail = ulong.MaxValue >> (63 - (high & 63));
            if (firstWord == lastWord) return BitOperations.PopCount(bits[row + firstWord] & head & tail);
            var count = BitOperations.PopCount(bits[row + firstWord] & head) + BitOperations.PopCount(bits[row + lastWord] & tail);
            for (var word = firstWord + 1; word < lastWord; word++) count += BitOperations.PopCount(bits[row + word]);
            return count;
        }
    }

    /// <summary>Windows with their bit set whose vehicle at begin plus <paramref name="shift"/> has the option, or has it not where <paramref name="flip"/> is all ones.</summary>
    private int CountBoth(ulong[] bits, int ratio, int low, int high, int shift, ulong flip)
    {
        unchecked
        {
            low = Math.Max(low, Math.Max(0, -shift));
            var row = ratio * words;
            var count = 0;
            for (var at = low; at <= high; at += 64)
            {
                var both = Bits(bits, row, at) & (Bits(has, row, at + shift) ^ flip);
                if (high - at < 63) both &= ulong.MaxValue >> (63 - (high - at));
                count += BitOperations.PopCount(both);
            }
            return count;
        }
    }

    private static ulong Bits(ulong[] bits, int row, int at)
    {
        var (word, shift) = (row + (at >> 6), at & 63);
        return shift == 0 ? bits[word] : bits[word] >> shift | bits[word + 1] << (64 - shift);
    }

    private void SetCount(int ratio, int begin, int count)
    {
        unchecked
        {
            counts[ratio * length + begin] = count;
            var (word, bit) = (ratio * words + (begin >> 6), 1UL << (begin & 63));
            var bound = most[ratio];
            full[word] = count >= bound ? full[word] | bit : full[word] & ~bit;
            over[word] = count > bound ? over[word] | bit : over[word] & ~bit;
        }
    }

    /// <summary>1 where the position has another color than the one before it.</summary>
    private int Link(int position) => position > 0 && position < length && colors[position] != colors[position - 1] ? 1 : 0;

    private int Links(int left, int right) => Link(left) + Link(left + 1) + (right == left + 1 ? 0 : Link(right)) + Link(right + 1);

    private int EndLinks(int left, int right) => Link(left) + Link(right + 1);

    /// <summary>Whether the paint batch at a position of the day keeps the limit.</summary>
    private bool RunFits(int position)
    {
        var color = colors[position];
        if (!limitMatters[color]) return true;
        var run = 1;
        for (var at = position - 1; at >= fixedLength && colors[at] == color; at--)
            if (++run > limit) return false;
        for (var at = position + 1; at < length && colors[at] == color; at++)
            if (++run > limit) return false;
        return true;
    }

    private static void Rotate(int[] line, int from, int to)
    {
        var taken = line[from];
        if (from < to) Array.Copy(line, from + 1, line, from, to - from);
        else Array.Copy(line, to, line, to + 1, from - to);
        line[to] = taken;
    }
}

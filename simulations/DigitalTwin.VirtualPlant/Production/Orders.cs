using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>What is built next: counts the bodies, and draws model and colour of each.</summary>
internal sealed class Orders
{
    public required Generator Mix { get; set; }
    /// <summary>Bodies that have entered the plant.</summary>
    public int Entered { get; set; }

    public Body Next(OrderParameters orders) => new(++Entered, Defective: false, Draw(orders.ModelWeights), Draw(orders.ColourWeights));

    private int Draw(IReadOnlyList<double> weights)
    {
        var rest = Mix.Uniform() * weights.Sum();
        for (var index = 0; index < weights.Count - 1; index++)
            if ((rest -= weights[index]) < 0)
                return index;
        return Math.Max(0, weights.Count - 1);
    }
}

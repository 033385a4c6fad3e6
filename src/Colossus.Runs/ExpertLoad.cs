using System.Globalization;

namespace Colossus.Runs;

/// <summary>How evenly the experts of a step were loaded, over all layers.</summary>
/// <param name="Least">Share of its layer's visits that the least loaded expert had, 0 to 1.</param>
/// <param name="Most">That of the most loaded one.</param>
/// <param name="Even">What all would have had with equal loads.</param>
public sealed record ExpertLoad(double Least, double Most, double Even)
{
    /// <summary>Of the loads of a step.</summary>
    /// <param name="loads">Tokens that came to each expert, a list for each layer.</param>
    /// <returns>Null without experts.</returns>
    public static ExpertLoad? Of(IReadOnlyList<IReadOnlyList<long>>? loads)
    {
        var layers = (loads ?? []).Where(layer => layer.Sum() > 0).ToList();
        var shares = layers.SelectMany(layer => layer.Select(visits => (double)visits / layer.Sum())).ToList();
        return layers.Count == 0 ? null : new ExpertLoad(shares.Min(), shares.Max(), 1.0 / layers[0].Count);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{100 * Least:0.0} to {100 * Most:0.0} % of a layer's visits an expert ({100 * Even:0.0} % if even)");
}

using Colossus.Plan.Parameters;

namespace Colossus.Plan.Lowering;

/// <summary>What ranks with the same weights share in every micro-batch (ZeRO-2 and 3, arXiv 1910.02054).</summary>
/// <param name="Table">Where the weights lie.</param>
/// <param name="Gradients">Whether each rank keeps its slice of the gradients only.</param>
/// <param name="Weights">Whether each rank keeps its slice of the weights only.</param>
public sealed record Sharding(ParameterTable Table, bool Gradients, bool Weights)
{
    /// <summary>What a layout shares.</summary>
    /// <param name="table">Where the weights lie.</param>
    /// <param name="zero">0 to 3.</param>
    public static Sharding Of(ParameterTable table, int zero) => new(table, zero >= 2, zero >= 3);
}

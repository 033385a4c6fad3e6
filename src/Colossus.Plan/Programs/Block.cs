namespace Colossus.Plan.Programs;

/// <summary>A part of the model that is not cut any further: the embedding, one layer, or the head with its loss.</summary>
/// <param name="Index">0 for the embedding, 1 for the first layer and so on; the head is the last.</param>
/// <param name="Input">The residual stream that enters; null where none does.</param>
/// <param name="Output">The residual stream that leaves; null where none does.</param>
/// <param name="Operations">The forward pass.</param>
public sealed record Block(int Index, Value? Input, Value? Output, IReadOnlyList<Operation> Operations)
{
    /// <summary>The weights of the block, in the order of their first use, which is the canonical one.</summary>
    public IEnumerable<Weight> Weights => Operations.SelectMany(operation => operation.Weights).Distinct();
}

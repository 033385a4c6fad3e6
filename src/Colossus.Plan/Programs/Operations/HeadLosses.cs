namespace Colossus.Plan.Programs.Operations;

/// <summary>The losses of some rows of an <see cref="OutputHead"/>; logits become their own gradients, where those are wanted.</summary>
/// <param name="part">The rows.</param>
/// <param name="withGradients">Whether they are.</param>
public sealed class HeadLosses(HeadPart part, bool withGradients) : Operation
{
    /// <summary>The rows.</summary>
    public HeadPart Part { get; } = part;

    /// <summary>Whether logits become their gradients.</summary>
    public bool WithGradients { get; } = withGradients;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Part.AllStatistics is { } all ? [Part.Logits, Part.Head.Targets, all] : [Part.Logits, Part.Head.Targets];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => WithGradients ? [Part.Head.Losses, Part.Logits] : [Part.Head.Losses];
}

namespace Colossus.Plan.Programs.Operations;

/// <summary>inputGradient = outputGradient · W of a <see cref="GroupedProduct"/>.</summary>
/// <param name="forward">The products of the forward pass.</param>
/// <param name="outputGradient">[visits, outputs].</param>
/// <param name="inputGradient">[visits, inputs], overwritten.</param>
public sealed class GroupedInputGradient(GroupedProduct forward, Value outputGradient, Value inputGradient) : Operation
{
    /// <summary>The products of the forward pass.</summary>
    public GroupedProduct Forward { get; } = forward;

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; } = outputGradient;

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; } = inputGradient;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient, Forward.Groups.Counts];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Forward.Weights;

    /// <inheritdoc/>
    public override ValueFormat WeightFormat => ValueFormat.Product;

    /// <inheritdoc/>
    public override double Flops => Forward.OnePass;
}

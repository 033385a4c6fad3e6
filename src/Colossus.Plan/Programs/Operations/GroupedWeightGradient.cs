namespace Colossus.Plan.Programs.Operations;

/// <summary>dW = outputGradientᵀ · input of a <see cref="GroupedProduct"/>; that of an expert without rows is 0.</summary>
public sealed class GroupedWeightGradient : Operation
{
    /// <summary>Describes it.</summary>
    /// <param name="forward">The products of the forward pass.</param>
    /// <param name="outputGradient">[visits, outputs].</param>
    /// <param name="converts">As in <see cref="ProductWeightGradient"/>.</param>
    public GroupedWeightGradient(GroupedProduct forward, Value outputGradient, bool converts)
    {
        ArgumentNullException.ThrowIfNull(forward);
        Forward = forward;
        OutputGradient = outputGradient;
        if (converts)
        {
            var rows = new Extent(forward.Weights[0].Rows.Dim, forward.Output.Width);
            Unconverted = new Value("d." + forward.Weights[0].Name, ValueFormat.Product, rows, forward.Input.Columns);
        }

        Writes = Unconverted is null ? [] : [Unconverted];
    }

    /// <summary>The products of the forward pass.</summary>
    public GroupedProduct Forward { get; }

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; }

    /// <summary>[outputs, inputs] of one expert after the other, in the format of products; null where the gradient of the weight has that format.</summary>
    public Value? Unconverted { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient, Forward.Input, Forward.Groups.Counts];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => Forward.Weights;

    /// <inheritdoc/>
    public override double Flops => Forward.OnePass;

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}

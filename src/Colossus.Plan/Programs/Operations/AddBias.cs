namespace Colossus.Plan.Programs.Operations;

/// <summary>value[row] += [b₀ | b₁ | …], in place: the biases of the matrices that a <see cref="Product"/> multiplies together.</summary>
public sealed class AddBias : Operation
{
    private readonly Weight[] biases;

    /// <summary>Describes it.</summary>
    /// <param name="value">[tokens, sum of outputs]; nothing may have read it before.</param>
    /// <param name="biases">Each [outputs], in the order of the columns.</param>
    public AddBias(Value value, params Weight[] biases)
    {
        Value = value;
        this.biases = biases;
    }

    /// <summary>What is added to.</summary>
    public Value Value { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Value];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Value];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => biases;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        var gradient = new BiasGradient(this, backward.Of(Value));
        backward.Add(gradient);
        backward.Add(new StoreVectorGradient(gradient.Sums, biases));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new AddBias(map.Of(Value), map.Of(biases));
    }
}

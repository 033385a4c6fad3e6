namespace Colossus.Plan.Programs.Operations;

/// <summary>Copies what lies side by side in a row into values of their own; its gradient is a <see cref="Join"/>.</summary>
public sealed class Split : Operation
{
    private readonly Value[] parts;

    /// <summary>Describes it.</summary>
    /// <param name="input">[tokens, p₀ | p₁ | …].</param>
    /// <param name="parts">Each [tokens, pᵢ], in the order of the columns.</param>
    public Split(Value input, params Value[] parts)
    {
        Input = input;
        this.parts = parts;
    }

    /// <summary>What is split.</summary>
    public Value Input { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input];

    /// <summary>The parts.</summary>
    public override IReadOnlyList<Value> Writes => parts;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value[] gradients = [.. parts.Select(backward.Of)];
        (Value inputGradient, _) = backward.Into(Input);
        backward.Add(new Join(inputGradient, gradients));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Split(map.Of(Input), map.Of(parts));
    }
}

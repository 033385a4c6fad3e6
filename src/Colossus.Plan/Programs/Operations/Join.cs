namespace Colossus.Plan.Programs.Operations;

/// <summary>Copies values side by side into the rows of one: the gradient of a <see cref="Split"/>.</summary>
public sealed class Join : Operation
{
    private readonly Value[] parts;

    /// <summary>Describes it.</summary>
    /// <param name="output">[tokens, p₀ | p₁ | …], overwritten.</param>
    /// <param name="parts">Each [tokens, pᵢ], in the order of the columns.</param>
    public Join(Value output, params Value[] parts)
    {
        Output = output;
        this.parts = parts;
    }

    /// <summary>Receives the parts.</summary>
    public Value Output { get; }

    /// <summary>The parts.</summary>
    public override IReadOnlyList<Value> Reads => parts;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output];
}

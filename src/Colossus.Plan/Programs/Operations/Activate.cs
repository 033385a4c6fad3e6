using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs.Operations;

/// <summary>The non-linearity between the two products of a feed-forward part; a gated one multiplies the activated gate with the rest.</summary>
/// <param name="input">[tokens, gate | up] or [tokens, up].</param>
/// <param name="output">[tokens, ffn].</param>
/// <param name="activation">Which one.</param>
/// <param name="groups">The rows that there are, where that is known when tokens are routed; null for all.</param>
public sealed class Activate(Value input, Value output, Activation activation, VisitGroups? groups = null) : Operation
{
    /// <summary>What is activated.</summary>
    public Value Input { get; } = input;

    /// <summary>Receives the result.</summary>
    public Value Output { get; } = output;

    /// <summary>Which one.</summary>
    public Activation Activation { get; } = activation;

    /// <summary>The rows that there are, where that is known when tokens are routed; null for all.</summary>
    public VisitGroups? Groups { get; } = groups;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Groups is null ? [Input] : [Input, Groups.Counts];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output];

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        (Value inputGradient, _) = backward.Into(Input);
        backward.Add(new ActivateGradient(this, outputGradient, inputGradient));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Activate(map.Of(Input), map.Of(Output), Activation, Groups is null ? null : map.Of(Groups));
    }
}

namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradient of <see cref="AssembleHeads"/>: takes the heads apart; that of the shared rotary part of the keys is the sum over this rank's heads.</summary>
/// <param name="forward">The operation of the forward pass.</param>
/// <param name="outputGradient">[tokens, queries | keys | values].</param>
/// <param name="queryGradient">The shape of the queries, overwritten.</param>
/// <param name="keyValueGradient">The shape of keys and values, overwritten.</param>
/// <param name="rotaryKeyGradient">[tokens, rotary], overwritten.</param>
public sealed class AssembleHeadsGradient(AssembleHeads forward, Value outputGradient, Value queryGradient, Value keyValueGradient, Value rotaryKeyGradient) : Operation
{
    /// <summary>The operation of the forward pass.</summary>
    public AssembleHeads Forward { get; } = forward;

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; } = outputGradient;

    /// <summary>Receives the gradient of the queries.</summary>
    public Value QueryGradient { get; } = queryGradient;

    /// <summary>Receives the gradient of the plain parts of the keys, and of the values.</summary>
    public Value KeyValueGradient { get; } = keyValueGradient;

    /// <summary>Receives the gradient of the rotary part that all keys share.</summary>
    public Value RotaryKeyGradient { get; } = rotaryKeyGradient;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [QueryGradient, KeyValueGradient, RotaryKeyGradient];
}

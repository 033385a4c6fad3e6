using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs.Operations;

/// <summary>
/// Puts the heads of latent attention together, as attention reads them: queries as they are, keys of their plain part and the rotary part that all heads share, values (arXiv 2405.04434,
/// section 2.1.3).
/// </summary>
/// <remarks>
/// Published weights have the rotary part behind the plain one, with neighbours as pairs. The assembled heads have it first, with element i and i + half as a pair, as <see cref="Rotate"/> turns
/// them: queries and keys are reordered alike, which changes no score.
/// </remarks>
/// <param name="queries">[tokens, heads of (plain | rotary)].</param>
/// <param name="keysValues">[tokens, heads of (plain key | value)].</param>
/// <param name="rotaryKey">[tokens, rotary].</param>
/// <param name="output">[tokens, query heads of (rotary | plain) | key heads of (rotary | plain) | value heads].</param>
/// <param name="widths">Widths of the parts.</param>
public sealed class AssembleHeads(Value queries, Value keysValues, Value rotaryKey, Value output, LatentAttention widths) : Operation
{
    /// <summary>The queries.</summary>
    public Value Queries { get; } = queries;

    /// <summary>The plain parts of the keys, and the values.</summary>
    public Value KeysValues { get; } = keysValues;

    /// <summary>The rotary part of the keys of all heads.</summary>
    public Value RotaryKey { get; } = rotaryKey;

    /// <summary>Receives queries, keys and values.</summary>
    public Value Output { get; } = output;

    /// <summary>Widths of the parts.</summary>
    public LatentAttention Widths { get; } = widths;

    /// <summary>Heads on this rank.</summary>
    public int Heads => Queries.Width / Widths.ScoreWidth;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Queries, KeysValues, RotaryKey];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        (Value queryGradient, _) = backward.Into(Queries);
        (Value keyValueGradient, _) = backward.Into(KeysValues);
        (Value rotaryKeyGradient, _) = backward.Into(RotaryKey);
        backward.Add(new AssembleHeadsGradient(this, outputGradient, queryGradient, keyValueGradient, rotaryKeyGradient));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new AssembleHeads(map.Of(Queries), map.Of(KeysValues), map.Of(RotaryKey), map.Of(Output), Widths);
    }
}

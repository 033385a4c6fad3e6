using System.Text.Json;
using Colossus.Checkpoints;

namespace Colossus.Training.Engine;

/// <summary>What a checkpoint keeps of the trainer besides tensors; random streams need nothing, for they are functions of seed and step.</summary>
/// <param name="Updates">Updates of the optimizer: steps less skipped ones.</param>
/// <param name="SkippedInRow">Skipped steps in a row up to this one.</param>
/// <param name="Loss">Training loss of the step, nats a token.</param>
internal sealed record TrainerCounters(long Updates, long SkippedInRow, double Loss)
{
    /// <summary>As JSON.</summary>
    public string Write() => JsonSerializer.Serialize(this, EngineJson.Default.TrainerCounters);

    /// <summary>From JSON.</summary>
    /// <param name="text">As <see cref="Write"/> wrote it.</param>
    /// <param name="step">The checkpoint's step: what the counters are where it does not say.</param>
    /// <param name="where">The checkpoint, for messages.</param>
    /// <exception cref="CheckpointException">The text is something else.</exception>
    public static TrainerCounters Read(string text, long step, string where)
    {
        try
        {
            return (text.Length == 0 ? null : JsonSerializer.Deserialize(text, EngineJson.Default.TrainerCounters)) ?? new TrainerCounters(step, 0, double.NaN);
        }
        catch (JsonException error)
        {
            throw new CheckpointException(
                CheckpointFault.Malformed, $"The trainer's counters (randomState) cannot be read ({error.Message.TrimEnd('.')})", where, null, null, "Use an older checkpoint.", error);
        }
    }
}

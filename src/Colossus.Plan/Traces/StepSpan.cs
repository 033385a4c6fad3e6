using System.Text.Json;
using Colossus.Plan.Schedules;

namespace Colossus.Plan.Traces;

/// <summary>Something that a rank did, with its time: one line of a rank's trace.</summary>
/// <param name="Kind">What.</param>
/// <param name="Rank">The rank; in an estimate the stage.</param>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Step">The step, from 1; behind a step, as in an evaluation, the one that is complete; 0 before the first.</param>
/// <param name="Start">Nanoseconds on a clock that all ranks of a machine share.</param>
/// <param name="End">Nanoseconds on that clock, not before <paramref name="Start"/>.</param>
/// <param name="Chunk">The chunk of a pass or of a message's sender or receiver; null for none.</param>
/// <param name="MicroBatch">The micro-batch, from 0; null for none.</param>
/// <param name="Bucket">The bucket of a collective; null for none.</param>
/// <param name="Pass">The pass that a message belongs to; null for none.</param>
public sealed record StepSpan(
    SpanKind Kind, int Rank, long Epoch, long Step, long Start, long End, int? Chunk = null, int? MicroBatch = null, int? Bucket = null, PassKind? Pass = null)
{
    /// <summary>The span as a line of JSON without a line end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TraceJson.Default.StepSpan);

    /// <summary>Reads a line.</summary>
    /// <param name="line">A line without a line end.</param>
    /// <returns>Null when it holds no span: a killed rank may have written half of it.</returns>
    public static StepSpan? FromJson(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, TraceJson.Default.StepSpan) is { } span && span.End >= span.Start ? span : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

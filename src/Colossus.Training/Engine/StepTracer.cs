using System.Diagnostics;
using Colossus.Collectives;
using Colossus.Plan.Schedules;
using Colossus.Plan.Traces;

namespace Colossus.Training.Engine;

/// <summary>Measures what a rank does in an epoch. Where no trace is wanted there is none of these, and nothing is measured.</summary>
/// <param name="trace">Takes the spans.</param>
/// <param name="place">Rank and epoch.</param>
internal sealed class StepTracer(IStepTrace trace, RankPlace place)
{
    private readonly List<(Pending Collective, TraceScope Scope)> underWay = [];
    private long restored;
    private long step;
    private long recorded;
    private bool records;

    /// <summary>The state of a step is there; the epoch goes on from it.</summary>
    public void Restored(long completed)
    {
        restored = completed;
        step = completed;
    }

    /// <summary>A step begins; decides whether it is traced.</summary>
    public void EnterStep(long next)
    {
        step = next;
        records = Interlocked.Read(ref recorded) < TracedSteps.MostSpans && TracedSteps.Includes(next, restored);
    }

    /// <summary>Begins a span, which ends when the result is disposed.</summary>
    /// <param name="kind">What is done.</param>
    /// <param name="chunk">The chunk; null for none.</param>
    /// <param name="microBatch">The micro-batch; null for none.</param>
    /// <param name="bucket">The bucket of a collective; null for none.</param>
    /// <param name="pass">The pass of a message; null for none.</param>
    /// <returns>Null in a step that is not traced.</returns>
    public TraceScope? Begin(SpanKind kind, int? chunk = null, int? microBatch = null, int? bucket = null, PassKind? pass = null) =>
        records || SpanKinds.IsRare(kind) ? new TraceScope(this, new StepSpan(kind, place.Rank, place.Epoch, step, Now, 0, chunk, microBatch, bucket, pass)) : null;

    /// <summary>Begins the span of a checkpoint that is written beside the steps, by another thread.</summary>
    /// <param name="ofStep">Its step.</param>
    public TraceScope BeginCheckpointWrite(long ofStep) => new(this, new StepSpan(SpanKind.CheckpointWrite, place.Rank, place.Epoch, ofStep, Now, 0));

    /// <summary>A collective was started; its span ends when its result is seen.</summary>
    public void Started(SpanKind kind, Pending collective, int bucket, int? microBatch)
    {
        if (Begin(kind, microBatch: microBatch, bucket: bucket) is { } scope)
        {
            underWay.Add((collective, scope));
        }
    }

    /// <summary>Ends the spans of collectives whose results are there. To be called where collectives make progress: between those places none of them ends.</summary>
    public void LookAtCollectives() => underWay.RemoveAll(entry =>
    {
        if (!entry.Collective.IsResultReady)
        {
            return false;
        }

        entry.Scope.Dispose();
        return true;
    });

    // Stopwatch counts CLOCK_MONOTONIC on Linux, which all processes of a machine share.
    private static long Now => (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    private void End(StepSpan span)
    {
        Interlocked.Increment(ref recorded);
        trace.Record(span with { End = Now });
    }

    /// <summary>A span that has begun; disposing ends it.</summary>
    internal readonly struct TraceScope(StepTracer tracer, StepSpan begun) : IDisposable
    {
        public void Dispose() => tracer.End(begun);
    }
}

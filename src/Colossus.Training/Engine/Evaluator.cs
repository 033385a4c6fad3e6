using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Engine;

/// <summary>Cross-entropy on held-out text, shared among the ranks; the result does not depend on how many there are.</summary>
internal sealed unsafe class Evaluator
{
    private readonly JobSpec job;
    private readonly TokenCorpus corpus;
    private readonly Batches batches;
    private readonly SharedState state;
    private readonly StepExecutor executor;
    private readonly int samples;

    public Evaluator(JobSpec job, TokenCorpus corpus, Batches batches, SharedState state, StepExecutor executor)
    {
        this.job = job;
        this.corpus = corpus;
        this.batches = batches;
        this.state = state;
        this.executor = executor;
        samples = SampleCount(job, corpus);
    }

    /// <summary>Micro-batches of one evaluation.</summary>
    public static int BatchCount(JobSpec job, TokenCorpus corpus) =>
        (SampleCount(job, corpus) + job.Train.MicroBatch - 1) / job.Train.MicroBatch;

    /// <summary>Evaluates this rank's micro-batches.</summary>
    /// <param name="step">Completed steps.</param>
    /// <returns>On rank 0 the mean loss in nats a token and in bits a byte; null on others, and where nothing is held out.</returns>
    public (double Loss, double BitsPerByte)? Run(long step)
    {
        int batchCount = BatchCount(job, corpus);
        if (batchCount == 0)
        {
            return null;
        }

        var arguments = executor.Arguments;
        for (int batch = state.Group.Rank; batch < batchCount; batch += state.Group.Size)
        {
            Array.Clear(arguments.Inputs);
            Array.Fill(arguments.Targets, -1);
            for (int slot = 0; slot < job.Train.MicroBatch && SampleIndex(batch, slot) < samples; slot++)
            {
                batches.ReadHeldOut(Spread(SampleIndex(batch, slot)), slot, arguments.Inputs, arguments.Targets);
            }

            state.EvaluationLosses[batch] = executor.Evaluate();
        }

        state.Group.Advance(Counter.Evaluated, step);
        return state.Group.Rank == 0 ? Sum(step, batchCount) : null;
    }

    private static int SampleCount(JobSpec job, TokenCorpus corpus) =>
        (int)Math.Min(job.Train.EvaluateSequences, corpus.HeldOutSamples(job.Model.Sequence));

    private (double Loss, double BitsPerByte) Sum(long step, int batchCount)
    {
        state.Group.WaitForAll(Counter.Evaluated, step);
        double nats = 0;
        for (int batch = 0; batch < batchCount; batch++)
        {
            nats += state.EvaluationLosses[batch];
        }

        long bytes = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            bytes += corpus.HeldOutBytesOf(Spread(sample), job.Model.Sequence);
        }

        return (nats / ((double)samples * job.Model.Sequence), nats / Math.Log(2) / bytes);
    }

    private int SampleIndex(int batch, int slot) => (batch * job.Train.MicroBatch) + slot;

    // Evenly over the held-out text, not its beginning alone.
    private long Spread(int sample) => (long)((double)sample / samples * corpus.HeldOutSamples(job.Model.Sequence));
}

using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Engine;

/// <summary>Which tokens a rank computes: a function of seed, step and place in the batch alone.</summary>
internal sealed class Batches
{
    private readonly TokenCorpus corpus;
    private readonly SampleOrder order;
    private readonly int sequence;
    private readonly int globalBatch;
    private readonly int[] window;

    public Batches(TokenCorpus corpus, JobSpec job)
    {
        this.corpus = corpus;
        sequence = job.Model.Sequence;
        globalBatch = job.Train.GlobalBatch;
        order = new SampleOrder(job.Train.Seed, corpus.TrainSamples(sequence));
        window = new int[sequence + 1];
    }

    /// <summary>Reads consecutive places of a step's global batch.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="first">The first place, from 0.</param>
    /// <param name="inputs">[count · sequence] token ids.</param>
    /// <param name="targets">The next token at each place.</param>
    public void Read(long step, int first, Span<int> inputs, Span<int> targets)
    {
        int count = inputs.Length / sequence;
        for (int i = 0; i < count; i++)
        {
            corpus.ReadTrain(order.SampleAt(((step - 1) * globalBatch) + first + i), sequence, window);
            Split(i, inputs, targets);
        }
    }

    /// <summary>Reads one sample of the held-out text.</summary>
    /// <param name="sample">Index of the sample.</param>
    /// <param name="slot">Its place in the micro-batch.</param>
    /// <param name="inputs">[microBatch · sequence] token ids.</param>
    /// <param name="targets">The next token at each place.</param>
    public void ReadHeldOut(long sample, int slot, Span<int> inputs, Span<int> targets)
    {
        corpus.ReadHeldOut(sample, sequence, window);
        Split(slot, inputs, targets);
    }

    private void Split(int slot, Span<int> inputs, Span<int> targets)
    {
        window.AsSpan(0, sequence).CopyTo(inputs[(slot * sequence)..]);
        window.AsSpan(1, sequence).CopyTo(targets[(slot * sequence)..]);
    }
}

using Colossus.Data.Shards;
using Colossus.Specs.Jobs;
using Colossus.Training.Backends;

namespace Colossus.Training.Engine;

/// <summary>Which tokens a rank computes: a function of seed, step and place in the batch alone.</summary>
internal sealed class Batches
{
    private readonly TokenCorpus corpus;
    private readonly SampleOrder order;
    private readonly int sequence;
    private readonly int globalBatch;
    private readonly AttentionScope scope;
    private readonly int[] window;

    public Batches(TokenCorpus corpus, JobSpec job)
    {
        this.corpus = corpus;
        sequence = job.Model.Sequence;
        globalBatch = job.Train.GlobalBatch;
        scope = job.Data.Attention;
        order = new SampleOrder(job.Train.Seed, corpus.TrainSamples(sequence));
        window = new int[sequence + 1];
    }

    /// <summary>Reads consecutive places of a step's global batch.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="first">The first place, from 0.</param>
    /// <param name="arguments">Receives them.</param>
    public void Read(long step, int first, PassArguments arguments)
    {
        int count = arguments.Inputs.Length / sequence;
        for (int i = 0; i < count; i++)
        {
            corpus.ReadTrain(order.SampleAt(((step - 1) * globalBatch) + first + i), sequence, window);
            Split(i, arguments);
        }
    }

    /// <summary>Reads one sample of the held-out text.</summary>
    /// <param name="sample">Index of the sample.</param>
    /// <param name="slot">Its place in the micro-batch.</param>
    /// <param name="arguments">Receives it.</param>
    public void ReadHeldOut(long sample, int slot, PassArguments arguments)
    {
        corpus.ReadHeldOut(sample, sequence, window);
        Split(slot, arguments);
    }

    /// <summary>Finds the documents of a sample. The end-of-text id that separates two documents counts to the second: what follows is predicted without anything of the first, and a sample's text begins as a prompt does.</summary>
    /// <param name="inputs">[sequence] token ids.</param>
    /// <param name="endOfText">The id between two documents.</param>
    /// <param name="firstVisible">[sequence], written: the position at which each token's document begins.</param>
    internal static void FindDocuments(ReadOnlySpan<int> inputs, int endOfText, Span<int> firstVisible)
    {
        int first = 0;
        for (int position = 0; position < inputs.Length; position++)
        {
            first = inputs[position] == endOfText ? position : first;
            firstVisible[position] = first;
        }
    }

    /// <summary>Tokens that all tokens of a micro-batch see together, themselves included.</summary>
    /// <param name="firstVisible">[sequences · sequence].</param>
    /// <param name="sequence">Tokens of a sequence.</param>
    internal static long Visible(ReadOnlySpan<int> firstVisible, int sequence)
    {
        long visible = 0;
        for (int i = 0; i < firstVisible.Length; i++)
        {
            visible += (i % sequence) + 1 - firstVisible[i];
        }

        return visible;
    }

    private void Split(int slot, PassArguments arguments)
    {
        window.AsSpan(0, sequence).CopyTo(arguments.Inputs.AsSpan(slot * sequence));
        window.AsSpan(1, sequence).CopyTo(arguments.Targets.AsSpan(slot * sequence));
        if (scope == AttentionScope.Document)
        {
            FindDocuments(window.AsSpan(0, sequence), corpus.Info.EndOfText, arguments.FirstVisible.AsSpan(slot * sequence));
        }
    }
}

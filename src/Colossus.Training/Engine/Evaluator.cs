using Colossus.Data.Shards;
using Colossus.Plan.Programs.Operations;
using Colossus.Plan.Ranks;
using Colossus.Plan.Schedules;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Engine;

/// <summary>
/// Cross-entropy on held-out text, shared among the replicas; the result does not depend on how many there are. All replicas run as many micro-batches, empty ones where the text has run out,
/// since ranks do together what they do with shared weights.
/// </summary>
internal sealed class Evaluator
{
    private readonly JobSpec job;
    private readonly TokenCorpus corpus;
    private readonly Batches batches;
    private readonly RankExecutor executor;
    private readonly StepCommunicator communicator;
    private readonly StepAgreement agreement;
    private readonly RankProgram program;
    private readonly int samples;

    public Evaluator(JobSpec job, TokenCorpus corpus, Batches batches, RankProgram program, RankExecutor executor, StepCommunicator communicator, StepAgreement agreement)
    {
        this.job = job;
        this.corpus = corpus;
        this.batches = batches;
        this.program = program;
        this.executor = executor;
        this.communicator = communicator;
        this.agreement = agreement;
        samples = (int)Math.Min(job.Train.EvaluateSequences, corpus.HeldOutSamples(job.Model.Sequence));
    }

    /// <summary>Evaluates, together with all ranks.</summary>
    /// <returns>The mean loss in nats a token and in bits a byte; null where nothing is held out.</returns>
    public (double Loss, double BitsPerByte)? Run()
    {
        if (samples == 0)
        {
            return null;
        }

        var layout = program.Layout;
        int batchCount = (samples + job.Train.MicroBatch - 1) / job.Train.MicroBatch;
        int ofReplica = (batchCount + layout.Data - 1) / layout.Data;
        var order = PipelineOrder.OfStage(layout.Schedule, program.Stage, layout.Pipeline, layout.VirtualStages, ofReplica);
        foreach (PipelineAction pass in order.Where(pass => pass.Kind == PassKind.Forward))
        {
            executor.Arguments.MicroBatch = pass.MicroBatch;
            if (executor.Program.ChunkOf(pass.Chunk).Program.Evaluation.Operations.Any(operation => operation is ReadTokens))
            {
                Read(program.DataPlace + (pass.MicroBatch * layout.Data));
            }

            executor.Evaluate(pass.Chunk, communicator);
        }

        foreach (double loss in executor.TakeLosses())
        {
            agreement.Loss.Add(loss);
        }

        double nats = agreement.Exchange(default).Loss;
        long bytes = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            bytes += corpus.HeldOutBytesOf(Spread(sample), job.Model.Sequence);
        }

        return (nats / ((double)samples * job.Model.Sequence), nats / Math.Log(2) / bytes);
    }

    private void Read(int batch)
    {
        var arguments = executor.Arguments;
        Array.Clear(arguments.Inputs);
        Array.Clear(arguments.FirstVisible);
        Array.Fill(arguments.Targets, -1);
        for (int slot = 0; slot < job.Train.MicroBatch && SampleIndex(batch, slot) < samples; slot++)
        {
            batches.ReadHeldOut(Spread(SampleIndex(batch, slot)), slot, arguments);
        }
    }

    private int SampleIndex(int batch, int slot) => (batch * job.Train.MicroBatch) + slot;

    // Evenly over the held-out text, not its beginning alone.
    private long Spread(int sample) => (long)((double)sample / samples * corpus.HeldOutSamples(job.Model.Sequence));
}

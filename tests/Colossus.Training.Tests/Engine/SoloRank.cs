using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Ranks;
using Colossus.Plan.Schedules;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Training.Backends;
using Colossus.Training.Engine;

namespace Colossus.Training.Tests.Engine;

/// <summary>One rank with a whole model, whose memory is the test's.</summary>
internal sealed class SoloRank : IDisposable, ICommunicator
{
    private readonly RankProgram program;
    private readonly RankExecutor executor;

    public SoloRank(ModelSpec model, int microBatch, NumberFormats formats, Recompute recompute, AttentionScope scope = AttentionScope.Sequence)
    {
        var layout = new Layout(1, 1, 1, 1, 1, 1, 1, false, microBatch, microBatch, recompute, PipelineSchedule.OneForwardOneBackward);
        program = RankProgram.For(model, layout, formats, 0, scope);
        executor = new RankExecutor(program, BackendFactory.Create(formats));
    }

    public PassArguments Arguments => executor.Arguments;

    /// <summary>Buckets whose gradients were said to be complete.</summary>
    public List<int> CompleteBuckets { get; } = [];

    public void Bind(nint weights, nint matrices, nint gradients) => executor.Bind(new RankVectors(program, weights, matrices, gradients, Exchange: 0));

    public double ForwardBackward()
    {
        CompleteBuckets.Clear();
        foreach (StepAction action in program.Actions)
        {
            executor.Run(action, this);
        }

        return executor.TakeLosses().Sum();
    }

    public double Evaluate()
    {
        executor.Evaluate(0, this);
        return executor.TakeLosses().Sum();
    }

    public void Receive(PipelineAction pass, DeviceMemory target) => throw new NotSupportedException();

    public void Send(PipelineAction pass, DeviceMemory source) => throw new NotSupportedException();

    public void Run(Communication operation, IOperationMemory memory, int microBatch) => CompleteBuckets.Add(Assert.IsType<ReduceGradients>(operation).Bucket);

    public void Dispose() => executor.Dispose();
}

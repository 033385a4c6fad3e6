using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Training.Backends;

namespace Colossus.Training.Engine;

/// <summary>Executes a rank's passes over micro-batches. Memory is taken once; weights and gradients may lie elsewhere in each epoch.</summary>
internal sealed class StepExecutor : IDisposable
{
    private readonly IBackend backend;
    private readonly ChunkProgram program;
    private readonly ChunkExecutor chunk;

    /// <summary>Lowers a model for micro-batches of a size and takes the memory.</summary>
    /// <param name="model">The model.</param>
    /// <param name="microBatch">Sequences of a micro-batch.</param>
    /// <param name="formats">Number formats.</param>
    /// <param name="recompute">What the backward pass computes again.</param>
    public StepExecutor(ModelSpec model, int microBatch, NumberFormats formats, Recompute recompute)
    {
        backend = BackendFactory.Create(formats);
        program = ChunkLowering.Lower(ModelProgram.Blocks(model, microBatch), new LoweringOptions(formats, recompute, SplitsWeightGradients: false));
        chunk = new ChunkExecutor(backend, program, slots: 1);
        Arguments = new PassArguments(microBatch * model.Sequence);
    }

    /// <summary>The micro-batch at hand: tokens and factors, to be set before a pass runs.</summary>
    public PassArguments Arguments { get; }

    /// <summary>Points the operations at the weights and gradients of an epoch.</summary>
    /// <param name="weights">The flat vectors.</param>
    public void Bind(WeightMemory weights)
    {
        backend.Unbind();
        chunk.Bind(weights);
    }

    /// <summary>One forward and backward pass over the micro-batch in <see cref="Arguments"/>.</summary>
    /// <param name="bucketDone">Called with the index of a bucket when its gradients are complete for this micro-batch.</param>
    public void ForwardBackward(Action<int> bucketDone)
    {
        chunk.Run(program.Forward, slot: 0, Arguments, bucketDone);
        chunk.Run(program.Backward, slot: 0, Arguments, bucketDone);
        chunk.Run(program.WeightGradients, slot: 0, Arguments, bucketDone);
    }

    /// <summary>One forward pass over the micro-batch in <see cref="Arguments"/>.</summary>
    /// <returns>Sum over tokens of the cross-entropy in nats.</returns>
    public double Evaluate()
    {
        chunk.Run(program.Evaluation, slot: 0, Arguments, static _ => { });
        return backend.TakeLossSum();
    }

    /// <summary>The sum over tokens of the losses since the last call, nats.</summary>
    public double TakeLossSum() => backend.TakeLossSum();

    /// <inheritdoc/>
    public void Dispose() => backend.Dispose();
}

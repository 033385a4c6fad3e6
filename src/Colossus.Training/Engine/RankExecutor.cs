using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Plan.Ranks;
using Colossus.Plan.Schedules;
using Colossus.Plan.Traces;
using Colossus.Training.Backends;

namespace Colossus.Training.Engine;

/// <summary>Executes what a rank does: its passes over micro-batches, each with the messages before and behind it. Memory is taken once; weights and gradients may lie elsewhere in each epoch.</summary>
internal sealed class RankExecutor : IDisposable
{
    private readonly IBackend backend;
    private readonly Dictionary<int, ChunkExecutor> chunks = [];
    private StepTracer? tracer;

    /// <summary>Takes the memory of a rank's activations.</summary>
    /// <param name="program">What it does.</param>
    /// <param name="backend">Executes operations; disposed with this object.</param>
    public RankExecutor(RankProgram program, IBackend backend)
    {
        Program = program;
        this.backend = backend;
        DeviceMemory scratch = backend.Allocate(program.Chunks.Max(chunk => chunk.Program.ScratchBytes));
        foreach (RankChunk chunk in program.Chunks)
        {
            chunks.Add(chunk.Blocks.Chunk, new ChunkExecutor(backend, chunk, scratch));
        }

        Arguments = new PassArguments(program.TokensOfMicroBatch);
    }

    /// <summary>What the rank does.</summary>
    public RankProgram Program { get; }

    /// <summary>The micro-batch at hand: tokens and factors, to be set before a pass runs.</summary>
    public PassArguments Arguments { get; }

    /// <summary>Points the operations at the weights and gradients of an epoch.</summary>
    /// <param name="vectors">Where they lie.</param>
    /// <param name="measures">Measures the passes of that epoch; null when no trace is wanted.</param>
    public void Bind(RankVectors vectors, StepTracer? measures = null)
    {
        tracer = measures;
        backend.Unbind();
        foreach (ChunkExecutor chunk in chunks.Values)
        {
            chunk.Bind(vectors);
        }
    }

    /// <summary>All passes of a step in their order. The factor on the loss stays as it is in <see cref="Arguments"/>; all else is set here.</summary>
    /// <param name="communicator">Does what ranks do together.</param>
    /// <param name="read">Brings the tokens of a micro-batch into <see cref="Arguments"/>; called before each forward pass that reads tokens.</param>
    public void RunPasses(ICommunicator communicator, Action<int> read)
    {
        foreach (StepAction action in Program.Actions)
        {
            int micro = action.Pass.MicroBatch;
            if (action.Pass.Kind == PassKind.Forward && Program.PassOf(action.Pass).Operations.Any(operation => operation is ReadTokens))
            {
                read(micro);
            }

            Arguments.MicroBatch = micro;
            Arguments.Accumulate = micro > 0 && Program.AccumulatesGradients;
            Run(action, communicator);
        }
    }

    /// <summary>One pass of the micro-batch in <see cref="Arguments"/>.</summary>
    /// <param name="action">Which.</param>
    /// <param name="communicator">Does what ranks do together.</param>
    public void Run(StepAction action, ICommunicator communicator)
    {
        ChunkProgram chunk = Program.ChunkOf(action.Pass.Chunk).Program;
        var (received, sent) = action.Pass.Kind switch
        {
            PassKind.Forward => (chunk.Input, chunk.Output),
            PassKind.Backward => (chunk.OutputGradient, chunk.InputGradient),
            _ => (null, null),
        };
        Run(action, Program.PassOf(action.Pass), received, sent, communicator, SpanKinds.Of(action.Pass.Kind));
    }

    /// <summary>One forward pass of the micro-batch in <see cref="Arguments"/> through one chunk, of which nothing is kept.</summary>
    /// <param name="chunk">Index of the chunk.</param>
    /// <param name="communicator">Does what ranks do together.</param>
    public void Evaluate(int chunk, ICommunicator communicator)
    {
        ChunkProgram program = Program.ChunkOf(chunk).Program;
        var action = new StepAction(new PipelineAction(PassKind.Forward, chunk, Arguments.MicroBatch), default);
        Run(action, program.Evaluation, program.Input, program.Output, communicator, SpanKind.EvaluationPass);
    }

    /// <summary>
    /// The losses since the last call: of each micro-batch that passed the head the sum over its tokens, nats. Of ranks that share each matrix, which all have the same, the first one tells them.
    /// </summary>
    public IReadOnlyList<double> TakeLosses()
    {
        IReadOnlyList<double> losses = backend.TakeLosses();
        return Program.TensorPlace == 0 ? losses : [];
    }

    /// <summary>The load of experts since the last call: of each layer of this rank that routed tokens, how many came to each of its experts.</summary>
    public IReadOnlyDictionary<int, long[]> TakeLoads() => backend.TakeLoads();

    /// <inheritdoc/>
    public void Dispose() => backend.Dispose();

    private void Run(StepAction action, Pass pass, Value? received, Value? sent, ICommunicator communicator, SpanKind kind)
    {
        ChunkExecutor executor = chunks[action.Pass.Chunk];
        if (received is not null)
        {
            communicator.Receive(action.Pass, executor.MemoryOf(pass, action.Slots, received, Program.MessageBytes));
        }

        using (tracer?.Begin(kind, action.Pass.Chunk, action.Pass.MicroBatch))
        {
            executor.Run(pass, action.Slots, Arguments, communicator);
        }

        if (sent is not null)
        {
            communicator.Send(action.Pass, executor.MemoryOf(pass, action.Slots, sent, Program.MessageBytes));
        }
    }
}

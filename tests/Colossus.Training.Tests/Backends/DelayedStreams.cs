using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Schedules;
using Colossus.Training.Backends;

namespace Colossus.Training.Tests.Backends;

/// <summary>
/// A device with two streams that runs late: operations, messages and waits keep their order in one, the starts of collectives in the other. A collective comes after what was asked for
/// before it, and for the rest as late as its wait allows, or earlier where the seed says so. Seed 0 does nothing before it must.
/// </summary>
internal sealed class DelayedStreams(IBackend backend, ICommunicator communicator, int seed) : IBackend, ICommunicator
{
    private readonly Random random = new(seed);
    private readonly Queue<(long Collectives, Action Run)> operations = [];
    private readonly Queue<(long After, Action Run)> collectives = [];
    private readonly Dictionary<Communication, long> starts = [];
    private long asked;
    private long done;
    private long collectivesAsked;
    private long collectivesDone;

    public DeviceMemory Allocate(long bytes) => backend.Allocate(bytes);

    public IBoundOperation Bind(Operation operation, IOperationMemory memory) => new Late(this, backend.Bind(operation, memory));

    public void Unbind()
    {
        Finish();
        backend.Unbind();
    }

    public IReadOnlyList<double> TakeLosses()
    {
        Finish();
        return backend.TakeLosses();
    }

    public IReadOnlyDictionary<int, long[]> TakeLoads()
    {
        Finish();
        return backend.TakeLoads();
    }

    public void Dispose() => backend.Dispose();

    // Whoever waits for another stage lets the collectives before it go on, as a device's second stream would: the others may need them to get there.
    public void Receive(PipelineAction pass, DeviceMemory target) => Ask(() => communicator.Receive(pass, target), collectivesAsked);

    public void Send(PipelineAction pass, DeviceMemory source) => Ask(() => communicator.Send(pass, source), collectivesAsked);

    public void Run(Communication operation, IOperationMemory memory, int microBatch)
    {
        void Execute() => communicator.Run(operation, memory, microBatch);
        switch (operation)
        {
            case AwaitWeights wait:
                Ask(Execute, starts[wait.Gather]);
                break;
            case ReleaseWeights release:
                Ask(Execute, starts[release.Gather]);
                break;
            case AwaitGradients wait:
                Ask(Execute, starts[wait.Reduce]);
                break;
            case RowCommunication or EndExchange:
                // As with stages: the others may need the collectives before it to get there.
                Ask(Execute, collectivesAsked);
                break;
            case ReduceGradients { Value: null }:
                // It adds to sums from memory that the next micro-batch overwrites: in the order of operations.
                Ask(Execute, collectivesAsked);
                break;
            default:
                collectives.Enqueue((asked, Execute));
                starts[operation] = ++collectivesAsked;
                GoOnSometimes();
                break;
        }
    }

    private void Ask(Action run, long needed = 0)
    {
        operations.Enqueue((needed, run));
        asked++;
        GoOnSometimes();
    }

    private void GoOnSometimes()
    {
        while (seed > 0 && random.Next(3) == 0)
        {
            if (random.Next(2) == 0 && collectives.TryPeek(out var next) && next.After <= done)
            {
                RunCollective();
            }
            else if (operations.Count > 0)
            {
                RunOperation();
            }
        }
    }

    private void RunOperation()
    {
        var (needed, run) = operations.Dequeue();
        while (collectivesDone < needed)
        {
            RunCollective();
        }

        run();
        done++;
    }

    private void RunCollective()
    {
        var (after, run) = collectives.Dequeue();
        Assert.InRange(after, 0, done);
        run();
        collectivesDone++;
    }

    private void Finish()
    {
        while (operations.Count > 0)
        {
            RunOperation();
        }

        while (collectives.Count > 0)
        {
            RunCollective();
        }
    }

    private sealed class Late(DelayedStreams streams, IBoundOperation inner) : IBoundOperation
    {
        public void Run(PassArguments arguments)
        {
            var then = new PassArguments(arguments.Inputs.Length) { MicroBatch = arguments.MicroBatch, Accumulate = arguments.Accumulate, LossScale = arguments.LossScale };
            arguments.Inputs.CopyTo(then.Inputs, 0);
            arguments.Targets.CopyTo(then.Targets, 0);
            streams.Ask(() => inner.Run(then));
        }
    }
}

using System.Runtime.ExceptionServices;
using Colossus.Collectives;
using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Training.Backends;
using Colossus.Training.Engine;
using Colossus.Training.Memory;
using Colossus.Training.Native;
using Colossus.Training.Tests.Backends;
using TorchSharp;

namespace Colossus.Training.Tests.Steps;

/// <summary>Puts something between a rank's executor and its backend and communicator.</summary>
internal delegate (IBackend Backend, ICommunicator Communicator) Equipment(RankProgram program, IBackend backend, ICommunicator communicator);

/// <summary>One step of a model, by ranks that are threads of this process over a world in shared memory, from weights and tokens that do not depend on the layout.</summary>
internal sealed unsafe class StepRun
{
    private static readonly TimeSpan limit = TimeSpan.FromMinutes(2);
    private static int worlds;

    private readonly ModelSpec model;
    private readonly Layout layout;
    private readonly NumberFormats formats;
    private readonly bool computes;
    private readonly Equipment equipment;
    private readonly StateMap states;
    private readonly float[] start;
    private readonly Lock gate = new();

    private StepRun(ModelSpec model, Layout layout, NumberFormats formats, bool computes, Equipment? equipment)
    {
        this.model = model;
        this.layout = layout;
        this.formats = formats;
        this.computes = computes;
        this.equipment = equipment ?? ((_, backend, communicator) => (backend, communicator));
        Table = ParameterTable.For(model);
        states = StateMap.For(model, Table, layout);
        start = StartOf(Table);
        Gradients = new float[Table.FlatCount];
        Weights = new float[Table.FlatCount];
        Array.Fill(Weights, float.NaN);
        Counts = new RankCount[layout.Ranks];
        Programs = [.. Enumerable.Range(0, layout.Pipeline).Select(stage => RankProgram.For(model, layout, formats, new RankGrid(layout).RankAt(0, 0, 0, stage)))];
    }

    public ParameterTable Table { get; }

    /// <summary>What a rank of each stage does.</summary>
    public RankProgram[] Programs { get; }

    /// <summary>Sum of the losses over the tokens of the batch, nats.</summary>
    public double Loss { get; private set; }

    /// <summary>Sum of squares of the gradient.</summary>
    public double Squares { get; private set; }

    /// <summary>The gradient of the batch as ranks update with it, of the flat vector of parameters.</summary>
    public float[] Gradients { get; }

    /// <summary>The master weights after the update.</summary>
    public float[] Weights { get; }

    /// <summary>What each rank did.</summary>
    public RankCount[] Counts { get; }

    /// <summary>Bytes of the world's segment.</summary>
    public long SegmentBytes { get; private set; }

    /// <summary>Runs a step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">How it is split.</param>
    /// <param name="formats">Number formats.</param>
    /// <param name="computes">Whether operations compute; else values are zero.</param>
    /// <param name="equipment">Stands between the engine and its backend.</param>
    public static StepRun Of(ModelSpec model, Layout layout, NumberFormats formats, bool computes = true, Equipment? equipment = null)
    {
        // Each rank's thread would have a team of its own, which spins while it has nothing to do.
        LibtorchLoader.Load();
        torch.set_num_threads(1);
        var run = new StepRun(model, layout, formats, computes, equipment);
        run.RunRanks();
        return run;
    }

    /// <summary>What a rank does, by the plan.</summary>
    public RankProgram ProgramOf(int rank) => Programs[new RankGrid(layout).CoordinatesOf(rank).Pipeline].MovedTo(rank);

    private void RunRanks()
    {
        string segment = $"colossus-test-step-{Environment.ProcessId}-{Interlocked.Increment(ref worlds)}";
        Exception?[] errors = new Exception?[layout.Ranks];
        Thread[] ranks = [.. Enumerable.Range(0, layout.Ranks).Select(rank => new Thread(() => errors[rank] = Record.Exception(() => Join(segment, rank))) { IsBackground = true })];
        try
        {
            Array.ForEach(ranks, rank => rank.Start());
            foreach (Thread rank in ranks)
            {
                Assert.True(rank.Join(limit), $"a rank of {layout} did not end its step within {limit}");
            }
        }
        finally
        {
            SharedSegment.Remove(segment);
        }

        // What the others say is only that this one has gone.
        if (errors.OfType<Exception>().OrderBy(error => error is CollectiveAbortedException).FirstOrDefault() is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private void Join(string segment, int rank)
    {
        using World world = rank == 0
            ? World.Create(segment, new WorldMap(layout).ShapeOf(0, Programs) with { ChannelBytes = 64 }, 0)
            : World.Join(segment, rank, layout.Ranks, 0, limit);
        try
        {
            Step(world, ProgramOf(rank));
        }
        catch
        {
            world.Abort();
            throw;
        }
    }

    private void Step(World world, RankProgram program)
    {
        using var arena = new Arena();
        var region = new RankRegion(world, program, arena);
        IStateKernels kernels = BackendFactory.CreateState(formats);
        var counting = new CountingBackend(computes ? BackendFactory.Create(formats) : new IdleBackend(), formats);
        var direct = new StepCommunicator(region, kernels, new WaitClock(new PhaseClock(TimeProvider.System)), tracer: null, poisons: true);
        var (backend, communicator) = equipment(program, counting, direct);
        using var executor = new RankExecutor(program, backend);
        IReadOnlyList<StatePiece> pieces = states.PiecesOf(program.Rank);
        var updater = new StateUpdater(region, pieces, new OptimizerSpec(), kernels, direct);
        var agreement = new StepAgreement(world.Group(WorldMap.Everyone));
        executor.Bind(region.Vectors);
        foreach (StatePiece piece in pieces)
        {
            start.AsSpan((int)piece.Range.Start, (int)piece.Range.Count).CopyTo(Floats(region.State(0, piece.Offset).Master, piece.Range.Count));
        }

        updater.Refresh(0);
        IReadOnlyList<StepTraffic> before = RankCount.TrafficUntilNow(world, program);
        executor.Arguments.LossScale = 1f / ((float)layout.GlobalBatch * model.Sequence);
        executor.RunPasses(communicator, microBatch => Read(program, microBatch, executor.Arguments));
        executor.TakeLosses().ToList().ForEach(agreement.Loss.Add);
        updater.FinishGradients(agreement.Squares);
        var (loss, squares, _) = agreement.Exchange(default);
        TakeGradients(region);
        updater.Update(1, 1, rate: 1e-3, gradientScale: 1);
        TakeWeights(region, pieces);
        double flops = counting.Flops;
        IReadOnlyList<StepTraffic> traffic = RankCount.Between(before, RankCount.TrafficUntilNow(world, program));

        // Passes of an evaluation share scratch with those of a step, and may need more.
        foreach (RankChunk chunk in program.Chunks)
        {
            executor.Evaluate(chunk.Blocks.Chunk, communicator);
        }

        _ = executor.TakeLosses();
        world.Barrier();
        lock (gate)
        {
            (Loss, Squares, SegmentBytes) = (loss, squares, new FileInfo(Path.Combine(SharedSegment.Directory, world.Name)).Length);
            Counts[program.Rank] = new RankCount(flops, traffic, counting.TakenBytes, counting.UsedBytes, arena.Bytes, world.Shape.RegionBytes[program.Rank]);
        }
    }

    private void TakeGradients(RankRegion region)
    {
        lock (gate)
        {
            foreach (int bucket in region.Program.Buckets.Indices.Where(bucket => !Table.Buckets[bucket].IsCopy))
            {
                FlatRange slice = region.Program.SliceOf(bucket);
                Floats(region.SumOf(bucket, slice.Start), slice.Count).CopyTo(Gradients.AsSpan((int)slice.Start));
            }
        }
    }

    // Whoever keeps the same elements has the same bits of them.
    private void TakeWeights(RankRegion region, IReadOnlyList<StatePiece> pieces)
    {
        lock (gate)
        {
            foreach (StatePiece piece in pieces)
            {
                ReadOnlySpan<float> mine = Floats(region.State(1, piece.Offset).Master, piece.Range.Count);
                Span<float> known = Weights.AsSpan((int)piece.Range.Start, mine.Length);
                for (int i = 0; i < mine.Length; i++)
                {
                    Assert.True(float.IsNaN(known[i]) || known[i] == mine[i], $"rank {region.Program.Rank} has another weight {piece.Range.Start + i} than the ranks before it");
                }

                mine.CopyTo(known);
            }
        }
    }

    private void Read(RankProgram program, int microBatch, PassArguments arguments)
    {
        int first = ((program.DataPlace * layout.MicroBatches) + microBatch) * program.TokensOfMicroBatch;
        for (int i = 0; i < program.TokensOfMicroBatch; i++)
        {
            arguments.Inputs[i] = TokenAt(first + i);
            arguments.Targets[i] = TokenAt(first + i + 1);
        }
    }

    private int TokenAt(int place) => (int)(unchecked((uint)place * 2654435761) >> 8) % model.Vocab;

    private static float[] StartOf(ParameterTable table)
    {
        var random = new Random(3);
        float[] flat = new float[table.FlatCount];
        foreach (Parameter parameter in table.Parameters)
        {
            for (long i = 0; i < parameter.Count; i++)
            {
                double noise = (random.NextDouble() - 0.5) * 0.5;
                flat[parameter.Start + i] = (float)(parameter.Decays ? noise : 1 + noise);
            }
        }

        return flat;
    }

    private static Span<float> Floats(nint address, long count) => new((void*)address, checked((int)count));
}

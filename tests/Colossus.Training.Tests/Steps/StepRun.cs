using System.Runtime.ExceptionServices;
using Colossus.Collectives;
using Colossus.Plan.Parameters;
using Colossus.Plan.Partitioning;
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
    private const int EndOfText = 0;
    private static readonly TimeSpan limit = TimeSpan.FromMinutes(2);
    private static int worlds;

    private readonly ModelSpec model;
    private readonly Layout layout;
    private readonly NumberFormats formats;
    private readonly bool computes;
    private readonly AttentionScope scope;
    private readonly Equipment equipment;
    private readonly StateMap states;
    private readonly RankPrograms programs;
    private readonly float[] start;
    private readonly Lock gate = new();

    private StepRun(ModelSpec model, Layout layout, NumberFormats formats, bool computes, Equipment? equipment, AttentionScope scope)
    {
        this.scope = scope;
        this.model = model;
        this.layout = layout;
        this.formats = formats;
        this.computes = computes;
        this.equipment = equipment ?? ((_, backend, communicator) => (backend, communicator));
        Table = ParameterTable.For(model);
        states = StateMap.For(model, layout);
        start = StartOf(Table);
        Gradients = new float[Table.FlatCount];
        Weights = new float[Table.FlatCount];
        Array.Fill(Weights, float.NaN);
        Counts = new RankCount[layout.Ranks];
        programs = new RankPrograms(model, layout, formats, scope);
        _ = Enumerable.Range(0, layout.Ranks).Select(programs.Of).ToList();
    }

    public ParameterTable Table { get; }

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
    /// <param name="scope">What a token sees of its sequence.</param>
    public static StepRun Of(ModelSpec model, Layout layout, NumberFormats formats, bool computes = true, Equipment? equipment = null, AttentionScope scope = AttentionScope.Sequence)
    {
        // Each rank's thread would have a team of its own, which spins while it has nothing to do.
        LibtorchLoader.Load();
        torch.set_num_threads(1);
        var run = new StepRun(model, layout, formats, computes, equipment, scope);
        run.RunRanks();
        return run;
    }

    /// <summary>Whether what ranks compute and exchange depends on what tokens choose.</summary>
    public bool IsRouted => computes && (layout.Expert > 1 || HasCapacity);

    /// <summary>Whether experts drop visits.</summary>
    public bool HasCapacity => model.Experts is { Capacity: > 0 };

    /// <summary>What a rank does, by the plan.</summary>
    public RankProgram ProgramOf(int rank) => programs.Of(rank);

    /// <summary>Tokens that the tokens of a micro-batch see together.</summary>
    public long Visible(RankProgram program, int microBatch)
    {
        var arguments = new PassArguments(program.TokensOfMicroBatch);
        Read(program, microBatch, arguments);
        var rows = new TokenRows(model.Sequence, layout.Context, RankShare.Of(layout, program.Rank).ContextPlace);
        return Enumerable.Range(0, layout.MicroBatch * rows.OfSequence).Sum(row => (long)rows.PositionOf(row) + 1 - arguments.FirstVisible[rows.TokenOf(row)]);
    }

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
            ? World.Create(segment, new WorldMap(ProgramOf(0)).ShapeOf(0, programs) with { ChannelBytes = 64 }, 0)
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
        var counting = new CountingBackend(computes ? BackendFactory.Create(formats) : new IdleBackend(), formats, new DeviceMemory(region.At(region.Memory.Exchange.Offset), region.Memory.Exchange.Bytes), computes);
        var direct = new StepCommunicator(region, kernels, new WaitClock(new PhaseClock(TimeProvider.System)), tracer: null, poisons: true);
        var (backend, communicator) = equipment(program, counting, new CountingCommunicator(direct, counting));
        using var executor = new RankExecutor(program, backend);
        var updater = new StateUpdater(region, new OptimizerSpec(), model.Experts?.BiasRate ?? 0, kernels, direct);
        var agreement = new StepAgreement(world.Group(WorldMap.Everyone));
        executor.Bind(region.Vectors);
        foreach (StateBox box in states.BoxesOf(program.Rank))
        {
            ForEachRow(box.Parameter, box.Box, (row, whole, count) => start.AsSpan(whole, count).CopyTo(Floats(region.State(0, box.Offset + (row * box.Stride)).Master, count)));
        }

        updater.Refresh(0);
        IReadOnlyList<StepTraffic> before = RankCount.TrafficUntilNow(region);
        executor.Arguments.LossScale = 1f / ((float)layout.GlobalBatch * model.Sequence);
        executor.RunPasses(communicator, microBatch => Read(program, microBatch, executor.Arguments));
        executor.TakeLosses().ToList().ForEach(agreement.Loss.Add);
        updater.FinishGradients(agreement.Squares);
        agreement.Largest = direct.Integers.Largest;
        var (loss, squares, _, largest, _) = agreement.Exchange(default);
        Assert.Equal(FixedPoint.UsualDigits, FixedPoint.DigitsFor(largest, program.AddendsOfGradient));
        TakeGradients(region);
        updater.Update(1, 1, rate: 1e-3, gradientScale: 1);
        TakeWeights(region);
        double flops = counting.Flops;
        IReadOnlyList<StepTraffic> traffic = RankCount.Between(before, RankCount.TrafficUntilNow(region));

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
        ParameterTable local = region.Program.Table;
        lock (gate)
        {
            foreach (int bucket in region.Program.Buckets.Indices.Where(bucket => !local.Buckets[bucket].IsCopy))
            {
                foreach (FlatBox box in local.Boxes(region.Program.SliceOf(bucket)))
                {
                    ForEachRow(Table.IndexOf(box.Parameter), box.Box, (row, whole, count) => Floats(region.SumOf(bucket, box.Start + (row * box.Stride)), count).CopyTo(Gradients.AsSpan(whole)));
                }
            }
        }
    }

    // Whoever keeps the same elements has the same bits of them, where they are computed.
    private void TakeWeights(RankRegion region)
    {
        lock (gate)
        {
            foreach (StateBox box in states.BoxesOf(region.Program.Rank))
            {
                ForEachRow(box.Parameter, box.Box, (row, whole, count) =>
                {
                    ReadOnlySpan<float> mine = Floats(region.State(1, box.Offset + (row * box.Stride)).Master, count);
                    Span<float> known = Weights.AsSpan(whole, count);
                    for (int i = 0; i < count; i++)
                    {
                        Assert.True(!computes || float.IsNaN(known[i]) || known[i] == mine[i], $"rank {region.Program.Rank} has another weight {whole + i} than the ranks before it: {known[i]:R} {mine[i]:R} {Table.Parameters[box.Parameter].Name}");
                    }

                    mine.CopyTo(known);
                });
            }
        }
    }

    // Rows of a rectangle: which one, where it begins in the flat vector of the whole model, how many elements.
    private void ForEachRow(int parameter, ParameterBox box, Action<long, int, int> act)
    {
        Parameter whole = Table.Parameters[parameter];
        for (long row = 0; row < box.Rows; row++)
        {
            act(row, (int)(whole.Start + ((box.Row + row) * whole.Width) + box.Column), (int)box.Columns);
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

        for (int start = 0; scope == AttentionScope.Document && start < program.TokensOfMicroBatch; start += model.Sequence)
        {
            Batches.FindDocuments(arguments.Inputs.AsSpan(start, model.Sequence), EndOfText, arguments.FirstVisible.AsSpan(start));
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
                flat[parameter.Start + i] = (float)(parameter.Rule == UpdateRule.Plain ? 1 + noise : noise);
            }
        }

        return flat;
    }

    private static Span<float> Floats(nint address, long count) => new((void*)address, checked((int)count));
}

using Colossus.Checkpoints;
using Colossus.Collectives;
using Colossus.Data.Shards;
using Colossus.Data.Tokenizers;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using Colossus.Protocol;
using Colossus.Protocol.Time;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Training.Backends;
using Colossus.Training.Generation;
using Colossus.Training.Kernels;
using Colossus.Training.Memory;

namespace Colossus.Training.Engine;

/// <summary>Trains as one rank, epoch after epoch; memory and kernels are made ready once.</summary>
public sealed unsafe class RankTrainer : IDisposable
{
    private const string SamplePrompt = "The ";
    private const int SampleTokens = 200;
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(60);

    private readonly JobSpec job;
    private readonly string jobText;
    private readonly bool poisons;
    private readonly ParameterTable table;
    private readonly StateMap states;
    private readonly NumberFormats formats;
    private readonly TokenCorpus corpus;
    private readonly RankPrograms programs;
    private RankExecutor executor;
    private readonly CheckpointWriter checkpoints = new();
    private readonly string checkpointFolder;
    private readonly PhaseClock clock;
    private readonly Lock gate = new();
    private Membership? current;

    /// <summary>Takes the memory for a job's micro-batches. libtorch must be loaded.</summary>
    /// <param name="job">The job, resolved for this machine.</param>
    /// <param name="jobText">The same as YAML, for checkpoints.</param>
    /// <param name="corpusFolder">The token shards.</param>
    /// <param name="checkpointFolder">Where checkpoints go.</param>
    /// <param name="clock">Books this rank's time.</param>
    public RankTrainer(JobSpec job, string jobText, string corpusFolder, string checkpointFolder, PhaseClock clock)
        : this(job, jobText, corpusFolder, checkpointFolder, clock, poisons: false)
    {
    }

    /// <summary>The same; tests have gathered weights become NaN when they are given back.</summary>
    internal RankTrainer(JobSpec job, string jobText, string corpusFolder, string checkpointFolder, PhaseClock clock, bool poisons)
    {
        this.poisons = poisons;
        this.job = job;
        this.jobText = jobText;
        this.checkpointFolder = checkpointFolder;
        this.clock = clock;
        KernelThreads.Count = job.ThreadsOn(Environment.ProcessorCount);
        table = ParameterTable.For(job.Model);
        formats = NumberFormats.Of(job.Train);
        corpus = TokenCorpus.Open(corpusFolder);
        var layout = Layout.From(job.Parallel, job.Train.MicroBatch, job.Train.GlobalBatch);
        programs = new RankPrograms(job.Model, layout, formats, job.Data.Attention);
        states = StateMap.For(job.Model, layout);

        // Which rank this process will be is not known yet: of most layouts all ranks are alike.
        executor = ExecutorFor(0);
    }

    /// <summary>Compiles all kernels by a pass of a tiny model in the job's number formats.</summary>
    public void WarmUp()
    {
        var tiny = job.Model with { Layers = 1, Hidden = 64, Heads = 2, KvHeads = 2, HeadWidth = 32, Ffn = 64, Vocab = 64, Sequence = 32, Experts = job.Model.Experts is { } experts ? experts with { Ffn = 64, DenseLayers = 0 } : null };
        var alone = new Layout(1, 1, 1, 1, 1, 1, 1, false, 1, 1, job.Parallel.Recompute, PipelineSchedule.OneForwardOneBackward);
        var program = RankProgram.For(tiny, alone, formats, 0, job.Data.Attention);
        using var arena = new Arena();
        byte* weights = arena.Take<byte>(program.Table.FlatCount * sizeof(float));
        byte* gradients = arena.Take<byte>(program.Buckets.GradientCount * sizeof(float));
        using var small = new RankExecutor(program, BackendFactory.Create(formats));
        small.Bind(new RankVectors(program, (nint)weights, (nint)weights, (nint)gradients, Exchange: 0));
        small.RunPasses(new NoPeers(), _ => { });
        small.Evaluate(0, new NoPeers());
    }

    /// <summary>Trains within one epoch, to the last step or the end of the step in which a stop is asked for.</summary>
    /// <param name="place">This rank's place.</param>
    /// <param name="report">Hears of what happens, on the thread that calls or on one that writes a checkpoint; ranks other than 0 tell of nothing but <see cref="JoinedReport"/>.</param>
    /// <param name="trace">Takes what this rank does and when; null when no trace is wanted.</param>
    /// <exception cref="EpochEndedException">The epoch was given up.</exception>
    /// <exception cref="TrainingFailedException">The run cannot go on.</exception>
    public RankResult Run(RankPlace place, Action<RankReport> report, IStepTrace? trace = null)
    {
        using var membership = new Membership(place.Epoch);
        lock (gate)
        {
            current = membership;
        }

        try
        {
            return RunEpoch(place, report, trace, membership);
        }
        catch (Exception error) when (error is CollectiveAbortedException or OperationCanceledException)
        {
            throw new EpochEndedException(error);
        }
        catch (SharedMemoryException error)
        {
            throw new TrainingFailedException("sharedMemory", error.Message);
        }
        catch (CheckpointException error)
        {
            throw new TrainingFailedException("checkpoint", error.Message);
        }
        finally
        {
            lock (gate)
            {
                current = null;
            }
        }
    }

    /// <summary>Gives an epoch up, from any thread.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <returns>Whether <see cref="Run"/> is in it, and will end by an exception.</returns>
    public bool Abort(long epoch)
    {
        lock (gate)
        {
            if (current is null || current.Epoch > epoch)
            {
                return false;
            }

            current.Abort();
            return true;
        }
    }

    /// <summary>Asks for an orderly stop after the step at hand, from any thread; counts on rank 0.</summary>
    public void RequestStop()
    {
        lock (gate)
        {
            current?.RequestStop();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        executor.Dispose();
        corpus.Dispose();
    }

    private RankResult RunEpoch(RankPlace place, Action<RankReport> report, IStepTrace? trace, Membership membership)
    {
        var program = executor.Program.IsLike(place.Rank) ? executor.Program.MovedTo(place.Rank) : Become(place.Rank);
        using var arena = new Arena();
        using var world = place.Rank == 0
            ? World.Create(place.Segment, new WorldMap(program).ShapeOf(place.Epoch, programs), 0)
            : World.Join(place.Segment, place.Rank, place.Ranks, place.Epoch, JoinLimit, membership.Cancelled);
        try
        {
            var region = new RankRegion(world, program, arena);
            var tracer = trace is null ? null : new StepTracer(trace, place);
            var context = new SessionContext(job, jobText, table, states, corpus, checkpoints, checkpointFolder, clock, report, tracer);
            using var session = new TrainingSession(context, region, executor, poisons);
            membership.Enter(world, session);
            var result = session.Run(new RestorePlan(place.RestoreSegment, place.RestoreEpoch, place.RestoreCheckpoint, place.KnownStep));
            if (place.Rank == 0 && !result.Stopped)
            {
                WriteSample(WholeModel(world, result.Step), report);
            }

            return result;
        }
        catch
        {
            // Whatever went wrong here, nobody may wait for this rank; the session's own threads neither.
            world.Abort();
            throw;
        }
        finally
        {
            membership.Leave();
        }
    }

    private RankExecutor ExecutorFor(int rank) => new(programs.Of(rank), BackendFactory.Create(formats));

    // This process takes a rank with another part of the model than before.
    private RankProgram Become(int rank)
    {
        executor.Dispose();
        executor = ExecutorFor(rank);
        return executor.Program;
    }

    private float[] WholeModel(World world, long step)
    {
        float[] flat = new float[checked((int)table.FlatCount)];
        fixed (float* first = flat)
        {
            for (int index = 0; index < table.Parameters.Count; index++)
            {
                Parameter parameter = table.Parameters[index];
                RankRegion.ReadParameter(world, states, index, ParameterBox.Of(parameter), step, 0, first + parameter.Start);
            }
        }

        return flat;
    }

    private void WriteSample(float[] weights, Action<RankReport> report)
    {
        clock.Enter(TimeBucket.Evaluation);
        var generator = new TextGenerator(job.Model, weights, job.Data.Attention == AttentionScope.Document ? corpus.Info.EndOfText : null);
        var tokens = generator.Continue(corpus.Tokenizer.Encode(SamplePrompt), SampleTokens, new SamplingOptions());
        report(new TextReport(SamplePrompt, corpus.Tokenizer.Decode(tokens)));
    }
}

using Colossus.Checkpoints;
using Colossus.Collectives;
using Colossus.Data.Shards;
using Colossus.Data.Tokenizers;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Training.Backends;
using Colossus.Training.Generation;
using Colossus.Training.Kernels;
using Colossus.Training.Memory;
using TorchSharp;

namespace Colossus.Training.Engine;

/// <summary>Trains as one rank, epoch after epoch; memory and kernels are made ready once.</summary>
public sealed unsafe class RankTrainer : IDisposable
{
    private const string SamplePrompt = "The ";
    private const int SampleTokens = 200;
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(60);

    private readonly JobSpec job;
    private readonly string jobText;
    private readonly ParameterTable table;
    private readonly NumberFormats formats;
    private readonly TokenCorpus corpus;
    private readonly StepExecutor executor;
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
    {
        this.job = job;
        this.jobText = jobText;
        this.checkpointFolder = checkpointFolder;
        this.clock = clock;
        int threads = job.Train.Threads > 0 ? job.Train.Threads : Math.Max(1, Environment.ProcessorCount / job.Parallel.Ranks);
        torch.set_num_threads(threads);
        KernelThreads.Count = threads;
        table = ParameterTable.For(job.Model);
        formats = NumberFormats.Of(job.Train);
        corpus = TokenCorpus.Open(corpusFolder);
        executor = new StepExecutor(job.Model, job.Train.MicroBatch, formats, job.Parallel.Recompute);
    }

    private bool Accumulates => formats.BfResidual && job.Train.GlobalBatch > job.Parallel.Data * job.Train.MicroBatch;

    /// <summary>Compiles all kernels by a pass of a tiny model in the job's number formats.</summary>
    public void WarmUp()
    {
        var tiny = job.Model with { Layers = 1, Hidden = 64, Heads = 2, KvHeads = 1, HeadWidth = 32, Ffn = 64, Vocab = 64, Sequence = 32 };
        var parameters = ParameterTable.For(tiny);
        using var arena = new Arena();
        byte* weights = arena.Take<byte>(parameters.FlatCount * 4);
        byte* gradients = arena.Take<byte>(parameters.FlatCount * 4);
        using var small = new StepExecutor(tiny, 1, formats, job.Parallel.Recompute);
        small.Bind(new WeightMemory(parameters, formats, (nint)weights, (nint)weights, (nint)gradients));
        small.ForwardBackward(static _ => { });
        small.Evaluate();
    }

    /// <summary>Trains within one epoch, to the last step or the end of the step in which a stop is asked for.</summary>
    /// <param name="place">This rank's place.</param>
    /// <param name="observer">Hears of what happens.</param>
    /// <exception cref="EpochEndedException">The epoch was given up.</exception>
    /// <exception cref="TrainingFailedException">The run cannot go on.</exception>
    public RankResult Run(RankPlace place, IStepObserver observer)
    {
        using var membership = new Membership(place.Epoch);
        lock (gate)
        {
            current = membership;
        }

        try
        {
            return RunEpoch(place, observer, membership);
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

    private RankResult RunEpoch(RankPlace place, IStepObserver observer, Membership membership)
    {
        int evaluationBatches = Evaluator.BatchCount(job, corpus);
        using var group = place.Rank == 0
            ? SharedGroup.Create(place.Segment, ShapeOf(place, evaluationBatches), 0)
            : SharedGroup.Join(place.Segment, place.Rank, place.Ranks, place.Epoch, JoinLimit, membership.Cancelled);
        var state = SharedState.In(group, table, formats, Accumulates, evaluationBatches);
        var context = new SessionContext(job, jobText, table, formats, corpus, checkpoints, checkpointFolder, clock, observer);
        using var session = SessionFactory.Create(context, state, executor);
        try
        {
            membership.Enter(group, session);
            var result = session.Run(new RestorePlan(place.RestoreSegment, place.RestoreEpoch, place.RestoreCheckpoint, place.KnownStep));
            if (place.Rank == 0 && !result.Stopped)
            {
                WriteSample(state.Master(result.Step), observer);
            }

            return result;
        }
        catch
        {
            // Whatever went wrong here, nobody may wait for this rank; the session's own threads neither.
            group.Abort();
            throw;
        }
        finally
        {
            membership.Leave();
        }
    }

    private GroupShape ShapeOf(RankPlace place, int evaluationBatches) => new()
    {
        Ranks = place.Ranks,
        Epoch = place.Epoch,
        CounterCount = Counter.FirstBucket + table.Buckets.Count,
        HeapBytes = SharedState.BytesFor(table, formats, Accumulates, evaluationBatches, place.Ranks),
    };

    private void WriteSample(float* master, IStepObserver observer)
    {
        clock.Enter(TimeBucket.Evaluation);
        float[] weights = new Span<float>(master, checked((int)table.FlatCount)).ToArray();
        var tokens = new TextGenerator(job.Model, weights).Continue(corpus.Tokenizer.Encode(SamplePrompt), SampleTokens, new SamplingOptions());
        observer.Wrote(SamplePrompt, corpus.Tokenizer.Decode(tokens));
    }
}

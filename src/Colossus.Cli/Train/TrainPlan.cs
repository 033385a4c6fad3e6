using Colossus.Cli.Machine;
using Colossus.Cli.Workers;
using Colossus.Data.Tokenizers;
using Colossus.Processes;
using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Everything between a command line and the first rank: reads the job, makes the token shards, measures the machine, makes or opens the run folder.</summary>
/// <param name="host">Where it writes, and what it sees of the world.</param>
/// <param name="services">The other projects.</param>
internal sealed class TrainPlan(CliHost host, TrainServices services)
{
    /// <summary>The source that is no path.</summary>
    private const string DotnetDocs = "dotnet-docs";

    /// <summary>What stands before the folder of a vocabulary.</summary>
    private const string Gpt2Folder = "gpt2:";

    /// <summary>A new run.</summary>
    /// <param name="jobFile">Full path of the job file.</param>
    /// <param name="run">Full path of the run folder to make; null for one under <c>runs/</c>.</param>
    /// <param name="settings">Values of <c>--set</c>.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <exception cref="CliException">The job, its text or the machine is not good enough.</exception>
    /// <exception cref="RunFolderException">The run folder exists or cannot be made.</exception>
    public async Task<(LaunchOrder Order, WorkerProbe Speed)> NewAsync(string jobFile, string? run, IReadOnlyList<string> settings, CancellationToken cancellationToken)
    {
        var home = Path.GetDirectoryName(jobFile)!;
        var job = Anchor(Read(jobFile, settings), home);
        if (run is not null)
        {
            // Before minutes are spent on shards.
            RunFolder.RequireFree(run);
        }

        var worker = WorkerCommand.Find(host);
        var facts = MachineFacts.Read();
        var speed = await SpeedAsync(facts, worker, cancellationToken);
        job = Resolve(job, facts, speed);
        RequireRoom(job);
        var corpus = await services.Corpora.PrepareAsync(job, home, cancellationToken);
        var yaml = services.Jobs.Write(job);
        var folder = run is not null
            ? RunFolder.Create(run, yaml)
            : RunFolder.Create(Path.Combine(host.WorkingFolder, "runs"), job.Name, host.Time.GetLocalNow(), yaml);
        TextTokenizers.CopyVocabulary(job.Data.Tokenizer, home, folder.TokenizerFolder);
        return (new LaunchOrder(job, folder, corpus, worker, NumericsOf(job, facts, speed), null, 0), speed);
    }

    /// <summary>A run that goes on from one of its checkpoints.</summary>
    /// <param name="run">Full path of its folder.</param>
    /// <param name="step">Step of the checkpoint; null for the newest good one.</param>
    /// <param name="settings">Values of <c>--set</c>.</param>
    /// <param name="acceptOtherData">Whether it may go on with other data than it began with.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <returns>Null when it has no steps left; that has been said.</returns>
    /// <exception cref="CliException">The job, its text or the machine is not good enough.</exception>
    /// <exception cref="RunFolderException">There is no such run.</exception>
    public async Task<(LaunchOrder Order, WorkerProbe Speed)?> ResumeAsync(
        string run, long? step, IReadOnlyList<string> settings, bool acceptOtherData, CancellationToken cancellationToken)
    {
        var folder = RunFolder.Open(run);
        Refuse(ResumeRules.Mistakes(settings));
        var own = folder.ReadData();
        var job = Anchor(Read(folder.JobFile, settings), own?.Base ?? folder.Path);
        if (folder.LivingSupervisor() is { } holder)
        {
            throw folder.Taken(holder);
        }

        var checkpoint = CheckpointChoice.Of(folder, step, job, host.Warn);
        if (checkpoint is not null && checkpoint.Step >= job.Train.Steps)
        {
            host.Say($"{RunFolder.Shown(folder.Path)} has done its {job.Train.Steps} steps; let it go on with --set train.steps={job.Train.Steps * 2}");
            return null;
        }

        host.Say(checkpoint is null
            ? $"{RunFolder.Shown(folder.Path)} has no good checkpoint: it begins again at step 0"
            : $"continuing {RunFolder.Shown(folder.Path)} from step {checkpoint.Step}");
        if (checkpoint is not null && RateChange.Describe(folder, checkpoint.Step, job.Train) is { } change)
        {
            host.Say(change);
        }

        if (checkpoint is not null && services.Jobs.Read(folder.JobFile, []).Job is { } before && LayoutChange.Describe(before, job) is { } moved)
        {
            host.Say(moved);
        }

        var worker = WorkerCommand.Find(host);
        var facts = MachineFacts.Read();
        var speed = await SpeedAsync(facts, worker, cancellationToken);
        job = Resolve(job, facts, speed);
        RequireRoom(job);
        var numerics = NumericsOf(job, facts, speed);
        if (checkpoint is not null && NumericsChange.Describe(folder, numerics) is { } otherBits)
        {
            host.Say(otherBits);
        }

        TellOfCrowding(job, facts.Cores);

        var corpus = await DataAsync(folder, job, own, acceptOtherData, cancellationToken);
        if (settings.Count > 0)
        {
            folder.ReplaceJob(services.Jobs.Write(job));
        }

        return (new LaunchOrder(job, folder, corpus, worker, numerics, checkpoint?.Path, checkpoint?.Step ?? 0), speed);
    }

    /// <summary>Reads a job file; what is wrong with it goes to standard error.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="settings">Values of <c>--set</c>.</param>
    /// <exception cref="CliException">It is missing or has mistakes; exit code 2.</exception>
    public JobSpec Read(string path, IReadOnlyList<string> settings)
    {
        if (Directory.Exists(path))
        {
            throw CliException.BadInput($"{RunFolder.Shown(path)} is a folder; name a job file, or continue a run with --resume {RunFolder.Shown(path)}");
        }

        if (!File.Exists(path))
        {
            throw CliException.BadInput($"there is no job file {RunFolder.Shown(path)}");
        }

        var reading = services.Jobs.Read(path, settings);
        Refuse(reading.Mistakes);
        return reading.Job!;
    }

    // Before minutes are spent on shards.
    private void RequireRoom(JobSpec job) => StepDemand.RequireRoom(job, MemoryLease.Folder, SharedMemoryRoom.Of(MemoryLease.Folder)?.Free, host.Warn);

    private Task<PreparedCorpus> DataAsync(RunFolder folder, JobSpec job, RunData? own, bool acceptOther, CancellationToken cancellationToken)
    {
        if (own is not null)
        {
            return services.Corpora.PrepareAgainAsync(job, own, acceptOther, cancellationToken);
        }

        if (Directory.EnumerateFileSystemEntries(folder.CheckpointsFolder).Any())
        {
            host.Warn($"{RunFolder.Shown(folder.DataFile)} is missing, so nobody can say whether the text is still the one that the run began with");
        }

        return services.Corpora.PrepareAsync(job, folder.Path, cancellationToken);
    }

    private void Refuse(IReadOnlyList<string> mistakes)
    {
        if (mistakes.Count > 0)
        {
            foreach (var mistake in mistakes)
            {
                host.Say(mistake);
            }

            throw CliException.BadInput(mistakes.Count == 1 ? "1 mistake; nothing was started" : $"{mistakes.Count} mistakes; nothing was started");
        }
    }

    private async Task<WorkerProbe> SpeedAsync(MachineFacts facts, WorkerCommand worker, CancellationToken cancellationToken)
    {
        if (!PeakCache.Has(host, facts, worker))
        {
            host.Say("measuring this machine's matrix products, once ...");
        }

        return await PeakCache.GetAsync(host, facts, worker, again: false, cancellationToken);
    }

    /// <summary>Relative paths start from the job file's folder; the run's own job lies elsewhere, so they are made full.</summary>
    private static JobSpec Anchor(JobSpec job, string folder) => job with
    {
        Data = job.Data with
        {
            Sources = [.. job.Data.Sources.Select(source => source == DotnetDocs ? source : Path.GetFullPath(source, folder))],
            Tokenizer = job.Data.Tokenizer.StartsWith(Gpt2Folder, StringComparison.Ordinal)
                ? Gpt2Folder + Path.GetFullPath(job.Data.Tokenizer[Gpt2Folder.Length..], folder)
                : job.Data.Tokenizer,
            Cache = job.Data.Cache is { } cache ? Path.GetFullPath(cache, folder) : null,
        },
    };

    /// <summary>What was left to this machine is decided once and written into the run's job: it changes the last bits of results.</summary>
    private static JobSpec Resolve(JobSpec job, MachineFacts facts, WorkerProbe speed) => job with
    {
        Train = job.Train with
        {
            Threads = job.ThreadsOn(facts.Cores),
            Products = job.Train.Products != ProductFormat.Auto ? job.Train.Products
                : job.Train.Precision != Precision.Fp32 && speed.Bf16 >= speed.Fp32 ? ProductFormat.Bf16
                : ProductFormat.Fp32,
        },
    };

    /// <summary>A run keeps its threads for its bits' sake, also where more ranks or fewer cores would ask for less.</summary>
    private void TellOfCrowding(JobSpec job, int cores)
    {
        var share = (job with { Train = job.Train with { Threads = 0 } }).ThreadsOn(cores);
        if (job.Train.Threads > share)
        {
            host.Say(
                $"{job.Parallel.Ranks} {(job.Parallel.Ranks == 1 ? "rank" : "ranks")} of {job.Train.Threads} threads on {cores} cores are slow: "
                + $"--set train.threads={share} is faster, and gives other bits");
        }
    }

    private static Numerics NumericsOf(JobSpec job, MachineFacts facts, WorkerProbe speed) =>
        new(job.Train.Threads, job.Train.Products.ToString().ToLowerInvariant(), "cpu", facts.Class, facts.Processor, speed.Libtorch ?? "of unknown version");
}

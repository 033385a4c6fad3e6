using Colossus.Data;
using Colossus.Data.Shards;
using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Token shards made by Colossus.Data.</summary>
/// <param name="host">Hears of progress.</param>
internal sealed class ShardCorpusSource(CliHost host) : ICorpusSource
{
    /// <inheritdoc/>
    public Task<PreparedCorpus> PrepareAsync(JobSpec job, string folder, CancellationToken cancellationToken) =>
        ShowAsync(progress => Make(WithCache(job), folder, progress, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<PreparedCorpus> PrepareAgainAsync(JobSpec job, RunData own, bool acceptOther, CancellationToken cancellationToken) =>
        ShowAsync(
            progress => acceptOther ? Accept(WithCache(job), own, progress, cancellationToken) : Same(WithCache(job), own, progress, cancellationToken), cancellationToken);

    private JobSpec WithCache(JobSpec job) => job.Data.Cache is null ? job with { Data = job.Data with { Cache = host.Cache.Shards } } : job;

    private async Task<PreparedCorpus> ShowAsync(Func<IProgress<CorpusProgress>, PreparedCorpus> work, CancellationToken cancellationToken)
    {
        var progress = new CorpusProgressLine(host);
        try
        {
            return await Task.Run(() => work(progress), cancellationToken);
        }
        catch (CorpusException error)
        {
            progress.Clear();
            if (error.Problems.Count == 1)
            {
                throw CliException.BadInput(error.Message);
            }

            Tell(error);
            throw CliException.BadInput($"{error.Problems.Count} problems; nothing was started");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.BadInput($"token shards cannot be read or written: {error.Message}; set data.cache to another folder");
        }
        finally
        {
            progress.Clear();
        }
    }

    private PreparedCorpus Make(JobSpec job, string folder, IProgress<CorpusProgress> progress, CancellationToken cancellationToken)
    {
        var held = CorpusStore.Hold(job.Data, folder, progress, cancellationToken);
        try
        {
            using var corpus = TokenCorpus.Open(held.Info.Folder);
            Require(corpus, job);
            foreach (var note in held.Info.Notes)
            {
                host.Warn(note);
            }

            TellOfEvaluation(corpus, job);
            return new PreparedCorpus(Describe(held.Info, folder), held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private PreparedCorpus Accept(JobSpec job, RunData own, IProgress<CorpusProgress> progress, CancellationToken cancellationToken)
    {
        var made = Make(job, own.Base, progress, cancellationToken);
        return made.Data.Hash == own.Hash ? made : made with { Replaced = own.Hash };
    }

    /// <summary>The run's own shards where they are; else what the text gives now, if that is the same.</summary>
    private PreparedCorpus Same(JobSpec job, RunData own, IProgress<CorpusProgress> progress, CancellationToken cancellationToken)
    {
        if (CorpusStore.Find(own.Hash, own.Folder, job.Data, own.Base, progress, cancellationToken) is { } held)
        {
            if (ChangeSince(job, own, progress, cancellationToken) is { } change)
            {
                host.Warn(
                    $"the text has changed since the run began ({change}): the run goes on with its own token shards in {RunFolder.Shown(held.Info.Folder)}; "
                    + "--accept-other-data would take the text as it is now");
            }

            // The sources stay those that the shards were made of, whatever lies in their place now.
            return new PreparedCorpus(own with { Folder = held.Info.Folder }, held);
        }

        PreparedCorpus made;
        try
        {
            made = Make(job, own.Base, progress, cancellationToken);
        }
        catch (CorpusException error)
        {
            Tell(error);
            throw CliException.BadInput(
                $"the token shards of this run ({own.Hash}) are neither in {RunFolder.Shown(own.Folder)} nor in the cache, and cannot be made again from its text; "
                + "put the text back, or name the cache that holds the shards with --set data.cache=FOLDER");
        }

        if (made.Data.Hash != own.Hash)
        {
            made.Dispose();
            var change = SourceChanges.Describe(own.Sources, made.Data.Sources)
                ?? "no file changed, but other settings or another version of Colossus make other tokens of them";
            throw CliException.BadInput(
                $"the text is not the one that this run began with: {change}. Its data had the hash {own.Hash}, the text now gives {made.Data.Hash}; put the text back as it was, "
                + "name the cache that holds the run's shards with --set data.cache=FOLDER, or go on with the other text with --accept-other-data");
        }

        return made;
    }

    private static string? ChangeSince(JobSpec job, RunData own, IProgress<CorpusProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            return SourceChanges.Describe(own.Sources, Sources(CorpusStore.Sources(job.Data, own.Base, progress, cancellationToken)));
        }
        catch (CorpusException error)
        {
            return error.Problems[0] is { File: { } file, What: var what } ? $"{RunFolder.Shown(file)}: {what}" : error.Problems[0].What;
        }
    }

    private void Tell(CorpusException error)
    {
        foreach (var problem in error.Problems)
        {
            host.Complain(problem.ToString());
        }
    }

    private static RunData Describe(CorpusInfo info, string folder) => new(
        info.TokensSha256, info.Folder, folder, info.Tokenizer, info.Documents, info.HeldOutDocuments, info.TrainTokens, info.HeldOutTokens, Sources(info.Sources));

    private static IReadOnlyList<RunSource> Sources(IReadOnlyList<SourceRecord> sources) =>
        [.. sources.Select(source => new RunSource(source.Name, source.Bytes, source.Sha256))];

    private static void Require(TokenCorpus corpus, JobSpec job)
    {
        int sequence = job.Model.Sequence;
        if (corpus.TrainSamples(sequence) < 1)
        {
            throw new CorpusException(
                $"data.source: the text has {corpus.Info.TrainTokens} tokens to learn from, fewer than model.sequence ({sequence}) + 1; name more text, or lower model.sequence");
        }
    }

    // Holding text out is a choice: where there is too little of it, training goes on without.
    private void TellOfEvaluation(TokenCorpus corpus, JobSpec job)
    {
        int sequence = job.Model.Sequence;
        if (job.Data.Holdout == 0)
        {
            host.Say("no text is held out (data.holdout is 0): there is no evaluation");
        }
        else if (corpus.HeldOutSamples(sequence) == 0 && corpus.Info.HeldOutTokens > 0)
        {
            var needed = (sequence + 1.0) / (corpus.Info.TrainTokens + corpus.Info.HeldOutTokens);
            var cure = needed < 0.25
                ? $"set data.holdout to {Math.Ceiling(needed * 2000) / 1000:0.###} or more, or to 0 if that is meant"
                : "add text or lower model.sequence, or set data.holdout to 0 if that is meant";
            host.Warn($"There will be no evaluation: {corpus.Info.HeldOutTokens} tokens are held out, fewer than one sequence ({sequence}) and its end; {cure}.");
        }
    }
}

using Colossus.Data;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Token shards made by Colossus.Data.</summary>
/// <param name="host">Hears of progress.</param>
internal sealed class ShardCorpusSource(CliHost host) : ICorpusSource
{
    private static readonly TimeSpan quiet = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<string> PrepareAsync(JobSpec job, string folder, CancellationToken cancellationToken)
    {
        var last = host.Time.GetTimestamp();
        var progress = new Immediate(done =>
        {
            if (host.Time.GetElapsedTime(last) > quiet)
            {
                last = host.Time.GetTimestamp();
                host.Say($"reading text: {done.FilesDone} of {done.Files} files, {done.Documents:N0} documents, {done.Tokens / 1e6:0.0} M tokens");
            }
        });
        try
        {
            var info = await Task.Run(() => CorpusBuilder.Build(job.Data, folder, progress, cancellationToken), cancellationToken);
            using var corpus = TokenCorpus.Open(info.Folder);
            Require(corpus, job);
            return info.Folder;
        }
        catch (CorpusException error)
        {
            throw CliException.BadInput(error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.BadInput($"token shards cannot be written: {error.Message}; set data.cache to another folder");
        }
    }

    private static void Require(TokenCorpus corpus, JobSpec job)
    {
        int sequence = job.Model.Sequence;
        if (corpus.TrainSamples(sequence) < 1)
        {
            throw new CorpusException(
                $"data.source: the text has {corpus.Info.TrainTokens} tokens to learn from, fewer than model.sequence ({sequence}) + 1; name more text, or lower model.sequence");
        }

        if (corpus.HeldOutSamples(sequence) < 1)
        {
            throw new CorpusException(
                $"data.holdout: {corpus.Info.HeldOutTokens} tokens are held out of {corpus.Info.Documents} document(s), fewer than model.sequence ({sequence}) + 1; "
                + "raise data.holdout, name more documents, or lower model.sequence");
        }
    }

    // Progress<T> would call back on other threads, and late.
    private sealed class Immediate(Action<CorpusProgress> action) : IProgress<CorpusProgress>
    {
        public void Report(CorpusProgress value) => action(value);
    }
}

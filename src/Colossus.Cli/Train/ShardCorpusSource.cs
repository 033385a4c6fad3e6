using Colossus.Data;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Token shards made by Colossus.Data.</summary>
/// <param name="host">Hears of progress.</param>
internal sealed class ShardCorpusSource(CliHost host) : ICorpusSource
{
    /// <inheritdoc/>
    public async Task<string> PrepareAsync(JobSpec job, string folder, CancellationToken cancellationToken)
    {
        var progress = new CorpusProgressLine(host);
        try
        {
            var data = job.Data with { Cache = job.Data.Cache ?? host.Cache.Shards };
            var info = await Task.Run(() => CorpusBuilder.Build(data, folder, progress, cancellationToken), cancellationToken);
            using var corpus = TokenCorpus.Open(info.Folder);
            Require(corpus, job);
            foreach (var note in info.Notes)
            {
                host.Warn(note);
            }

            return info.Folder;
        }
        catch (CorpusException error)
        {
            if (error.Problems.Count == 1)
            {
                throw CliException.BadInput(error.Message);
            }

            foreach (var problem in error.Problems)
            {
                host.Complain(problem.ToString());
            }

            throw CliException.BadInput($"{error.Problems.Count} problems; nothing was started");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.BadInput($"token shards cannot be written: {error.Message}; set data.cache to another folder");
        }
        finally
        {
            progress.Clear();
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
}

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
            var info = await Task.Run(() => CorpusBuilder.Build(job.Data, folder, progress, cancellationToken), cancellationToken);
            using var corpus = TokenCorpus.Open(info.Folder);
            Require(corpus, job);
            foreach (var note in info.Notes)
            {
                host.Warn(note);
            }

            TellOfEvaluation(corpus, job);
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

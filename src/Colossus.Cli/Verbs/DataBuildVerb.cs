using System.CommandLine;
using Colossus.Cli.Train;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus data build JOB</c>: makes the token shards that <c>train</c> would make, and prints their folder.</summary>
internal sealed class DataBuildVerb : Verb
{
    private readonly TrainServices services;
    private readonly Argument<string> job;
    private readonly Option<string[]> set = SetOption();

    public DataBuildVerb(CliHost host, TrainServices services) : base("build", "Make the token shards of a job and print their folder; nothing is done when they are there", host)
    {
        this.services = services;
        job = Words("job", "job file (YAML)");
        Arguments.Add(job);
        Options.Add(set);
        SetAction(RunAsync);
    }

    public override IReadOnlyList<Example> Examples => [new("colossus data build samples/quickstart.yaml", "before a run, so that the run starts at once")];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        // Whoever stops the making of shards wants it to end now; what was made so far is removed.
        using var signals = StopSignals.OfProcess(static _ => { }, Host.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, signals.Orderly, signals.Now);
        var file = Full(parsed.GetRequiredValue(job));
        var read = new TrainPlan(Host, services).Read(file, parsed.GetValue(set) ?? []);
        using var corpus = await services.Corpora.PrepareAsync(read, Path.GetDirectoryName(file)!, ending.Token);
        Host.Out.WriteLine(corpus.Data.Folder);
        return ExitCode.Done;
    }
}

using System.CommandLine;
using Colossus.Cli.Files;
using Colossus.Cli.Train;
using Colossus.Plan.Traces;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus train JOB</c>: runs a job from its file, or continues a run.</summary>
internal sealed class TrainVerb : Verb
{
    private readonly TrainServices services;
    private readonly Argument<string> job;
    private readonly Option<string> run = new("--run") { Description = "folder of the run; default: runs/NAME-TIME", HelpName = "folder" };
    private readonly Option<string> resume = new("--resume") { Description = "continue a run from its newest good checkpoint", HelpName = "run" };
    private readonly Option<bool> acceptOtherData = new("--accept-other-data") { Description = "with --resume: go on with the text as it is now, though the run began with another; it is recorded in events.jsonl" };
    private readonly Option<long?> step = new("--step") { Description = "with --resume: the checkpoint to go on from; later ones are set aside", HelpName = "number" };
    private readonly Option<string?> trace = new("--trace")
    {
        Description = "write what each rank does and when, as a trace that Perfetto opens; gzip if it ends in .gz. "
            + $"It has the first {TracedSteps.First} steps after each start or recovery, then every {TracedSteps.Every}th",
        HelpName = "file",
    };
    private readonly Option<string> on = new("--on") { Description = "where the ranks run", HelpName = "local", DefaultValueFactory = _ => "local" };
    private readonly Option<string> format = FormatOption();
    private readonly Option<string[]> set = SetOption();

    public TrainVerb(CliHost host, TrainServices services) : base("train", "Train the model of a job file, and keep training when processes die", host)
    {
        this.services = services;
        job = Words("job", "job file (YAML); see samples/");
        job.Arity = ArgumentArity.ZeroOrOne;
        on.AcceptOnlyFromAmong("local");
        Arguments.Add(job);
        foreach (var option in (Option[])[run, set, resume, step, acceptOtherData, trace, format, on])
        {
            Options.Add(option);
        }

        Validators.Add(result =>
        {
            var named = result.GetResult(job) is { Tokens.Count: > 0 };
            var resumed = result.GetResult(resume) is not null;
            if (named == resumed)
            {
                result.AddError(named ? "a job file and --resume do not go together: a run carries its own job" : "name a job file, or a run to continue with --resume");
            }

            if (!resumed && result.GetResult(step) is not null)
            {
                result.AddError("--step goes with --resume: it names the checkpoint that the run goes on from");
            }

            if (!resumed && result.GetResult(acceptOtherData) is not null)
            {
                result.AddError("--accept-other-data goes with --resume: a new run has no data yet");
            }

            if (resumed && result.GetResult(run) is not null)
            {
                result.AddError("--run and --resume do not go together: a continued run stays in its folder");
            }
        });
        SetAction(RunAsync);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus train samples/quickstart.yaml", "two ranks on this machine"),
        new("colossus train samples/quickstart.yaml --set train.steps=50 --set parallel.data=1", "shorter, on one rank"),
        new("colossus train samples/pipeline.yaml", "two stages of a pipeline; docs/layouts.md lists what else runs"),
        new("colossus train --resume runs/quickstart-20260131-120000", "go on after a stop, a crash or a power cut"),
        new("colossus train --resume runs/quickstart-20260131-120000 --set train.steps=600", "go on for longer"),
        new("colossus train --resume runs/quickstart-20260131-120000 --set parallel.zero=3", "go on in another layout"),
        new("colossus train --resume runs/quickstart-20260131-120000 --step 100", "go on from an earlier checkpoint"),
        new("colossus train samples/quickstart.yaml --trace trace.json.gz", "and a trace for ui.perfetto.dev"),
        new("colossus train samples/quickstart.yaml --format json", "one object a line, for programs"),
    ];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var signals = StopSignals.OfProcess(Host.Say, Host.Time);
        using var preparing = CancellationTokenSource.CreateLinkedTokenSource(cancellation, signals.Orderly);
        var traceFile = parsed.GetValue(trace);
        if (traceFile is not null)
        {
            // Not after hours of training.
            Writing(traceFile, () => NewFile.Try(Full(traceFile)));
        }

        var plan = new TrainPlan(Host, services);
        var settings = parsed.GetValue(set) ?? [];
        var prepared = parsed.GetValue(resume) is { } old
            ? await plan.ResumeAsync(Full(old), parsed.GetValue(step), settings, parsed.GetValue(acceptOtherData), preparing.Token)
            : await plan.NewAsync(Full(parsed.GetRequiredValue(job)), parsed.GetValue(run) is { } folder ? Full(folder) : null, settings, preparing.Token);
        if (prepared is not var (order, speed))
        {
            return ExitCode.Done;
        }

        order = order with { TraceFile = traceFile is null ? null : Full(traceFile) };
        using var corpus = order.Corpus;
        return await new TrainRun(Host, services.Launcher, parsed.GetValue(format) == "json").RunAsync(order, ModelSize.Of(order.Job.Model), speed, signals);
    }
}

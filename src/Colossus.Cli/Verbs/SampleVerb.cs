using System.CommandLine;
using System.Globalization;
using Colossus.Checkpoints;
using Colossus.Cli.Train;
using Colossus.Cli.Workers;
using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus sample RUN PROMPT</c>: text from a trained model, on standard output as it is written.</summary>
internal sealed class SampleVerb : Verb
{
    private readonly Argument<string> run;
    private readonly Argument<string> prompt = new("prompt") { Description = "what the text begins with" };
    private readonly Option<long?> step = new("--step") { Description = "the checkpoint of the run to use; default: the newest good one", HelpName = "number" };
    private readonly Option<double> temperature = Number("--temperature", "0 always takes the likeliest token; higher is wilder", 0.8, 0, 10);
    private readonly Option<int> topK = Number("--top-k", "choose among so many of the likeliest tokens; 0 for all", 0, 0, 1_000_000);
    private readonly Option<double> topP = Number("--top-p", "choose among the likeliest tokens that together reach this probability", 1.0, 0.001, 1);
    private readonly Option<ulong> seed = new("--seed") { Description = "the same seed, prompt and weights give the same text", HelpName = "number", DefaultValueFactory = _ => 1 };
    private readonly Option<int> length = Number("--length", "tokens to write", 200, 1, 1_000_000);

    public SampleVerb(CliHost host) : base("sample", "Let a trained model write", host)
    {
        run = Words("run", "folder of a run, or of one of its checkpoints");
        Arguments.Add(run);
        Arguments.Add(prompt);
        foreach (var option in (Option[])[step, temperature, topK, topP, seed, length])
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus sample runs/quickstart-20260131-120000 \"Gets or sets\"", "200 tokens"),
        new("colossus sample runs/quickstart-20260131-120000 \"The\" --temperature 0", "the likeliest text, always the same"),
        new("colossus sample runs/quickstart-20260131-120000 \"The\" --top-p 0.9 --seed 7", "another one"),
        new("colossus sample runs/quickstart-20260131-120000 \"The\" --step 100", "what it wrote earlier"),
    ];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var checkpoint = Choose(Full(parsed.GetRequiredValue(run)), parsed.GetValue(step));
        string[] arguments =
        [
            "sample", "--checkpoint", checkpoint,
            "--prompt", parsed.GetRequiredValue(prompt),
            "--temperature", parsed.GetValue(temperature).ToString(CultureInfo.InvariantCulture),
            "--top-k", parsed.GetValue(topK).ToString(CultureInfo.InvariantCulture),
            "--top-p", parsed.GetValue(topP).ToString(CultureInfo.InvariantCulture),
            "--seed", parsed.GetValue(seed).ToString(CultureInfo.InvariantCulture),
            "--length", parsed.GetValue(length).ToString(CultureInfo.InvariantCulture),
        ];
        await WorkerRun.PassAsync(WorkerCommand.Find(Host), arguments, Host.Out, cancellation);
        return ExitCode.Done;
    }

    private string Choose(string path, long? step)
    {
        if (CheckpointChoice.Itself(path) is { } itself)
        {
            return step is null || itself.Step == step
                ? path
                : throw CliException.BadInput($"{RunFolder.Shown(path)} is a checkpoint itself; --step goes with the folder of a run");
        }

        var folder = RunFolder.Open(path);
        var checkpoint = CheckpointChoice.Of(folder, step, JobReader.Read(folder.JobFile, [], toTrain: true).Job, Host.Warn)
            ?? throw CliException.BadInput(CheckpointReader.List(folder.CheckpointsFolder).Count == 0
                ? $"{RunFolder.Shown(folder.Path)} has no checkpoint yet"
                : $"{RunFolder.Shown(folder.Path)} has no checkpoint that can be used");
        var summary = RunSummary.Read(folder);
        if (summary.Steps > checkpoint.Step)
        {
            var end = summary.Status switch
            {
                "unsaved" => ", whose weights were not saved",
                "running" => " so far",
                _ => "",
            };
            Host.Warn($"the weights of step {checkpoint.Step} are used; the run's last step is {summary.Steps}{end}");
        }

        return checkpoint.Path;
    }

    private static Option<T> Number<T>(string name, string description, T standard, T low, T high)
        where T : struct, IComparable<T>, IParsable<T>
    {
        var option = new Option<T>(name) { Description = description, HelpName = "number", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            // A token that is no number has an error of its own; only a number can be out of range.
            if (result.Tokens.Count > 0 && T.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value)
                && (value.CompareTo(low) < 0 || value.CompareTo(high) > 0 || value is double.NaN))
            {
                result.AddError($"{name} is {result.Tokens[0].Value}; it goes from {low} to {high}");
            }
        });
        return option;
    }
}

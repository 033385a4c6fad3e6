using System.CommandLine;
using System.Globalization;
using System.Text;
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
    private readonly Argument<string> prompt = new("prompt") { Description = "what the text begins with; after -- it may begin with a dash" };
    private readonly Option<long?> step = new("--step") { Description = "the checkpoint of the run to use; default: the newest good one", HelpName = "number" };
    private readonly Option<double> temperature = Number("--temperature", "0 always takes the likeliest token; higher is wilder", 0.8, 0, 10);
    private readonly Option<int> topK = Number("--top-k", "choose among so many of the likeliest tokens; 0 for all", 0, 0, 1_000_000);
    private readonly Option<double> topP = Number("--top-p", "choose among the likeliest tokens that together reach this probability", 1.0, 0.001, 1);
    private readonly Option<ulong> seed = new("--seed") { Description = "the same seed, prompt and weights give the same text", HelpName = "number", DefaultValueFactory = _ => 1 };
    private readonly Option<int> length = Number("--length", "tokens to write", 200, 1, 1_000_000);

    private readonly Option<bool> raw = new("--raw")
    {
        Description = "write the model's bytes as they are, into a pipe or a file; otherwise control characters and what is not UTF-8 become symbols",
    };

    public SampleVerb(CliHost host) : base("sample", "Let a trained model write", host)
    {
        run = Words("run", "folder of a run, or of one of its checkpoints");
        Arguments.Add(run);
        Arguments.Add(prompt);
        foreach (var option in (Option[])[step, temperature, topK, topP, seed, length, raw])
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
        new("colossus sample runs/quickstart-20260131-120000 --raw \"The\" > text", "byte for byte"),
        new("colossus sample runs/quickstart-20260131-120000 -- \"- a list\"", "a prompt that begins with a dash"),
        new("colossus sample runs/quickstart-20260131-120000 \"The\" --step 100", "what it wrote earlier"),
    ];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var asBytes = parsed.GetValue(raw);
        if (asBytes && Host.OutIsTerminal)
        {
            throw CliException.BadInput("--raw is for pipes and files: a model may write characters that a terminal obeys; leave it out, or add > FILE");
        }

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
            .. Vocabulary(checkpoint),
        ];
        await WorkerRun.PassAsync(WorkerCommand.Find(Host), arguments, asBytes ? PassAsync : ShowAsync, cancellation);
        return ExitCode.Done;

        Task PassAsync(Stream bytes) => bytes.CopyToAsync(Host.Raw, cancellation);
        Task ShowAsync(Stream bytes) => ShowTextAsync(bytes, cancellation);
    }

    private async Task ShowTextAsync(Stream bytes, CancellationToken cancellation)
    {
        const int letters = 256;
        using var text = new StreamReader(bytes, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        var buffer = new char[letters];
        while (await text.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            await Host.Shown.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
    }

    /// <summary>A vocabulary that does not come with Colossus lies in the run; where it was when the run began, it may be gone.</summary>
    private static string[] Vocabulary(string checkpoint)
    {
        var run = Path.GetDirectoryName(Path.GetDirectoryName(checkpoint));
        var folder = run is null ? "" : Path.Combine(run, "tokenizer");
        return Directory.Exists(folder) ? ["--tokenizer", $"gpt2:{folder}"] : [];
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

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Colossus.Cli.Figures;
using Colossus.Cli.Train;
using Colossus.Data;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;
using Spectre.Console;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus data inspect JOB</c>: how much text a job has, how often a run would read it, and what a sample looks like.</summary>
internal sealed class DataInspectVerb : Verb
{
    private readonly TrainServices services;
    private readonly Argument<string> job;
    private readonly Option<string[]> set = SetOption();
    private readonly Option<string> format = FormatOption();
    private readonly Option<long> sample = new("--sample") { Description = "number of the sample that is shown as text", HelpName = "number", DefaultValueFactory = _ => 0 };

    public DataInspectVerb(CliHost host, TrainServices services) : base("inspect", "Show how much text a job has, and a sample of it as the model sees it", host)
    {
        this.services = services;
        job = Words("job", "job file (YAML)");
        Arguments.Add(job);
        foreach (var option in (Option[])[set, sample, format])
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus data inspect samples/quickstart.yaml", "documents, tokens, passes over the text"),
        new("colossus data inspect samples/quickstart.yaml --sample 1000", "and another sample"),
    ];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        // Whoever stops the making of shards wants it to end now; what was made so far is removed.
        using var signals = StopSignals.OfProcess(static _ => { }, Host.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, signals.Orderly, signals.Now);
        var file = Full(parsed.GetRequiredValue(job));
        var read = new TrainPlan(Host, services).Read(file, parsed.GetValue(set) ?? []);
        using var prepared = await services.Corpora.PrepareAsync(read, Path.GetDirectoryName(file)!, ending.Token);
        var folder = prepared.Data.Folder;
        try
        {
            using var corpus = TokenCorpus.Open(folder);
            var samples = corpus.TrainSamples(read.Model.Sequence);
            var number = parsed.GetValue(sample);
            if (number < 0 || number >= samples)
            {
                throw CliException.BadInput($"--sample is {number}; it goes from 0 to {samples - 1}");
            }

            if (parsed.GetValue(format) == "json")
            {
                Host.Out.WriteLine(JsonSerializer.Serialize(Report(corpus, folder, read), DataJson.Default.DataReport));
            }
            else
            {
                Show(Report(corpus, folder, read), number, Text(corpus, number, read.Model.Sequence));
            }

            return ExitCode.Done;
        }
        catch (CorpusException error)
        {
            throw CliException.BadInput(error.Message);
        }
    }

    private static DataReport Report(TokenCorpus corpus, string folder, JobSpec job)
    {
        var info = corpus.Info;
        var samples = corpus.TrainSamples(job.Model.Sequence);
        return new DataReport(
            folder, info.Tokenizer, info.Vocabulary, info.Documents, info.TrainBytes + info.HeldOutBytes, info.TrainTokens, info.HeldOutTokens,
            samples, corpus.HeldOutSamples(job.Model.Sequence), (double)job.Train.Steps * job.Train.GlobalBatch / samples,
            info.SkippedLines);
    }

    private static string Text(TokenCorpus corpus, long number, int sequence)
    {
        var window = new int[sequence + 1];
        corpus.ReadTrain(number, sequence, window);
        return corpus.Tokenizer.Decode(window);
    }

    private void Show(DataReport report, long number, string text)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Row(string name, string value) => grid.AddRow(new Text(name), new Text(value));
        var tokens = report.TrainTokens + report.HeldOutTokens;
        Row("folder", report.Folder);
        Row("text", $"{report.Documents} documents, {Format.Bytes(report.TextBytes)}");
        Row("tokens", $"{Format.Count(tokens)} by {report.Tokenizer} ({report.Vocabulary} ids), {(double)report.TextBytes / tokens:0.00} bytes each");
        Row("to learn from", $"{report.TrainTokens} tokens = {report.TrainSamples} samples");
        Row("held out", report.HeldOutTokens == 0 ? "nothing: there is no evaluation" : $"{report.HeldOutTokens} tokens = {report.HeldOutSamples} samples");
        if (report.SkippedLines > 0)
        {
            Row("passed over", $"{report.SkippedLines} bad lines; their places are in {Path.Combine(report.Folder, "skipped.txt")}");
        }

        Row("the job reads", $"{report.Passes.ToString(report.Passes < 10 ? "0.00" : "0", CultureInfo.InvariantCulture)} times its text");
        Host.Console.Write(grid);
        Host.Console.WriteLine();
        Host.Console.WriteLine($"sample {number}:");
        foreach (var line in text.Split('\n'))
        {
            Host.Console.WriteLine("  " + line);
        }
    }
}

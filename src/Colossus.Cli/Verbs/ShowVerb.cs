using System.CommandLine;
using Colossus.Cli.Train;
using Colossus.Runs;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus show RUN</c>: a run at a glance, also while it goes on.</summary>
internal sealed class ShowVerb : Verb
{
    private readonly Argument<string> run;
    private readonly Option<string> format = FormatOption();

    public ShowVerb(CliHost host) : base("show", "A run at a glance: result, where the time went, what decides about its bits", host)
    {
        run = Words("run", "folder of a run, which may be going on");
        Arguments.Add(run);
        Options.Add(format);
        SetAction(parsed => Show(RunFolder.Open(Full(parsed.GetRequiredValue(run))), parsed.GetValue(format) == "json"));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus show runs/quickstart-20260131-120000", "the final table of a run"),
        new("colossus show runs/quickstart-20260131-120000 --format json", "the same for programs"),
    ];

    private int Show(RunFolder folder, bool json)
    {
        var summary = RunSummary.Read(folder);
        if (json)
        {
            Host.Out.WriteLine(RunJson.Line(summary));
        }
        else
        {
            FinalReport.Write(Host.Console, summary);
        }

        return ExitCode.Done;
    }
}

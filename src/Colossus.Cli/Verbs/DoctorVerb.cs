using System.CommandLine;
using System.Text.Json;
using Colossus.Cli.Doctor;
using Colossus.Cli.Machine;
using Spectre.Console;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus doctor</c>: what this machine has and lacks, and what to do about it.</summary>
internal sealed class DoctorVerb : Verb
{
    private readonly Option<string> format = FormatOption();

    public DoctorVerb(CliHost host) : base("doctor", "Show what this machine has and lacks, and what to do about it", host)
    {
        Options.Add(format);
        SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(format) == "json", cancellation));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus doctor", "exit code 3 when something is missing that training needs"),
        new("colossus doctor --format json", "the same for programs"),
    ];

    private async Task<int> RunAsync(bool json, CancellationToken cancellation)
    {
        if (Host.ErrorIsLive)
        {
            Host.Say("measuring matrix products ...");
        }

        var checks = await Examination.RunAsync(Host, MachineFacts.Read(), cancellation);
        if (json)
        {
            Host.Out.WriteLine(JsonSerializer.Serialize(checks, CheckJson.Default.IReadOnlyListCheck));
        }
        else
        {
            Show(checks);
        }

        return checks.Any(check => check.State == CheckState.Missing) ? ExitCode.EnvironmentLacks : ExitCode.Done;
    }

    private void Show(IReadOnlyList<Check> checks)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var check in checks)
        {
            var (mark, colour) = check.State switch
            {
                CheckState.Good => ("ok", "green"),
                CheckState.Optional => ("--", "yellow"),
                _ => ("MISSING", "red"),
            };
            grid.AddRow(new Markup($"[{colour}]{mark}[/]"), new Text(check.Name), new Text(check.Found));
            if (check.Advice is not null)
            {
                grid.AddRow(new Text(""), new Text(""), new Text("-> " + check.Advice));
            }
        }

        Host.Console.Write(grid);
        var missing = checks.Where(check => check.State == CheckState.Missing).Select(check => check.Name).ToList();
        Host.Console.WriteLine(missing.Count == 0 ? "This machine can train." : $"This machine cannot train yet: {string.Join(", ", missing)}.");
    }
}

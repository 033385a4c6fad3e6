using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Colossus.Cli.Help;
using Colossus.Cli.Terminal;
using Colossus.Cli.Verbs;
using Colossus.Runs;

namespace Colossus.Cli;

/// <summary>The verbs together: parses a command line, runs its verb, turns every end into an exit code.</summary>
internal static class CommandLine
{
    // A prompt may begin with @: it is text, and no file whose lines are arguments.
    private static readonly ParserConfiguration parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>All verbs, with their help.</summary>
    public static RootCommand Build(CliHost host)
    {
        var root = new RootCommand("Colossus trains language models on machines that fail: a killed process costs seconds, and never a bit of the result.")
        {
            new SampleVerb(host),
            new ShowVerb(host),
            new StopVerb(host),
            new EstimateVerb(host),
            new PlanVerb(host),
            new SiteVerb(host),
            new TwinVerb(host),
            new DoctorVerb(host),
            new CompletionVerb(host),
        };
        if (host.Train is { } services)
        {
            root.Subcommands.Insert(0, new TrainVerb(host, services));
            root.Subcommands.Insert(2, new DataVerb(host, services));
        }

        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new HelpWithExamples((HelpAction)option.Action!);
        }

        return root;
    }

    /// <summary>Reads one command line.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> args) => root.Parse(args, parsing);

    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>. No exception leaves it.</returns>
    public static async Task<int> RunAsync(string[] args, CliHost host, CancellationToken cancellationToken = default)
    {
        var code = await RunVerbAsync(args, host, cancellationToken);
        if (host.OutFailure() is { NobodyListens: false } failure)
        {
            host.Complain($"standard output cannot be written: {failure.Message}");
            return code == ExitCode.Done ? ExitCode.Failed : code;
        }

        return code;
    }

    private static async Task<int> RunVerbAsync(string[] args, CliHost host, CancellationToken cancellationToken)
    {
        try
        {
            var root = Build(host);
            var parsed = Parse(root, args.Length == 0 ? ["--help"] : args);
            if (parsed.Action is ParseErrorAction error)
            {
                error.ShowHelp = false;
                error.ShowTypoCorrections = false;
                return Mistakes.Show(parsed, host);
            }

            var configuration = new InvocationConfiguration
            {
                Output = host.Out,
                Error = host.Error,
                EnableDefaultExceptionHandler = false,
                // Signals belong to the verbs: an orderly stop takes the time of a checkpoint.
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (CliException error)
        {
            host.Complain(error.Message);
            return error.ExitCode;
        }
        catch (RunFolderException error)
        {
            host.Complain(error.Message);
            return ExitCode.BadInput;
        }
        catch (OutputException)
        {
            // Whoever reads had enough, as head has; a failure is told by the caller, for verbs that go on without their output too.
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            host.Say("interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception error) when (SystemLimit.Words(error) is { } limit)
        {
            host.Complain(limit);
            return ExitCode.EnvironmentLacks;
        }
        catch (Exception error)
        {
            host.Complain(CrashReport.Write(error, args, host));
            return ExitCode.Failed;
        }
    }
}

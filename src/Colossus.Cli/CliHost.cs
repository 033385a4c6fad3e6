using Colossus.Cli.Train;
using Spectre.Console;

namespace Colossus.Cli;

/// <summary>What a verb sees of the world: where it writes, the time, the environment. Tests give it another one.</summary>
internal sealed record CliHost
{
    private const int PipedWidth = 120;

    /// <summary>Standard output: data.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard error: all else.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Tables and live display, on standard output.</summary>
    public required IAnsiConsole Console { get; init; }

    /// <summary>Progress and warnings, on standard error.</summary>
    public required IAnsiConsole ErrorConsole { get; init; }

    /// <summary>Whether a person looks at standard output.</summary>
    public required bool OutIsTerminal { get; init; }

    /// <summary>Whether a person looks at standard error.</summary>
    public required bool ErrorIsTerminal { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Value of an environment variable; null when not set or empty.</summary>
    public Func<string, string?> Variable { get; init; } = name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>Folder that relative paths start from.</summary>
    public string WorkingFolder { get; init; } = Environment.CurrentDirectory;

    /// <summary>Folder of this user's cached files: <c>XDG_CACHE_HOME/colossus</c>, else <c>~/.cache/colossus</c>.</summary>
    public string CacheFolder => Path.Combine(
        Variable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "colossus");

    /// <summary>What <c>train</c> needs of the other projects; null leaves the verb out.</summary>
    public TrainServices? Train { get; init; }

    /// <summary>The terminal or pipes of this process.</summary>
    public static CliHost OfProcess()
    {
        var plain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") is "dumb";
        return new CliHost
        {
            Out = System.Console.Out,
            Error = System.Console.Error,
            Console = ConsoleOn(System.Console.Out, !System.Console.IsOutputRedirected, plain),
            ErrorConsole = ConsoleOn(System.Console.Error, !System.Console.IsErrorRedirected, plain),
            OutIsTerminal = !System.Console.IsOutputRedirected && !plain,
            ErrorIsTerminal = !System.Console.IsErrorRedirected && !plain,
        };
    }

    /// <summary>A console over a writer: with colours and cursor movement on a terminal, plain text of a fixed width elsewhere.</summary>
    public static IAnsiConsole ConsoleOn(TextWriter writer, bool terminal, bool plain = false)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = terminal && !plain ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal && !plain ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal && !plain ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!terminal)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }

    /// <summary>One line on standard error.</summary>
    /// <remarks>Nobody may be there to read it: a terminal that was closed is passed over.</remarks>
    public void Say(string line) => Try(() => Error.WriteLine(line));

    /// <summary>A warning on standard error.</summary>
    public void Warn(string line) => Mark("warning", "yellow", line);

    /// <summary>An error on standard error.</summary>
    public void Complain(string line) => Mark("error", "red", line);

    private void Mark(string word, string colour, string line) => Try(() =>
    {
        if (ErrorIsTerminal)
        {
            ErrorConsole.Markup($"[{colour}]{word}:[/] ");
        }
        else
        {
            Error.Write($"{word}: ");
        }

        Error.WriteLine(line);
    });

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // Closed.
        }
    }
}

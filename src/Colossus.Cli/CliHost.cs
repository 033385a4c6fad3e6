using System.Text;
using Colossus.Cli.Machine;
using Colossus.Cli.Terminal;
using Colossus.Cli.Train;
using Spectre.Console;

namespace Colossus.Cli;

/// <summary>What a verb sees of the world: where it writes, the time, the environment. Tests give it another one.</summary>
internal sealed record CliHost
{
    /// <summary>Standard output: data, as it is in a pipe or file, and <see cref="Printable"/> on a terminal.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard output for text that nobody knows, such as a model's: <see cref="Printable"/> in a pipe too.</summary>
    public required TextWriter Shown { get; init; }

    /// <summary>Standard output byte by byte, for those who ask for it.</summary>
    public required Stream Raw { get; init; }

    /// <summary>Standard error: all else, <see cref="Printable"/>. Nobody may be there to read it: it never fails.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Tables and live display, on standard output.</summary>
    public required IAnsiConsole Console { get; init; }

    /// <summary>Progress and warnings, on standard error.</summary>
    public required IAnsiConsole ErrorConsole { get; init; }

    /// <summary>Whether standard output is a terminal, of whatever kind.</summary>
    public required bool OutIsTerminal { get; init; }

    /// <summary>Whether standard output is a terminal on which lines can be redrawn.</summary>
    public bool OutIsLive => Console.Profile.Capabilities.Ansi;

    /// <summary>Whether standard error is a terminal on which lines can be redrawn.</summary>
    public bool ErrorIsLive => ErrorConsole.Profile.Capabilities.Ansi;

    /// <summary>Why standard output could not be written to its end; null when it could.</summary>
    public Func<OutputException?> OutFailure { get; init; } = () => null;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Value of an environment variable; null when not set or empty.</summary>
    public Func<string, string?> Variable { get; init; } = VariableOfProcess;

    /// <summary>Folder that relative paths start from.</summary>
    public string WorkingFolder { get; init; } = Environment.CurrentDirectory;

    /// <summary>Where cached files of this user lie; found out at the first use.</summary>
    public UserCache Cache => field ??= UserCache.Find(Variable);

    /// <summary>What <c>train</c> needs of the other projects; null leaves the verb out.</summary>
    public TrainServices? Train { get; init; }

    /// <summary>The terminal or pipes of this process.</summary>
    public static CliHost OfProcess()
    {
        bool outIsTerminal = !System.Console.IsOutputRedirected, errorIsTerminal = !System.Console.IsErrorRedirected;
        var output = new StandardStream(1, outIsTerminal, tell: true);
        var outWriter = WriterOn(output);
        var errorWriter = WriterOn(new StandardStream(2, errorIsTerminal, tell: false));
        var locale = Printable.OfLocale(VariableOfProcess);
        var shown = new PrintableWriter(outWriter, outIsTerminal ? locale : Printable.Unicode);
        return new CliHost
        {
            Out = outIsTerminal ? shown : outWriter,
            Shown = shown,
            Raw = output,
            Error = new PrintableWriter(errorWriter, errorIsTerminal ? locale : Printable.Unicode),
            Console = ConsoleOn(outWriter, outIsTerminal, VariableOfProcess),
            ErrorConsole = ConsoleOn(errorWriter, errorIsTerminal, VariableOfProcess),
            OutIsTerminal = outIsTerminal,
            OutFailure = () => output.Failure,
        };
    }

    /// <summary>A console over a writer: with colours and cursor movement on a terminal that knows them, plain text elsewhere. What it shows is <see cref="Printable"/>.</summary>
    /// <param name="writer">Takes the text.</param>
    /// <param name="terminal">Whether it is a terminal.</param>
    /// <param name="variable">Value of an environment variable; null when not set or empty.</param>
    public static IAnsiConsole ConsoleOn(TextWriter writer, bool terminal, Func<string, string?> variable)
    {
        var live = terminal && variable("NO_COLOR") is null && variable("TERM") is not (null or "dumb");
        var printable = terminal ? Printable.OfLocale(variable) : Printable.Unicode;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new ConsoleOutput(writer, terminal, variable("COLUMNS")),
            Ansi = live ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = live ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = live ? InteractionSupport.Yes : InteractionSupport.No,
        });
        console.Profile.Capabilities.Unicode = printable.IsUnicode;
        console.Pipeline.Attach(new PrintableHook(printable));
        return console;
    }

    /// <summary>One line on standard error.</summary>
    public void Say(string line) => Error.WriteLine(line);

    /// <summary>A warning on standard error.</summary>
    public void Warn(string line) => Mark("warning", "yellow", line);

    /// <summary>An error on standard error.</summary>
    public void Complain(string line) => Mark("error", "red", line);

    private void Mark(string word, string colour, string line)
    {
        if (ErrorIsLive)
        {
            ErrorConsole.Markup($"[{colour}]{word}:[/] ");
        }
        else
        {
            Error.Write($"{word}: ");
        }

        Error.WriteLine(line);
    }

    private static string? VariableOfProcess(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static StreamWriter WriterOn(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1024) { AutoFlush = true };
}

using System.Text;
using Spectre.Console;

namespace Colossus.Cli.Terminal;

/// <summary>What a console of Spectre writes to: a terminal of the width it has now, or a pipe of a fixed one.</summary>
/// <param name="writer">Takes the text, codes included.</param>
/// <param name="terminal">Whether it is a terminal.</param>
/// <param name="columns">Value of <c>COLUMNS</c>; null when it is not set. A terminal alone heeds it.</param>
internal sealed class ConsoleOutput(TextWriter writer, bool terminal, string? columns = null) : IAnsiConsoleOutput
{
    private const int PipedWidth = 120;
    private const int UsualWidth = 80;
    private const int LeastWidth = 20;
    private const int UsualHeight = 24;

    /// <inheritdoc/>
    public TextWriter Writer => writer;

    /// <inheritdoc/>
    public bool IsTerminal => terminal;

    /// <inheritdoc/>
    public int Width => !terminal ? PipedWidth : Math.Max(LeastWidth, int.TryParse(columns, out var asked) && asked > 0 ? asked : Positive(() => System.Console.WindowWidth, UsualWidth));

    /// <inheritdoc/>
    public int Height => terminal ? Positive(() => System.Console.WindowHeight, UsualHeight) : UsualHeight;

    /// <inheritdoc/>
    public void SetEncoding(Encoding encoding)
    {
        // UTF-8 throughout; a terminal that is not gets ASCII.
    }

    private static int Positive(Func<int> size, int otherwise)
    {
        try
        {
            return size() is var found and > 0 ? found : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }
}

using System.CommandLine;
using System.Text.RegularExpressions;

namespace Colossus.Cli.Help;

/// <summary>A command line that cannot be understood: every mistake, what was probably meant, and where to read on.</summary>
internal static partial class Mistakes
{
    private const string NoVerb = "Required command";

    /// <summary>Writes them to standard error.</summary>
    /// <returns><see cref="ExitCode.BadInput"/>.</returns>
    public static int Show(ParseResult parsed, CliHost host)
    {
        // A word that is no verb is the mistake; that a verb is missing then follows from it.
        var unknownVerb = parsed.UnmatchedTokens.Count > 0 && parsed.CommandResult.Command.Subcommands.Count > 0;
        var messages = parsed.Errors.Select(error => error.Message)
            .Where(message => !(unknownVerb && message.StartsWith(NoVerb, StringComparison.Ordinal)))
            .Select(message => message.StartsWith(NoVerb, StringComparison.Ordinal)
                ? $"name what to do: {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(sub => sub.Name))}"
                : message);
        foreach (var message in messages.Distinct())
        {
            host.Complain(NoNumber().Replace(message, match => $"{match.Groups[2].Value} is '{match.Groups[1].Value}', which is no {Wanted(match.Groups[3].Value, match.Groups[4].Value)}").Replace("\n\t", " ", StringComparison.Ordinal).Trim());
        }

        var command = parsed.CommandResult.Command;
        foreach (var token in parsed.UnmatchedTokens)
        {
            if (Nearest(token, Names(command)) is { } meant && meant != token)
            {
                host.Say($"did you mean '{meant}'?");
            }
        }

        var path = string.Join(' ', Path(command));
        host.Say($"try '{path} --help'");
        return ExitCode.BadInput;
    }

    /// <summary>The candidate that differs least from a word; null when none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates) =>
        candidates.Select(candidate => (Candidate: candidate, Distance: Distance(word, candidate)))
            .Where(one => one.Distance <= (word.Length <= 3 ? 1 : Math.Max(2, word.Length / 3)))
            .OrderBy(one => one.Distance)
            .Select(one => one.Candidate)
            .FirstOrDefault();

    /// <summary>The words that lead to a command, the program's name first.</summary>
    public static IEnumerable<string> Path(Command command)
    {
        var words = new Stack<string>();
        for (Symbol? symbol = command; symbol is not null; symbol = symbol.Parents.FirstOrDefault())
        {
            words.Push(symbol is RootCommand ? "colossus" : symbol.Name);
        }

        return words;
    }

    private static IEnumerable<string> Names(Command command) =>
        command.Subcommands.Select(sub => sub.Name).Concat(command.Options.SelectMany(option => option.Aliases.Append(option.Name)));

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }

    private static string Wanted(string type, string bits) => (type, bits) switch
    {
        ("Double", _) => "number",
        ("Int", "32") => $"whole number up to {int.MaxValue}",
        ("Int", _) => "whole number",
        _ => "whole number from 0 up",
    };

    [GeneratedRegex(@"Cannot parse argument '(.*?)' for option '(.*?)' as expected type 'System\.(?:Nullable`1\[System\.)?(Double|U?Int)(\d*)\]?'\.")]
    private static partial Regex NoNumber();
}

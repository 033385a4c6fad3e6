using System.CommandLine;
using Colossus.Cli.Files;
using Colossus.Cli.Help;

namespace Colossus.Cli.Verbs;

/// <summary>A command that people type; one class each.</summary>
internal abstract class Verb : Command
{
    /// <summary>A verb with its sentence for the help.</summary>
    protected Verb(string name, string description, CliHost host) : base(name, description) => Host = host;

    /// <summary>Command lines to learn from.</summary>
    public virtual IReadOnlyList<Example> Examples => [];

    /// <summary>Where it writes, and what it sees of the world.</summary>
    protected CliHost Host { get; }

    /// <summary>The option <c>--format text|json</c>.</summary>
    protected static Option<string> FormatOption()
    {
        var option = new Option<string>("--format")
        {
            Description = "text for people, or json with stable names for programs",
            HelpName = "text|json",
            DefaultValueFactory = _ => "text",
        };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }

    /// <summary>The option <c>--set section.key=value</c>.</summary>
    protected static Option<string[]> SetOption()
    {
        var option = new Option<string[]>("--set")
        {
            Description = "override a value of the job; may be given many times",
            HelpName = "section.key=value",
            DefaultValueFactory = _ => [],
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            {
                result.AddError($"--set takes section.key=value, such as train.steps=100; it was given '{token.Value}'");
            }
        });
        return option;
    }

    /// <summary>Writes a file that the person has named; its folder is made if it is not there.</summary>
    /// <param name="path">The file as it was typed.</param>
    /// <param name="text">What to write.</param>
    /// <exception cref="CliException">It cannot be written; exit code 2.</exception>
    protected void Save(string path, string text) => Writing(path, () => NewFile.Write(Full(path), text));

    /// <summary>Turns a failure to write a file into words.</summary>
    /// <param name="path">The file as it was typed.</param>
    /// <param name="write">Writes it.</param>
    /// <exception cref="CliException">It cannot be written; exit code 2.</exception>
    protected static void Writing(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CliException.BadInput($"{path} cannot be written: {error.Message.TrimEnd('.')}; name another file");
        }
    }

    /// <summary>An argument of words or paths; what looks like an option is refused as a mistyped one.</summary>
    protected Argument<string> Words(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.Tokens[0].Value is ['-', '-', _, ..] typed)
            {
                var near = Mistakes.Nearest(typed, Options.Select(option => option.Name).Append("--help"));
                result.AddError($"unknown option '{typed}'" + (near is null ? "" : $"; did you mean '{near}'?"));
            }
        });
        return argument;
    }

    /// <summary>A path as typed, made full from the host's working folder.</summary>
    protected string Full(string path) => Path.GetFullPath(path, Host.WorkingFolder);
}

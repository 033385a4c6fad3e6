using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Colossus.Cli.Verbs;

namespace Colossus.Cli.Help;

/// <summary>The usual help, and after it command lines that can be typed as they stand.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private const int PipedWidth = 110;

    private static readonly Example[] RootExamples =
    [
        new("colossus doctor", "what this machine has and lacks"),
        new("colossus train samples/quickstart.yaml", "train a small model in two minutes"),
        new("colossus sample runs/quickstart-20260131-120000 \"The method\"", "let it write"),
    ];

    private readonly HelpAction usual;

    /// <summary>Around the library's own help.</summary>
    public HelpWithExamples(HelpAction usual)
    {
        this.usual = usual;
        // The same text on every terminal wide enough, so that documents can quote it.
        usual.MaxWidth = PipedWidth;
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var examples = (command as Verb)?.Examples ?? (command is RootCommand ? RootExamples : []);
        var output = parseResult.InvocationConfiguration.Output;
        if (examples.Count > 0)
        {
            var width = examples.Max(example => example.Command.Length);
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine(examples.Count == 1 || width > 60
                    ? $"  {example.Command}\n      {example.Meaning}"
                    : $"  {example.Command.PadRight(width)}  {example.Meaning}");
            }

            output.WriteLine();
        }

        if (command is RootCommand)
        {
            output.WriteLine("Exit codes: 0 done, 1 the work failed, 2 bad usage or file, 3 the machine lacks something, 4 a check failed, 130 interrupted.");
            output.WriteLine("Data goes to standard output, all else to standard error.");
        }

        return code;
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using Colossus.Cli.Help;
using Colossus.Cli.Verbs;

namespace Colossus.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> CommandPaths()
    {
        using var test = new TestHost();
        return [.. Commands(CommandLine.Build(test.Host)).Select(command => string.Join(' ', Mistakes.Path(command).Skip(1)))];
    }

    [Theory]
    [MemberData(nameof(CommandPaths))]
    public async Task Help_of_a_verb_is_as_expected(string path)
    {
        using var test = new TestHost();
        Assert.Equal(0, await test.Run([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]));
        // The library calls the program by the name of the process, which is that of the tests here.
        Expectation.Matches(path.Length == 0 ? "help" : $"help-{path.Replace(' ', '-')}", test.Out.Replace(typeof(HelpTests).Assembly.GetName().Name!, "colossus"));
        Assert.Equal("", test.Error);
    }

    [Fact]
    public async Task No_arguments_at_all_show_the_help()
    {
        using var bare = new TestHost();
        using var asked = new TestHost();
        Assert.Equal(0, await bare.Run());
        await asked.Run("--help");
        Assert.Equal(asked.Out, bare.Out);
    }

    [Fact]
    public void Every_verb_that_does_something_has_an_example()
    {
        using var test = new TestHost();
        var verbs = Commands(CommandLine.Build(test.Host)).Where(command => command.Action is not null).OfType<Verb>().ToList();
        Assert.NotEmpty(verbs);
        Assert.All(verbs, verb => Assert.True(verb.Examples.Count > 0, verb.Name));
    }

    [Fact]
    public void Every_example_parses()
    {
        using var test = new TestHost();
        var root = CommandLine.Build(test.Host);
        var examples = Commands(root).OfType<Verb>().SelectMany(verb => verb.Examples).Select(example => example.Command).Where(line => line.StartsWith("colossus ", StringComparison.Ordinal));
        Assert.All(examples, line => Assert.Empty(CommandLine.Parse(root, [.. CommandLineParser.SplitCommandLine(line["colossus ".Length..].Split(" > ")[0])]).Errors));
    }

    private static IEnumerable<Command> Commands(Command command) => command.Subcommands.SelectMany(Commands).Prepend(command);
}

namespace Colossus.House.Tests;

/// <summary>Folders are the architecture: which project may use which stands here and in ARCHITECTURE.md, and nowhere is there another arrow.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Specs"] = [],
        ["Processes"] = [],
        ["Protocol"] = [],
        ["Collectives"] = ["Processes"],
        ["Plan"] = ["Specs"],
        ["Data"] = ["Specs", "Processes"],
        ["Checkpoints"] = ["Specs", "Processes"],
        ["Supervision"] = ["Specs"],
        ["Training"] = ["Specs", "Protocol", "Plan", "Collectives", "Data", "Checkpoints"],
        ["Twin"] = ["Specs", "Plan", "Supervision"],
        ["Runs"] = ["Specs", "Processes", "Protocol", "Plan", "Checkpoints"],
        ["Launch"] = ["Specs", "Processes", "Protocol", "Supervision", "Runs"],
        ["Worker"] = ["Processes", "Protocol", "Runs", "Training"],
        ["Cli"] = ["Specs", "Processes", "Protocol", "Plan", "Data", "Checkpoints", "Supervision", "Runs", "Launch", "Twin"],
    };

    public static TheoryData<string> SourceProjects() => [.. Repository.Projects("src").Keys];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void A_project_uses_only_the_projects_that_its_row_allows(string project)
    {
        var name = Short(project);
        Assert.True(Allowed.TryGetValue(name, out var allowed), $"{project} is new: give it a row in ArrowTests and its reason in ARCHITECTURE.md");
        var forbidden = Repository.References(Repository.Projects("src")[project]).Select(Short).Except(allowed!);
        Assert.True(!forbidden.Any(), $"{project} must not use {string.Join(", ", forbidden)}; it may use {string.Join(", ", allowed!)}");
    }

    [Fact]
    public void The_table_has_no_circle()
    {
        var settled = new HashSet<string>();
        while (settled.Count < Allowed.Count)
        {
            var next = Allowed.Where(row => !settled.Contains(row.Key) && row.Value.All(settled.Contains)).Select(row => row.Key).ToList();
            Assert.True(next.Count > 0, "a circle among " + string.Join(", ", Allowed.Keys.Except(settled)));
            settled.UnionWith(next);
        }
    }

    [Fact]
    public void Every_project_of_the_table_stands_in_ARCHITECTURE_md_and_the_other_way_round()
    {
        var text = Repository.Text("ARCHITECTURE.md");
        var existing = Repository.Projects("src").Keys.ToList();
        Assert.All(existing, project => Assert.Contains(project, text, StringComparison.Ordinal));
    }

    [Fact]
    public void TorchSharp_is_named_by_Training_alone()
    {
        var users = Repository.Projects("src").Where(project => Repository.Packages(project.Value).Any(package =>
            package.StartsWith("TorchSharp", StringComparison.OrdinalIgnoreCase) || package.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(["Colossus.Training"], users.Select(user => user.Key));
    }

    [Fact]
    public void Projects_that_decide_have_the_ban_on_clocks_and_chance()
    {
        string[] pure = ["Colossus.Specs", "Colossus.Plan", "Colossus.Supervision", "Colossus.Twin"];
        var unguarded = Repository.Projects("src").Where(project => pure.Contains(project.Key)
            && !project.Value.Descendants("BanImpurity").Any(ban => ban.Value == "true")).Select(project => project.Key);
        Assert.Empty(unguarded);
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_every_source_project_has_tests()
    {
        var solution = Repository.Text("Colossus.slnx");
        var tests = Repository.Projects("tests");
        Assert.All(Repository.Projects("src").Keys.Concat(tests.Keys), project => Assert.Contains($"/{project}.csproj\"", solution, StringComparison.Ordinal));
        // The worker is a few lines of start-up: the scenarios start it as a process.
        Assert.All(Repository.Projects("src").Keys.Except(["Colossus.Worker"]), project => Assert.Contains(project + ".Tests", tests.Keys));
    }

    [Fact]
    public void Native_libtorch_lies_once_in_the_clone_where_every_user_can_read_it()
    {
        var artifacts = Path.Combine(Repository.Root, "artifacts");
        // The packages lie under artifacts/home where the builder's own home cannot be written.
        var copies = Directory.EnumerateFiles(artifacts, "libtorch_cpu.so", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(Path.Combine(artifacts, "home"), StringComparison.Ordinal)).ToList();
        Assert.Equal([Path.Combine(artifacts, "native", "libtorch_cpu.so")], copies);
    }

    private static string Short(string project) => project["Colossus.".Length..];
}

using System.Diagnostics;
using System.Net.Sockets;
using Colossus.Data.Tokenizers;

namespace Colossus.Data.Tests.Sources;

/// <summary>What is no file is refused before it is opened: a pipe would be waited on for ever.</summary>
public sealed class SpecialFileTests
{
    private static readonly string[] kinds = ["a device", "a socket", "leads nowhere"];

    [Theory]
    [InlineData("p.txt")]
    [InlineData("*.txt")]
    public void A_pipe_is_refused_at_once(string source)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells what a path leads to");
        using var folder = new TempFolder();
        MakePipe(Path.Combine(folder.Root, "p.txt"));
        var problem = folder.Problem(source);
        Assert.Contains("this is a pipe", problem.What, StringComparison.Ordinal);
        Assert.EndsWith("p.txt", problem.File, StringComparison.Ordinal);
    }

    [Fact]
    public void So_are_sockets_devices_links_to_them_and_links_that_lead_nowhere()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells what a path leads to");
        using var folder = new TempFolder();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.Root, "s.txt")));
        File.CreateSymbolicLink(Path.Combine(folder.Root, "d.txt"), "/dev/zero");
        File.CreateSymbolicLink(Path.Combine(folder.Root, "gone.txt"), "nowhere");
        var problems = folder.Problems(new(["/dev/null", "s.txt", "*.txt"]));
        Assert.Equal(
            ["a device", "a socket", "a device", "leads nowhere", "a socket"],
            problems.Select(problem => kinds.First(word => problem.What.Contains(word, StringComparison.Ordinal))));
    }

    [Fact]
    public void A_link_to_a_file_is_read_and_one_that_leads_in_a_circle_is_refused()
    {
        using var folder = new TempFolder();
        folder.Write("elsewhere/text", "Some text that is longer than the name of its file.");
        File.CreateSymbolicLink(Path.Combine(folder.Root, "a.txt"), Path.Combine(folder.Root, "elsewhere/text"));
        Assert.Single(TempFolder.Texts(folder.Build("a.txt")));
        File.CreateSymbolicLink(Path.Combine(folder.Root, "b.txt"), Path.Combine(folder.Root, "b.txt"));
        Assert.Contains("leads nowhere", folder.Problem("*.txt").What, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_a_vocabulary_that_is_a_pipe()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells what a path leads to");
        using var folder = new TempFolder();
        MakePipe(Path.Combine(folder.Root, "vocab.json"));
        var error = Assert.Throws<CorpusException>(() => TextTokenizers.Create("gpt2:.", folder.Root));
        Assert.Contains("a pipe", error.Message, StringComparison.Ordinal);
    }

    private static void MakePipe(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), "mkfifo did not end");
        Assert.Equal(0, process.ExitCode);
    }
}

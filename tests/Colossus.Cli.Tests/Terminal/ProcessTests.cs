using System.Diagnostics;
using Colossus.Runs;

namespace Colossus.Cli.Tests.Terminal;

/// <summary>The program as a process of its own, with the descriptors that a shell gives it.</summary>
public sealed class ProcessTests : IDisposable
{
    private const string Full = "No space left on device";
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    private readonly TestHost test = new();

    [Theory]
    [InlineData("$COLOSSUS site list > /dev/full", ExitCode.Failed, $"error: standard output cannot be written: {Full}\n")]
    [InlineData("$COLOSSUS --help > /dev/full", ExitCode.Failed, $"error: standard output cannot be written: {Full}\n")]
    [InlineData("$COLOSSUS sample r x --raw > /dev/full", ExitCode.Failed, $"error: standard output cannot be written: {Full}\n")]
    [InlineData("$COLOSSUS sample r x 2> /dev/full > /dev/null", ExitCode.Done, "")]
    [InlineData("$COLOSSUS nonsense 2> /dev/full", ExitCode.BadInput, "")]
    public void Output_that_cannot_be_written_is_told_where_somebody_hears_it(string line, int code, string said)
    {
        WriteModel("echo text");
        var end = Shell(line);
        Assert.Equal((code, said), (end.Code, end.Error));
    }

    [Theory]
    [InlineData("sample r x")]
    [InlineData("sample r x --raw")]
    public void A_reader_that_has_enough_ends_an_endless_text_quietly(string arguments)
    {
        WriteModel("exec yes");
        var end = Shell($"( $COLOSSUS {arguments}; echo $? > code ) | head -n 1");
        Assert.Equal("y\n", end.Out);
        Assert.Equal("", end.Error);
        Assert.Equal("0\n", File.ReadAllText(Path.Combine(test.Folder, "code")));
    }

    [Fact]
    public void On_a_terminal_nothing_that_a_model_writes_is_obeyed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "no script(1) to make a terminal with");
        WriteModel(@"printf 'bell\007 shift\016 escape\033[31m c1\302\233\n'");
        var end = Shell("""script --quiet --return --command "$COLOSSUS sample r x" /dev/null < /dev/null""");
        Assert.Equal(0, end.Code);
        Assert.Contains(@"bell␇ shift␎ escape␛[31m c1\u009b", end.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\a', end.Out);
        Assert.DoesNotContain("\e[31m", end.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_bytes_are_refused_on_a_terminal()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "no script(1) to make a terminal with");
        WriteModel("echo text");
        var end = Shell("""script --quiet --return --command "$COLOSSUS sample r x --raw" /dev/null < /dev/null""");
        Assert.Equal(ExitCode.BadInput, end.Code);
        Assert.Contains("--raw is for pipes and files", end.Out, StringComparison.Ordinal);
    }

    public void Dispose() => test.Dispose();

    private void WriteModel(string script)
    {
        TestCheckpoint.Save(RunFolder.Create(Path.Combine(test.Folder, "r"), "").CheckpointsFolder, 10);
        test.Worker(script + "\n");
    }

    private (int Code, string Out, string Error) Shell(string line)
    {
        var start = new ProcessStartInfo("sh", ["-c", line]) { WorkingDirectory = test.Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["COLOSSUS"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "colossus.dll")}";
        start.Environment["COLOSSUS_WORKER"] = Path.Combine(test.Folder, "worker");
        start.Environment["TERM"] = "xterm";
        start.Environment["LC_ALL"] = "C.UTF-8";
        return Ended.Of(start, limit);
    }
}

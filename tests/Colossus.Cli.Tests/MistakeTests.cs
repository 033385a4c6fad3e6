namespace Colossus.Cli.Tests;

/// <summary>What people type wrong.</summary>
public sealed class MistakeTests
{
    [Theory]
    [InlineData("trian", "did you mean 'train'?")]
    [InlineData("docter", "did you mean 'doctor'?")]
    [InlineData("stop", "Required argument")]
    [InlineData("stop --halp", "did you mean '--help'?")]
    [InlineData("doctor --format xml", "Must be one of: 'text' 'json'")]
    [InlineData("completion powershell", "'bash'")]
    [InlineData("sample runs/x hi --temperature hot", "--temperature is 'hot', which is no number")]
    [InlineData("sample runs/x hi --temperature -3", "--temperature is -3; it goes from 0 to 10")]
    [InlineData("sample runs/x hi --top-p NaN", "--top-p is NaN; it goes from 0.001 to 1")]
    [InlineData("sample runs/x hi --seed -1", "--seed is '-1', which is no whole number from 0 up")]
    [InlineData("sample runs/x", "Required argument 'prompt' missing")]
    [InlineData("stop runs/x --wait soon", "--wait is 'soon', which is no whole number up to 2147483647")]
    [InlineData("plan llama3-8b --site dgx-h100 --gpus 3000000000", "--gpus is '3000000000', which is no whole number up to 2147483647")]
    public async Task A_mistyped_command_line_says_what_was_meant_and_ends_with_2(string line, string expected)
    {
        using var test = new TestHost();
        Assert.Equal(ExitCode.BadInput, await test.Run(line.Split(' ')));
        Assert.Contains(expected, test.Error);
        Assert.Contains("--help'", test.Error);
        Assert.DoesNotContain("   at ", test.Error);
        Assert.Equal("", test.Out);
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_bad_input()
    {
        using var test = new TestHost();
        Assert.Equal(ExitCode.BadInput, await test.Run("stop", "runs/none"));
        Assert.Contains("there is no run folder", test.Error);
    }

    [Fact]
    public void A_fault_of_ours_is_a_sentence_and_a_file_with_the_details()
    {
        using var test = new TestHost();
        var message = CrashReport.Write(new InvalidOperationException("the sum of nothing"), ["train", "x.yaml"], test.Host);
        Assert.StartsWith("the sum of nothing. This is a fault of Colossus; the details are in ", message);
        var details = File.ReadAllText(message.Split("details are in ")[1]);
        Assert.Contains("command: colossus train x.yaml", details);
        Assert.Contains("InvalidOperationException", details);
    }

    [Fact]
    public void A_fault_of_ours_is_told_even_when_nothing_can_be_written()
    {
        using var test = new TestHost();
        test["XDG_CACHE_HOME"] = test["TMPDIR"] = test.Write("file", "");
        Assert.Contains("InvalidOperationException", CrashReport.Write(new InvalidOperationException("x"), [], test.Host));
    }
}

using Colossus.Runs;
using Colossus.Runs.Events;

namespace Colossus.Cli.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Sample_passes_the_newest_checkpoint_and_the_options_to_the_worker_and_its_text_to_standard_output()
    {
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        TestCheckpoint.Save(run.CheckpointsFolder, 10);
        var newest = TestCheckpoint.Save(run.CheckpointsFolder, 20);
        test.Worker("echo loading >&2; for a in \"$@\"; do echo \"$a\"; done; printf 'ü no line end'\n");

        Assert.Equal(0, await test.Run("sample", "r", "Once upon", "--temperature", "0.5", "--seed", "18446744073709551615"));
        Assert.Equal(
            $"sample\n--checkpoint\n{newest}\n--prompt\nOnce upon\n--temperature\n0.5\n--top-k\n0\n--top-p\n1\n--seed\n18446744073709551615\n--length\n200\nü no line end",
            test.Out);
        Assert.Equal("", test.Error);
    }

    [Fact]
    public async Task What_a_model_writes_is_shown_with_symbols_and_raw_only_when_asked()
    {
        using var test = new TestHost();
        TestCheckpoint.Save(RunFolder.Create(Path.Combine(test.Folder, "r"), "").CheckpointsFolder, 10);
        test.Worker("printf 'bell\\007 escape\\033[31m\\000 \\377 \\342\\200\\256\\ttab\n'\n");

        Assert.Equal(0, await test.Run("sample", "r", "x"));
        Assert.Equal("bell␇ escape␛[31m␀ \ufffd \\u202e\ttab\n", test.Out);
        Assert.Empty(test.Raw);

        Assert.Equal(0, await test.Run("sample", "r", "x", "--raw"));
        Assert.Equal([.. "bell\a escape\e[31m\0 "u8, 0xff, .. " \u202e\ttab\n"u8], test.Raw);
    }

    [Theory]
    [InlineData("@everyone hello")]
    [InlineData("@job.yaml")]
    [InlineData("-5 degrees")]
    [InlineData("--length", "--")]
    public async Task A_prompt_is_text_whatever_it_begins_with(string prompt, params string[] before)
    {
        using var test = new TestHost();
        TestCheckpoint.Save(RunFolder.Create(Path.Combine(test.Folder, "r"), "").CheckpointsFolder, 10);
        test.Write("job.yaml", "--help\n");
        test.Worker("echo \"$5\"\n");
        Assert.Equal(0, await test.Run(["sample", "r", .. before, prompt]));
        Assert.Equal(prompt + "\n", test.Out);
    }

    [Fact]
    public async Task A_vocabulary_that_lies_in_the_run_is_used_instead_of_the_one_that_it_was_copied_from()
    {
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        TestCheckpoint.Save(run.CheckpointsFolder, 10);
        Directory.CreateDirectory(run.TokenizerFolder);
        test.Worker("for a in \"$@\"; do echo \"$a\"; done\n");
        Assert.Equal(0, await test.Run("sample", "r", "x"));
        Assert.Contains($"--tokenizer\ngpt2:{run.TokenizerFolder}\n", test.Out);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_named_and_the_one_before_is_used()
    {
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        var good = TestCheckpoint.Save(run.CheckpointsFolder, 10);
        var damaged = TestCheckpoint.Save(run.CheckpointsFolder, 20);
        var file = new FileInfo(Path.Combine(damaged, "rank-0000.safetensors"));
        using (var stream = file.OpenWrite())
        {
            stream.SetLength(file.Length - 3);
        }

        test.Worker("echo $3\n");
        Assert.Equal(0, await test.Run("sample", "r", "x"));
        Assert.Equal(good + "\n", test.Out);
        Assert.Contains("step-000020", test.Error);

        Assert.Equal(ExitCode.BadInput, await test.Run("sample", damaged, "x"));
        Assert.Contains("cannot be used", test.Error);
    }

    [Fact]
    public async Task Sample_of_a_step_uses_its_checkpoint_and_says_when_it_is_not_the_runs_last()
    {
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        var first = TestCheckpoint.Save(run.CheckpointsFolder, 10);
        var last = TestCheckpoint.Save(run.CheckpointsFolder, 20);
        using (var recorder = new RunRecorder(run))
        {
            recorder.Record(new FinishedEvent("unsaved", 40, 1, null, null, 0, run.Path, "the disk is full", 20));
        }

        test.Worker("echo $3\n");
        Assert.Equal(0, await test.Run("sample", "r", "x", "--step", "10"));
        Assert.Equal(first + "\n", test.Out);
        Assert.Contains("warning: the weights of step 10 are used; the run's last step is 40, whose weights were not saved", test.Error);
        Assert.Equal(0, await test.Run("sample", "r", "x"));
        Assert.EndsWith(last + "\n", test.Out);
        Assert.Contains("the weights of step 20 are used", test.Error);
        Assert.Equal(ExitCode.BadInput, await test.Run("sample", "r", "x", "--step", "30"));
        Assert.Contains("has no checkpoint of step 30; there are steps 10, 20", test.Error);
        Assert.Equal(ExitCode.BadInput, await test.Run("sample", first, "x", "--step", "20"));
        Assert.Contains("is a checkpoint itself", test.Error);
    }

    [Fact]
    public async Task A_run_without_a_checkpoint_is_bad_input()
    {
        using var test = new TestHost();
        RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        Assert.Equal(ExitCode.BadInput, await test.Run("sample", "r", "x"));
        Assert.Contains("has no checkpoint yet", test.Error);
    }

    [Fact]
    public async Task A_worker_that_fails_is_quoted_and_its_exit_code_kept()
    {
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        TestCheckpoint.Save(run.CheckpointsFolder, 10);
        test.Worker("echo 'the prompt is longer than the sequence' >&2; exit 2\n");
        Assert.Equal(ExitCode.BadInput, await test.Run("sample", "r", "x"));
        Assert.Contains("error: the prompt is longer than the sequence", test.Error);
        test.Worker("exit 139\n");
        Assert.Equal(ExitCode.Failed, await test.Run("sample", "r", "x"));
        Assert.Contains("exit code 139", test.Error);
    }
}

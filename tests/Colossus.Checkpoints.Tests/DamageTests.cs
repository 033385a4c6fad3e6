using System.Diagnostics;
using System.Text;
using CsCheck;

namespace Colossus.Checkpoints.Tests;

public sealed class DamageTests
{
    [Fact]
    public void A_file_cut_at_any_interesting_place_is_reported_and_the_checkpoint_before_is_used()
    {
        using var folder = new TemporaryFolder();
        Sample.Save(folder.Path, 50);
        CheckpointFolder newest = Sample.Save(folder.Path, 100);
        foreach (string file in Directory.GetFiles(newest.Path))
        {
            byte[] whole = File.ReadAllBytes(file);
            foreach (int length in new[] { 0, 1, 7, 8, 9, whole.Length / 2, whole.Length - 65, whole.Length - 4, whole.Length - 1 })
            {
                File.WriteAllBytes(file, whole[..length]);
                AssertOlderIsUsed(folder.Path, Path.GetFileName(file));
            }

            File.Delete(file);
            if (Path.GetFileName(file) != CheckpointFolder.SumsName)
            {
                AssertOlderIsUsed(folder.Path, Path.GetFileName(file));
            }

            File.WriteAllBytes(file, whole);
        }

        Assert.Equal(100, CheckpointReader.FindNewestGood(folder.Path, Assert.Fail)!.Step);
    }

    [Fact]
    public void Any_flipped_bit_of_any_file_is_found()
    {
        using var folder = new TemporaryFolder();
        Sample.Save(folder.Path, 50);
        CheckpointFolder newest = Sample.Save(folder.Path, 100);
        string[] files = [.. Directory.GetFiles(newest.Path).Order(StringComparer.Ordinal)];
        Gen.Select(Gen.Int[0, files.Length - 1], Gen.Double[0, 1], Gen.Int[0, 7]).Sample(
            (which, place, bit) =>
            {
                byte[] whole = File.ReadAllBytes(files[which]);
                byte[] changed = [.. whole];
                changed[Math.Min(changed.Length - 1, (int)(place * changed.Length))] ^= (byte)(1 << bit);
                File.WriteAllBytes(files[which], changed);
                AssertOlderIsUsed(folder.Path, Path.GetFileName(files[which]));
                Assert.NotEmpty(CheckpointReader.Verify(newest.Path));
                File.WriteAllBytes(files[which], whole);
            },
            iter: 150,
            threads: 1);
    }

    [Fact]
    public void The_message_names_file_found_and_expected()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder only = Sample.Save(folder.Path, 100);
        string file = Path.Combine(only.Path, "rank-0001.safetensors");
        long whole = new FileInfo(file).Length;
        using (FileStream stream = File.Open(file, FileMode.Open))
        {
            stream.SetLength(1000);
        }

        var messages = new List<string>();
        Assert.Null(CheckpointReader.FindNewestGood(folder.Path, messages.Add));
        Assert.Equal([$"Checkpoint step-000100 cannot be used: rank-0001.safetensors has 1,000 bytes, expected are {whole:N0}. The one before it is tried."], messages);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"formatVersion\":1}")]
    [InlineData("{\"formatVersion\":2}")]
    [InlineData("{\"formatVersion\":\"1\"}")]
    [InlineData("{\"formatVersion\":1,\"formatVersion\":1}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void A_manifest_that_is_none_is_an_error_of_the_file(string text) =>
        Assert.Equal(CheckpointFault.Malformed, Assert.Throws<CheckpointException>(() => CheckpointManifest.Parse(Encoding.UTF8.GetBytes(text), "manifest.json")).Fault);

    [Theory]
    [InlineData("\"file\": \"rank-0000.safetensors\"", "\"file\": \"../rank-0000.safetensors\"", "not among the files")]
    [InlineData("\"name\": \"rank-0000.safetensors\"", "\"name\": \"../rank-0000.safetensors\"", "cannot be")]
    [InlineData("\"name\": \"rank-0000.safetensors\"", "\"name\": \"/etc/passwd\"", "cannot be")]
    [InlineData("\"name\": \"rank-0000.safetensors\"", "\"name\": \"rank-0001.safetensors\"", "stands there twice")]
    [InlineData("\"name\": \"model.norm.weight\"", "\"name\": \"model.embed_tokens.weight\"", "stands there twice")]
    [InlineData("\"dtype\": \"F32\"", "\"dtype\": \"F33\"", "not an element type")]
    [InlineData("\"dtype\": \"F32\"", "\"dtype\": 3", "not an element type")]
    [InlineData("\"ranks\": 2", "\"ranks\": 0", "cannot be")]
    [InlineData("\"job\": \"", "\"job\": null, \"x\": \"", "job")]
    [InlineData("\"key\": \"model.norm.weight\"", "\"key\": null", "key")]
    [InlineData("\"weightsSha256\": \"", "\"weightsSha256\": \"Z", "hexadecimal")]
    public void A_manifest_that_contradicts_itself_is_refused(string from, string to, string problem)
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder saved = Sample.Save(folder.Path, 100);
        string text = File.ReadAllText(Path.Combine(saved.Path, CheckpointManifest.FileName));
        if (!text.Contains(from, StringComparison.Ordinal))
        {
            from = from.Replace("model.norm.weight", "model.norm.weight#0", StringComparison.Ordinal);
        }

        Assert.Contains(from, text, StringComparison.Ordinal);
        CheckpointException error = Assert.Throws<CheckpointException>(() => CheckpointManifest.Parse(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), "manifest.json"));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_as_a_manifest_give_a_manifest_or_an_error_of_the_file()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(Path.Combine(Sample.Save(folder.Path, 100).Path, CheckpointManifest.FileName));
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Char["0123456789[]{},:\"-"]).Sample(
            (first, value, second, digit) =>
            {
                byte[] changed = [.. whole];
                changed[first] = value;
                changed[second] = (byte)digit;
                try
                {
                    CheckpointManifest.Parse(changed, "manifest.json");
                }
                catch (CheckpointException error)
                {
                    Assert.Equal(CheckpointFault.Malformed, error.Fault);
                }
            },
            iter: 3000,
            threads: 1);
    }

    [Fact]
    public void Weights_that_are_not_those_of_the_fingerprint_are_found_by_verifying()
    {
        using var folder = new TemporaryFolder();
        var writer = new CheckpointWriter();
        string temporary = writer.Begin(folder.Path, 100);
        ShardRecord shard = writer.WriteShard(temporary, 0, Sample.Parts(0, 1, 99));
        writer.Commit(temporary, folder["step-000100"], CheckpointManifest.Assemble(Sample.State(100, 1), [shard], Sample.Order));
        Assert.Contains("fingerprint", Assert.Single(CheckpointReader.Verify(folder["step-000100"])), StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_of_checksums_is_understood_by_sha256sum()
    {
        const string tool = "/usr/bin/sha256sum";
        Assert.SkipUnless(File.Exists(tool), $"{tool} is not here");
        using var folder = new TemporaryFolder();
        CheckpointFolder saved = Sample.Save(folder.Path, 100);
        using Process process = Process.Start(new ProcessStartInfo(tool, ["--check", "--strict", CheckpointFolder.SumsName]) { WorkingDirectory = saved.Path, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), "sha256sum did not end within 60 s");
        Assert.Equal("manifest.json: OK\nrank-0000.safetensors: OK\nrank-0001.safetensors: OK\n", output);
        Assert.Equal(0, process.ExitCode);
    }

    private static void AssertOlderIsUsed(string checkpoints, string file)
    {
        var messages = new List<string>();
        Assert.Equal(50, CheckpointReader.FindNewestGood(checkpoints, messages.Add)!.Step);
        string message = Assert.Single(messages);
        Assert.StartsWith("Checkpoint step-000100 cannot be used: ", message, StringComparison.Ordinal);
        Assert.True(message.Contains(file, StringComparison.Ordinal), $"{file} is not named: {message}");
    }
}

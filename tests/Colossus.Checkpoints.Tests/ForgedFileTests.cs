using System.Text;
using System.Text.RegularExpressions;
using Colossus.Checkpoints.Safetensors;
using Colossus.Testing;
using CsCheck;

namespace Colossus.Checkpoints.Tests;

/// <summary>Files of a checkpoint with anything changed: refused in words or read inside their bounds; no crash, no hang, and memory in proportion to the file.</summary>
public sealed partial class ForgedFileTests
{
    /// <summary>What reading a file of a few kB may take; a reader that believed a number in it would take far more.</summary>
    private const long mostBytes = 8 << 20;

    // Numbers that overflow, go below zero, or ask for more memory than there is; texts that are none.
    private static readonly Gen<string> values = Gen.OneOf(
        Gen.Const("1152921504606846976"),
        Gen.Const("9223372036854775807"),
        Gen.Const("-1"),
        Gen.Const("18446744073709551615"),
        Gen.Const("1e400"),
        Gen.Const("0"),
        Gen.Const("null"),
        Gen.Const("[]"),
        Gen.Const("{}"),
        Gen.Const("\"\\ud800\""),
        Gen.Const("\"../../etc/passwd\""),
        Gen.Int[0, 300].Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Int[1, 200].Select(depth => new string('[', depth)));

    [Fact]
    public void A_manifest_with_any_value_replaced_is_refused_in_words_or_makes_sense()
    {
        using var folder = new TemporaryFolder();
        string whole = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(Sample.Save(folder.Path, 100).Path, CheckpointManifest.FileName)));
        Match[] places = [.. JsonValue().Matches(whole).Cast<Match>()];
        Tally(
            Gen.Select(Gen.Int[0, places.Length - 1], values, Gen.Int[0, places.Length - 1], values),
            change =>
            {
                var (one, value, other, otherValue) = change;

                // The later place first, so that the earlier one stays where it is; one place that is drawn twice is replaced once.
                string changed = one == other ? whole : Replace(whole, places[Math.Max(one, other)], value);
                return Encoding.UTF8.GetBytes(Replace(changed, places[Math.Min(one, other)], otherValue));
            },
            bytes => Assert.Empty(ManifestCheck.Problems(CheckpointManifest.Parse(bytes, "manifest.json"))));
    }

    [Fact]
    public void A_manifest_with_bytes_changed_cut_or_repeated_is_refused_in_words_or_makes_sense()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(Path.Combine(Sample.Save(folder.Path, 100).Path, CheckpointManifest.FileName));
        Tally(Torn(whole), bytes => bytes, bytes => Assert.Empty(ManifestCheck.Problems(CheckpointManifest.Parse(bytes, "manifest.json"))));
    }

    [Fact]
    public void A_safetensors_file_with_values_replaced_is_refused_in_words_or_stays_inside_the_file()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(Path.Combine(Sample.Save(folder.Path, 100).Path, CheckpointFolder.ShardName(0)));
        int headerBytes = (int)BitConverter.ToInt64(whole);
        string header = Encoding.UTF8.GetString(whole, 8, headerBytes);
        Match[] places = [.. JsonValue().Matches(header).Cast<Match>()];
        Tally(
            Gen.Select(Gen.Int[0, places.Length - 1], values, Gen.Bool),
            change =>
            {
                byte[] changed = Encoding.UTF8.GetBytes(Replace(header, places[change.Item1], change.Item2));

                // Either the length fits the new header, or the header is cut or runs into the data.
                return [.. BitConverter.GetBytes(change.Item3 ? changed.Length : (long)headerBytes), .. changed, .. whole[(8 + headerBytes)..]];
            },
            bytes => ReadAll(folder["forged"], bytes));
    }

    [Fact]
    public void A_safetensors_file_with_bytes_changed_cut_or_repeated_is_refused_in_words_or_stays_inside_the_file()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(Path.Combine(Sample.Save(folder.Path, 100).Path, CheckpointFolder.ShardName(0)));
        Tally(Torn(whole), bytes => bytes, bytes => ReadAll(folder["forged"], bytes));
    }

    [Fact]
    public void A_header_of_2_to_the_60_bytes_is_refused_without_reserving_memory()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], [.. BitConverter.GetBytes(1L << 60), .. "{}"u8]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        CheckpointException error = Assert.Throws<CheckpointException>(() => SafetensorsReader.Open(folder["a"]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains("1152921504606846976", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_side_by_side_in_great_number_end_with_an_answer()
    {
        const int columns = 60_000; // all pairs of them would take minutes
        ManifestSlice[] slices = [.. Enumerable.Range(0, columns).Select(column => new ManifestSlice("a", $"k{column}", [0, column], [1, 1]))];
        var manifest = new CheckpointManifest(
            1, 1, 1, 1, 1, "", new string('0', 64), "", [new ManifestTensor("t", TensorType.F32, [1, columns], slices)], [new ManifestFile("a", 1, new string('0', 64))]);
        Assert.Contains("too many ways", Assert.Single(ManifestCheck.Problems(manifest)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/mkfifo"), "pipes with names are of Unix");
        foreach (string name in new[] { CheckpointManifest.FileName, CheckpointFolder.SumsName, CheckpointFolder.ShardName(0) })
        {
            using var folder = new TemporaryFolder();
            string path = Path.Combine(Sample.Save(folder.Path, 100).Path, name);
            File.Delete(path);
            using (var made = System.Diagnostics.Process.Start("/usr/bin/mkfifo", path))
            {
                Assert.True(made.WaitForExit(TimeSpan.FromSeconds(30)), "mkfifo did not end within 30 s");
            }

            Assert.NotEmpty(await Task.Run(() => CheckpointReader.Verify(Path.GetDirectoryName(path)!)).WaitAsync(TimeSpan.FromSeconds(30)));
            if (name.EndsWith(".safetensors", StringComparison.Ordinal))
            {
                Assert.Throws<CheckpointException>(() => SafetensorsReader.Open(path));
            }
        }
    }

    // Tries many changes; each is refused as malformed or altered, or passes the check, within the bound of memory.
    private static void Tally<T>(Gen<T> changes, Func<T, byte[]> apply, Action<byte[]> check)
    {
        int refused = 0;
        int times = Effort.Times(1_500, 100_000);
        changes.Sample(
            change =>
            {
                byte[] bytes = apply(change);
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    check(bytes);
                }
                catch (CheckpointException error)
                {
                    Assert.Equal(CheckpointFault.Malformed, error.Fault);
                    Assert.NotEmpty(error.Next);
                    refused++;
                }

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, mostBytes);
            },
            iter: times,
            threads: 1);
        Assert.True(refused > times / 4, $"only {refused} of {times} were refused");
    }

    private static Gen<byte[]> Torn(byte[] whole) => Gen.Select(Gen.Int[0, 2], Gen.Int[0, whole.Length - 1], Gen.Int[0, whole.Length - 1], Gen.Byte).Select(
        (kind, one, other, value) =>
        {
            int from = Math.Min(one, other), to = Math.Max(one, other);
            return kind switch
            {
                0 => [.. whole[..from], value, .. whole[(from + 1)..]],
                1 => whole[..from],
                _ => [.. whole[..to], .. whole[from..]],
            };
        });

    private static void ReadAll(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        using SafetensorsReader reader = SafetensorsReader.Open(path);
        foreach (SafetensorsEntry entry in reader.Entries)
        {
            Assert.InRange(entry.Offset, 8, bytes.Length - entry.ByteCount);
            reader.Read(entry, 0, new byte[entry.ByteCount]);
        }
    }

    private static string Replace(string text, Match place, string value) => string.Concat(text.AsSpan(0, place.Index), value, text.AsSpan(place.Index + place.Length));

    /// <summary>A text, a number or a list of numbers that stands behind a colon.</summary>
    [GeneratedRegex("""(?<=:\s*)("(?:[^"\\]|\\.)*"|-?[0-9.]+|\[[0-9,\s]*\])""")]
    private static partial Regex JsonValue();
}

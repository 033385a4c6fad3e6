using System.Text;
using Colossus.Checkpoints.Safetensors;
using CsCheck;

namespace Colossus.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsGarbageTests
{
    [Theory]
    [InlineData("", "takes 8 bytes, and 0 follow", 8)]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not readable JSON")]
    [InlineData("null", "not a JSON object")]
    [InlineData("""{"a":1}""", "lacks dtype, shape or data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "lacks dtype, shape or data_offsets")]
    [InlineData("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", "lacks dtype, shape or data_offsets")]
    [InlineData("""{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}""", "element type \"F99\"")]
    [InlineData("""{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", "element type \"f32\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", "shape that is not a list")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "not a start and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "not a start and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", "not a start and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "not what F32 [2] takes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,4]}}""", "not what F32")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2305843009213693952],"data_offsets":[0,0]}}""", "not what F32")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "and the file holds 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "and the file holds 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "starts at data byte 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "starts at data byte 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "twice")]
    [InlineData("""{"__metadata__":3,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "not an object")]
    [InlineData("""{"__metadata__":{"a":3},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "not text")]
    [InlineData("""{"a\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "not readable JSON")]
    public void A_wrong_header_is_named(string json, string problem, long length = -1)
    {
        using var folder = new TemporaryFolder();
        byte[] text = Encoding.UTF8.GetBytes(json);
        byte[] rest = json.Length == 0 ? [] : [1, 2, 3, 4];
        File.WriteAllBytes(folder["a"], [.. BitConverter.GetBytes(length < 0 ? text.Length : length), .. text, .. rest]);
        CheckpointException error = Assert.Throws<CheckpointException>(() => SafetensorsReader.Open(folder["a"]));
        Assert.Equal(CheckpointFault.Malformed, error.Fault);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(7UL)]
    [InlineData(100_000_001UL)]
    [InlineData(1UL << 40)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    public void A_wrong_length_of_the_header_is_refused_without_reserving_memory(ulong length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], [.. BitConverter.GetBytes(length), .. "{}"u8]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(CheckpointFault.Malformed, Assert.Throws<CheckpointException>(() => SafetensorsReader.Open(folder["a"])).Fault);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["whole"], [new("a", TensorType.F32, [3], TensorBytes.Of([1f, 2f, 3f])), new("b", TensorType.U8, [1], TensorBytes.Of(new byte[] { 9 }))]);
        byte[] whole = File.ReadAllBytes(folder["whole"]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["cut"], whole[..length]);
            Assert.Equal(CheckpointFault.Malformed, Assert.Throws<CheckpointException>(() => SafetensorsReader.Open(folder["cut"])).Fault);
        }

        File.WriteAllBytes(folder["cut"], [.. whole, 0]);
        Assert.Throws<CheckpointException>(() => SafetensorsReader.Open(folder["cut"]));
        Assert.Equal(CheckpointFault.Missing, Assert.Throws<CheckpointException>(() => SafetensorsReader.Open(folder["nothing"])).Fault);
        Assert.Throws<CheckpointException>(() => SafetensorsReader.Open(folder.Path));
    }

    [Fact]
    public void A_header_with_any_bytes_changed_is_refused_or_stays_inside_the_file()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["whole"], [new("a", TensorType.F32, [3], TensorBytes.Of([1f, 2f, 3f])), new("b", TensorType.U8, [1], TensorBytes.Of(new byte[] { 9 }))]);
        byte[] whole = File.ReadAllBytes(folder["whole"]);
        int refused = 0;
        Gen.Select(Gen.Int[0, whole.Length - 14], Gen.Byte, Gen.Int[0, whole.Length - 14], Gen.Char["0123456789[]{},:\"-"]).Sample(
            (first, value, second, digit) =>
            {
                byte[] changed = [.. whole];
                changed[first] = value;
                changed[second] = (byte)digit;
                File.WriteAllBytes(folder["changed"], changed);
                try
                {
                    using SafetensorsReader reader = SafetensorsReader.Open(folder["changed"]);
                    foreach (SafetensorsEntry entry in reader.Entries)
                    {
                        Assert.InRange(entry.Offset, 8, changed.Length - entry.ByteCount);
                        reader.Read(entry, 0, new byte[entry.ByteCount]);
                    }
                }
                catch (CheckpointException error) when (error.Fault == CheckpointFault.Malformed)
                {
                    refused++;
                }
            },
            iter: 3000,
            threads: 1);
        Assert.True(refused > 1000, $"only {refused} of 3000 were refused");
    }
}

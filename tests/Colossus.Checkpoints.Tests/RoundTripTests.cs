using Colossus.Checkpoints.Safetensors;
using CsCheck;

namespace Colossus.Checkpoints.Tests;

public sealed class RoundTripTests
{
    [Fact]
    public void Any_number_of_readers_gets_what_any_number_of_writers_wrote()
    {
        Gen.Select(Gen.Int[1, 15], Gen.Int[1, 15], Gen.Int[0, 999]).Sample(
            (writers, readers, step) =>
            {
                using var folder = new TemporaryFolder();
                CheckpointFolder saved = Sample.Save(folder.Path, step, writers);
                Assert.Empty(CheckpointReader.Verify(saved.Path));
                using CheckpointReader reader = CheckpointReader.Open(saved.Path);
                foreach ((string name, long[] shape) in Sample.Tensors())
                {
                    var gathered = new List<float>();
                    for (int rank = 0; rank < readers; rank++)
                    {
                        long start = shape[0] * rank / readers;
                        long end = shape[0] * (rank + 1) / readers;
                        float[] rows = new float[(end - start) * shape.Skip(1).Aggregate(1L, (a, b) => a * b)];
                        reader.ReadInto(name, start, end - start, rows);
                        gathered.AddRange(rows);
                    }

                    Assert.Equal(Sample.Values(name, shape, step), gathered);
                }
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void Rows_are_put_together_from_boxes_cut_in_every_dim()
    {
        Gen.Select(Gen.Long[1, 5], Gen.Long[1, 5], Gen.Long[1, 5], Gen.Int[0, 1 << 20]).Sample(
            (a, b, c, seed) =>
            {
                using var folder = new TemporaryFolder();
                (string path, float[] whole) = WriteBoxes(folder, [a, b, c], new Random(seed));
                using CheckpointReader reader = CheckpointReader.Open(path);
                for (long start = 0; start < a; start++)
                {
                    for (long count = 0; count <= a - start; count++)
                    {
                        float[] found = new float[count * b * c];
                        reader.ReadInto("box", start, count, found);
                        Assert.Equal(whole.AsSpan((int)(start * b * c), found.Length).ToArray(), found);
                    }
                }
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void Scalars_and_bf16_come_back_from_pointers_and_callbacks()
    {
        using var folder = new TemporaryFolder();
        byte[] half = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 31 % 251))];
        var writer = new CheckpointWriter();
        string temporary = writer.Begin(folder.Path, 1);
        ShardRecord shard = writer.WriteShard(
            temporary,
            0,
            [
                ShardPart.Whole("scalar", TensorType.F32, [], TensorBytes.Of([2.5f])),
                ShardPart.Whole("half", TensorType.BF16, [1500, 1000], TensorBytes.From(half.Length, (offset, destination) => half.AsSpan((int)offset, destination.Length).CopyTo(destination))),
                ShardPart.Whole("odd", TensorType.U8, [5], TensorBytes.Of(new byte[] { 1, 2, 3, 4, 5 })),
            ]);
        Assert.Equal(shard.ToJson(), ShardRecord.FromJson(shard.ToJson()).ToJson());
        CheckpointManifest manifest = CheckpointManifest.Assemble(Sample.State(1, 1), [ShardRecord.FromJson(shard.ToJson())], ["scalar"]);
        writer.Commit(temporary, folder["step-000001"], manifest);
        using CheckpointReader reader = CheckpointReader.Open(folder["step-000001"]);
        float[] scalar = new float[1];
        reader.ReadInto("scalar", 0, 1, scalar);
        Assert.Equal(2.5f, scalar[0]);
        byte[] found = new byte[700 * 2000];
        unsafe
        {
            fixed (byte* pointer = found)
            {
                reader.ReadInto("half", TensorType.BF16, 800, 700, pointer, found.Length);
            }
        }

        Assert.Equal(half.AsSpan(800 * 2000).ToArray(), found);
    }

    [Fact]
    public void A_manifest_is_the_same_bytes_after_reading_and_lists_parameters_in_canonical_order()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder saved = Sample.Save(folder.Path, 100, ranks: 3);
        byte[] bytes = File.ReadAllBytes(Path.Combine(saved.Path, CheckpointManifest.FileName));
        var manifest = CheckpointManifest.Parse(bytes, "manifest.json");
        Assert.Equal(bytes, manifest.ToJson());
        Assert.Equal(Sample.Order, manifest.Tensors.Where(tensor => tensor.IsParameter).Select(tensor => tensor.Name));
        Assert.Equal(Sample.State(100, 3), new CheckpointState(
            manifest.Step, manifest.Ranks, manifest.Seed, manifest.DataPosition, manifest.RandomState, manifest.WeightsSha256, manifest.Job));
        Assert.Equal(["rank-0000.safetensors", "rank-0001.safetensors", "rank-0002.safetensors"], manifest.Files.Select(file => file.Name));
        Assert.Equal("model.embed_tokens.weight#4", manifest.Tensors[0].Slices[1].Key);
        Assert.Contains("\"dtype\": \"F32\"", System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_model_is_told_which_parameters_differ()
    {
        using var folder = new TemporaryFolder();
        using CheckpointReader reader = CheckpointReader.Open(Sample.Save(folder.Path, 100).Path);
        CheckpointException error = Assert.Throws<CheckpointException>(() => reader.Require(
        [
            new("model.norm.weight", TensorType.F32, [6]),
            new("model.embed_tokens.weight", TensorType.F32, [14, 6]),
            new("lm_head.weight", TensorType.F32, [13, 6]),
        ]));
        Assert.Contains("model.embed_tokens.weight is F32 [13, 6] there and F32 [14, 6] here", error.Message, StringComparison.Ordinal);
        Assert.Contains("lm_head.weight is missing", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("model.norm.weight", error.Message, StringComparison.Ordinal);
        Assert.Equal(CheckpointFault.TensorMissing, Assert.Throws<CheckpointException>(() => reader.ReadInto("lm_head.weight", 0, 1, new float[6])).Fault);
        Assert.Equal(CheckpointFault.TensorDiffers, Assert.Throws<CheckpointException>(() => reader.ReadInto("model.norm.weight", 0, 7, new float[7])).Fault);
        Assert.Equal(CheckpointFault.TensorDiffers, Assert.Throws<CheckpointException>(() => reader.ReadInto("model.norm.weight", 0, 6, new float[5])).Fault);
        reader.Require([.. Sample.Tensors().Select(tensor => new TensorDeclaration(tensor.Name, TensorType.F32, tensor.Shape))]);
    }

    [Fact]
    public void Gaps_overlaps_and_disagreement_between_ranks_are_refused()
    {
        ShardSlice Rows(long start, long count, params long[] shape) => new("w", TensorType.F32, shape, $"w#{start}", [start, 0], [count, shape[1]]);
        ShardRecord Shard(int rank, params ShardSlice[] slices) => new(CheckpointFolder.ShardName(rank), 100, new string('0', 64), slices);
        string Refusal(params ShardRecord[] shards) =>
            Assert.Throws<CheckpointException>(() => CheckpointManifest.Assemble(Sample.State(1, 2), shards, ["w"])).Message;

        Assert.Contains("hold 6 of 8 elements", Refusal(Shard(0, Rows(0, 2, 4, 2)), Shard(1, Rows(3, 1, 4, 2))), StringComparison.Ordinal);
        Assert.Contains("overlap", Refusal(Shard(0, Rows(0, 2, 4, 2)), Shard(1, Rows(1, 3, 4, 2))), StringComparison.Ordinal);
        Assert.Contains("disagree", Refusal(Shard(0, Rows(0, 2, 4, 2)), Shard(1, Rows(2, 2, 4, 3))), StringComparison.Ordinal);
        Assert.Contains("outside", Refusal(Shard(0, Rows(0, 2, 4, 2)), Shard(1, Rows(2, 3, 4, 2))), StringComparison.Ordinal);
        Assert.Contains("no rank wrote w", Refusal(), StringComparison.Ordinal);
        Assert.NotNull(CheckpointManifest.Assemble(Sample.State(1, 2), [Shard(1, Rows(2, 2, 4, 2)), Shard(0, Rows(0, 2, 4, 2))], ["w"]));
    }

    /// <summary>A checkpoint whose one tensor is cut at random planes of all dims, each box in one of two files.</summary>
    private static (string Path, float[] Whole) WriteBoxes(TemporaryFolder folder, long[] shape, Random random)
    {
        float[] whole = [.. Enumerable.Range(0, (int)(shape[0] * shape[1] * shape[2])).Select(i => (float)i)];
        long[][] cuts = [.. shape.Select(size => Enumerable.Range(1, (int)size - 1).Where(_ => random.Next(2) == 0).Select(i => (long)i).Prepend(0).Append(size).ToArray())];
        var boxes = new List<(SafetensorsPart Part, ManifestSlice Slice)>();
        for (int i = 0; i + 1 < cuts[0].Length; i++)
        {
            for (int j = 0; j + 1 < cuts[1].Length; j++)
            {
                for (int k = 0; k + 1 < cuts[2].Length; k++)
                {
                    long[] start = [cuts[0][i], cuts[1][j], cuts[2][k]];
                    long[] size = [cuts[0][i + 1] - start[0], cuts[1][j + 1] - start[1], cuts[2][k + 1] - start[2]];
                    var values = new List<float>();
                    for (long x = 0; x < size[0] * size[1] * size[2]; x++)
                    {
                        long z = x % size[2], y = x / size[2] % size[1], w = x / size[2] / size[1];
                        values.Add(whole[((((start[0] + w) * shape[1]) + start[1] + y) * shape[2]) + start[2] + z]);
                    }

                    string key = $"box#{boxes.Count}";
                    boxes.Add((new(key, TensorType.F32, size, TensorBytes.Of(values.ToArray())), new($"rank-000{boxes.Count % 2}.safetensors", key, start, size)));
                }
            }
        }

        string path = Directory.CreateDirectory(folder["step-000001"]).FullName;
        ManifestFile[] files = [.. boxes.GroupBy(box => box.Slice.File).Select(group =>
        {
            WrittenFile file = SafetensorsWriter.Write(Path.Combine(path, group.Key), [.. group.Select(box => box.Part)]);
            return new ManifestFile(group.Key, file.Bytes, file.Sha256);
        })];
        ManifestTensor tensor = new("box", TensorType.F32, shape, [.. boxes.Select(box => box.Slice)]);
        var manifest = new CheckpointManifest(1, 1, 2, 1, 8, "", new string('a', 64), "", [tensor], files);
        File.WriteAllBytes(Path.Combine(path, CheckpointManifest.FileName), manifest.ToJson());
        return (path, whole);
    }
}

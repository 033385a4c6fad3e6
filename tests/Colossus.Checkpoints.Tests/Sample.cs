using Colossus.Checkpoints.Files;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints.Tests;

/// <summary>A small model's state, written by any number of ranks.</summary>
internal static class Sample
{
    public static readonly (string Name, long[] Shape)[] Parameters =
    [
        ("model.embed_tokens.weight", [13, 6]),
        ("model.layers.0.input_layernorm.weight", [6]),
        ("model.layers.0.self_attn.q_proj.weight", [8, 6]),
        ("model.norm.weight", [6]),
    ];

    public static string[] Order => [.. Parameters.Select(parameter => parameter.Name)];

    public static float[] Values(string name, long[] shape, long step)
    {
        uint seed = (uint)(step * 7919) + (uint)name.Sum(c => c * 31);
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            seed = (seed * 1664525) + 1013904223;
            values[i] = (seed >> 8) / 65536f;
        }

        return values;
    }

    public static IEnumerable<(string Name, long[] Shape)> Tensors() =>
        Parameters.Concat(Parameters.Select(p => ("optimizer.exp_avg." + p.Name, p.Shape))).Concat(Parameters.Select(p => ("optimizer.exp_avg_sq." + p.Name, p.Shape)));

    /// <summary>Rows of every tensor that a rank owns when all are divided as evenly as they go.</summary>
    public static List<ShardPart> Parts(int rank, int ranks, long step)
    {
        var parts = new List<ShardPart>();
        foreach ((string name, long[] shape) in Tensors())
        {
            long start = shape[0] * rank / ranks;
            long end = shape[0] * (rank + 1) / ranks;
            long row = shape.Skip(1).Aggregate(1L, (a, b) => a * b);
            if (end > start)
            {
                parts.Add(new ShardPart(
                    name, TensorType.F32, shape, start, end - start, TensorBytes.Of(Values(name, shape, step).AsSpan((int)(start * row), (int)((end - start) * row)))));
            }
        }

        return parts;
    }

    public static CheckpointState State(long step, int ranks) =>
        new(step, ranks, ulong.MaxValue, step * 8, "", Fingerprint(step), "name: probe\n# \"quoted\" ü\n");

    public static string Fingerprint(long step) =>
        WeightsFingerprint.Combine(Parameters.Select(p => WeightsFingerprint.Hash(p.Name, p.Shape, Values(p.Name, p.Shape, step))));

    public static CheckpointFolder Save(string checkpoints, long step, int ranks = 2, CheckpointWriter? writer = null)
    {
        writer ??= new CheckpointWriter();
        return writer.Save(checkpoints, step, Bytes, run: null, folder =>
        {
            ShardRecord[] shards = [.. Enumerable.Range(0, ranks).Select(rank => writer.WriteShard(folder, rank, Parts(rank, ranks, step)))];
            return CheckpointManifest.Assemble(State(step, ranks), shards, Order);
        }).Folder;
    }

    /// <summary>Bytes of all tensors.</summary>
    public static long Bytes => Tensors().Sum(tensor => tensor.Shape.Aggregate(4L, (a, b) => a * b));

    public static CheckpointWriter WriterOn(IFiles files) => new(files, TimeProvider.System);

    public static void AssertHolds(string folder, long step)
    {
        using CheckpointReader reader = CheckpointReader.Open(folder);
        Assert.Equal(step, reader.Manifest.Step);
        foreach ((string name, long[] shape) in Tensors())
        {
            float[] expected = Values(name, shape, step);
            float[] found = new float[expected.Length];
            reader.ReadInto(name, 0, shape[0], found);
            Assert.Equal(expected, found);
        }
    }
}

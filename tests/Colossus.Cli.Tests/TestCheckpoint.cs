using Colossus.Checkpoints;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Cli.Tests;

/// <summary>A checkpoint of a model with one small matrix.</summary>
internal static class TestCheckpoint
{
    public static string Save(string checkpoints, long step, string job = "name: probe\n")
    {
        const string name = "model.embed_tokens.weight";
        float[] values = [step, 1, 2, 3];
        long[] shape = [2, 2];
        var writer = new CheckpointWriter();
        var temporary = writer.Begin(checkpoints, step);
        ShardRecord[] shards = [writer.WriteShard(temporary, 0, [new ShardPart(name, TensorType.F32, shape, 0, 2, TensorBytes.Of(values.AsSpan()))])];
        var state = new CheckpointState(step, 1, 1, step, "", WeightsFingerprint.Combine([WeightsFingerprint.Hash(name, shape, values)]), job);
        return writer.Commit(temporary, Path.Combine(checkpoints, CheckpointFolder.Name(step)), CheckpointManifest.Assemble(state, shards, [name])).Path;
    }
}

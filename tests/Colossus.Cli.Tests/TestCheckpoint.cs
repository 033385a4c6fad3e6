using Colossus.Checkpoints;
using Colossus.Checkpoints.Safetensors;
using Colossus.Plan.Parameters;

namespace Colossus.Cli.Tests;

/// <summary>A checkpoint of the model that <see cref="FakeTraining"/> plays.</summary>
internal static class TestCheckpoint
{
    public static string Save(string checkpoints, long step, string job = "name: probe\n", ulong seed = 1)
    {
        var table = ParameterTable.For(FakeTraining.Model);
        float[] Values(Parameter parameter) => [.. Enumerable.Repeat((float)step, (int)parameter.Count)];
        var hashes = table.Parameters.Select(parameter => WeightsFingerprint.Hash(parameter.Name, parameter.Shape, Values(parameter)));
        var state = new CheckpointState(step, 1, seed, step, "", WeightsFingerprint.Combine([.. hashes]), job);
        var writer = new CheckpointWriter();
        return writer.Save(checkpoints, step, table.ParameterCount * sizeof(float), null, folder =>
        {
            var shard = writer.WriteShard(
                folder, 0, [.. table.Parameters.Select(parameter => ShardPart.Whole(parameter.Name, TensorType.F32, parameter.Shape, TensorBytes.Of(Values(parameter).AsSpan())))]);
            return CheckpointManifest.Assemble(state, [shard], [.. table.Parameters.Select(parameter => parameter.Name)]);
        }).Folder.Path;
    }
}

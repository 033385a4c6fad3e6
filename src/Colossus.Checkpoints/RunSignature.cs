namespace Colossus.Checkpoints;

/// <summary>What all checkpoints of one run have in common; a folder copied from another run differs and is not taken for one of this run.</summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Parameters">The model's parameters, in any order.</param>
public sealed record RunSignature(ulong Seed, IReadOnlyList<TensorDeclaration> Parameters)
{
    /// <summary>Why a checkpoint is not one of this run.</summary>
    /// <param name="manifest">What the checkpoint says of itself.</param>
    /// <returns>A sentence without a full stop; null when it is one of this run.</returns>
    public string? Difference(CheckpointManifest manifest)
    {
        if (manifest.Seed != Seed)
        {
            return $"it is of another run: its seed is {manifest.Seed}, and the run's is {Seed}";
        }

        var tensors = manifest.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        string? first = Parameters.Select(parameter => parameter.Difference(tensors.GetValueOrDefault(parameter.Name))).FirstOrDefault(difference => difference is not null);
        return first is null ? null : $"it is of another model: {first}";
    }
}

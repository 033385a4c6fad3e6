using Colossus.Specs.Jobs;

namespace Colossus.Specs.Layouts;

/// <summary>The sizes of a model that decide which layouts it can be trained in.</summary>
/// <param name="Layers">Number of blocks.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads.</param>
/// <param name="Ffn">Inner width of a dense feed-forward part; 0 when no layer has one.</param>
/// <param name="SharedFfn">Inner width of the experts that every token visits, all together; 0 when there are none.</param>
/// <param name="Sequence">Tokens of a sample.</param>
/// <param name="Experts">Routed experts of a layer; 0 for a dense model.</param>
public readonly record struct ModelSizes(int Layers, int Heads, int KvHeads, int Ffn, long SharedFfn, int Sequence, int Experts)
{
    /// <summary>Most layers that are counted.</summary>
    public const int MostLayers = 100_000;

    /// <summary>Largest width, number of heads and vocabulary.</summary>
    public const int Widest = 1 << 24;

    /// <summary>Longest sample, tokens.</summary>
    public const int LongestSequence = 1 << 28;

    /// <summary>Most experts of a layer.</summary>
    public const int MostExperts = 1 << 20;

    /// <summary>The sizes of a job's model; all 0 when the job has none.</summary>
    /// <param name="model">The model.</param>
    public static ModelSizes From(ModelSpec model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return From(model.Layers, model.Heads, model.KvHeads, model.Ffn, model.Sequence, model.Experts);
    }

    /// <summary>The sizes of a model.</summary>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="kvHeads">Key and value heads.</param>
    /// <param name="ffn">Inner width of a dense feed-forward part.</param>
    /// <param name="sequence">Tokens of a sample.</param>
    /// <param name="experts">The mixture of experts; null for a dense model.</param>
    public static ModelSizes From(int layers, int heads, int kvHeads, int ffn, int sequence, ExpertsSpec? experts) => new(
        layers,
        heads,
        kvHeads,
        experts is null || experts.DenseLayers > 0 ? ffn : 0,
        experts is null ? 0 : (long)experts.Shared * experts.Ffn,
        sequence,
        experts?.Count ?? 0);
}

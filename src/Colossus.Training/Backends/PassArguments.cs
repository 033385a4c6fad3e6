namespace Colossus.Training.Backends;

/// <summary>What a pass needs to know of its micro-batch.</summary>
/// <param name="tokens">Tokens of a micro-batch.</param>
internal sealed class PassArguments(int tokens)
{
    /// <summary>Token ids, sequence after sequence.</summary>
    public int[] Inputs { get; } = new int[tokens];

    /// <summary>The token that follows at each place; -1 leaves a place out.</summary>
    public int[] Targets { get; } = new int[tokens];

    /// <summary>The position in its sequence at which the document of each token begins; 0 where attention does not stay within documents.</summary>
    public int[] FirstVisible { get; } = new int[tokens];

    /// <summary>The micro-batch, from 0.</summary>
    public int MicroBatch { get; set; }

    /// <summary>Whether to add to the gradients that are there.</summary>
    public bool Accumulate { get; set; }

    /// <summary>Factor on the loss: 1 / tokens of the global batch.</summary>
    public float LossScale { get; set; } = 1;
}

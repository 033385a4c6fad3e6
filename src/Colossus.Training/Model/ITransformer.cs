namespace Colossus.Training.Model;

/// <summary>A model as the step loop sees it, whatever its number formats.</summary>
internal interface ITransformer : IDisposable
{
    /// <summary>Points the model at its parameters and gradients.</summary>
    /// <param name="weights">Flat vector of the working copy.</param>
    /// <param name="matrices">The same in the type of products; equal to <paramref name="weights"/> where the types are.</param>
    /// <param name="gradients">Flat vector of this rank's gradients.</param>
    void Bind(nint weights, nint matrices, nint gradients);

    /// <summary>One forward and backward pass over a micro-batch.</summary>
    /// <param name="inputs">Token ids, [microBatch · sequence].</param>
    /// <param name="targets">The next token at each place.</param>
    /// <param name="scale">Factor on the loss: 1 / tokens of the global batch.</param>
    /// <param name="accumulate">Whether to add to the gradients that are there.</param>
    /// <param name="bucketDone">Called with the index of a bucket when its gradients are complete.</param>
    /// <returns>Sum over tokens of the cross-entropy in nats, without <paramref name="scale"/>.</returns>
    double ForwardBackward(ReadOnlySpan<int> inputs, ReadOnlySpan<int> targets, float scale, bool accumulate, Action<int> bucketDone);

    /// <summary>One forward pass.</summary>
    /// <param name="inputs">Token ids, [microBatch · sequence].</param>
    /// <param name="targets">The next token at each place; -1 leaves a place out.</param>
    /// <returns>Sum over tokens of the cross-entropy in nats.</returns>
    double Evaluate(ReadOnlySpan<int> inputs, ReadOnlySpan<int> targets);
}

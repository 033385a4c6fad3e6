using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Generation;

/// <summary>Continues a prompt with a trained model.</summary>
public sealed class TextGenerator
{
    private readonly ModelSpec model;
    private readonly Decoder decoder;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="flatWeights">Its weights as one flat vector, laid out as <see cref="ParameterTable"/> says.</param>
    /// <param name="documentStart">The token with which a document begins, where attention stays within documents; else null.</param>
    public TextGenerator(ModelSpec model, float[] flatWeights, int? documentStart = null)
    {
        this.model = model;
        decoder = new Decoder(model, new DecoderWeights(ParameterTable.For(model), flatWeights), documentStart);
    }

    /// <summary>Draws tokens that follow a prompt.</summary>
    /// <param name="prompt">Token ids; of a prompt longer than the model's sequence the end counts.</param>
    /// <param name="length">Tokens to draw.</param>
    /// <param name="options">How they are drawn.</param>
    /// <returns>The new tokens, one by one as they are drawn.</returns>
    public IEnumerable<int> Continue(IReadOnlyList<int> prompt, int length, SamplingOptions options)
    {
        var sampler = new TokenSampler(options);
        var context = prompt.TakeLast(model.Sequence - 1).ToList();
        decoder.Reset();
        int next = Feed(context, sampler);
        for (int i = 0; i < length; i++)
        {
            yield return next;
            if (i == length - 1)
            {
                yield break;
            }

            context.Add(next);
            if (decoder.Position < model.Sequence)
            {
                next = sampler.Draw(decoder.Append(next));
                continue;
            }

            // The window is full: go on from its second half, as if that were the prompt.
            context = [.. context.TakeLast(model.Sequence / 2)];
            decoder.Reset();
            next = Feed(context, sampler);
        }
    }

    private int Feed(List<int> context, TokenSampler sampler)
    {
        int next = 0;
        for (int i = 0; i < context.Count; i++)
        {
            var logits = decoder.Append(context[i]);
            next = i == context.Count - 1 ? sampler.Draw(logits) : 0;
        }

        return next;
    }
}

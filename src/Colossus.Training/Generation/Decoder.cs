using System.Numerics.Tensors;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Generation;

/// <summary>
/// Runs a model one token at a time with a cache of keys and values, in plain fp32. Written apart from the training code on purpose:
/// the two are tested against each other.
/// </summary>
internal sealed class Decoder
{
    private readonly ModelSpec model;
    private readonly DecoderWeights weights;
    private readonly WeightNames names;
    private readonly float[][] keys;
    private readonly float[][] values;
    private readonly float[] residual;
    private readonly float[] normed;
    private readonly float[] query;
    private readonly float[] attended;
    private readonly float[] branch;
    private readonly float[] gate;
    private readonly float[] up;
    private readonly float[] scores;
    private readonly float[] logits;
    private readonly int? documentStart;
    private int firstVisible;

    /// <summary>Prepares a decoder at position 0.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="documentStart">The token with which a document begins, where attention stays within documents; else null.</param>
    public Decoder(ModelSpec model, DecoderWeights weights, int? documentStart = null)
    {
        this.documentStart = documentStart;
        this.model = model;
        this.weights = weights;
        names = WeightNames.Of(model);
        int keyWidth = model.KvHeads * model.HeadWidth;
        keys = [.. Enumerable.Range(0, model.Layers).Select(_ => new float[model.Sequence * keyWidth])];
        values = [.. Enumerable.Range(0, model.Layers).Select(_ => new float[model.Sequence * keyWidth])];
        residual = new float[model.Hidden];
        normed = new float[model.Hidden];
        query = new float[model.Heads * model.HeadWidth];
        attended = new float[query.Length];
        branch = new float[model.Hidden];
        gate = new float[model.Ffn];
        up = new float[model.Ffn];
        scores = new float[model.Sequence];
        logits = new float[model.Vocab];
    }

    /// <summary>Tokens seen so far; at most the model's sequence length.</summary>
    public int Position { get; private set; }

    /// <summary>Forgets all tokens.</summary>
    public void Reset() => Position = firstVisible = 0;

    /// <summary>Appends a token.</summary>
    /// <param name="token">Its id, below the vocabulary's size.</param>
    /// <returns>The logits of the next token, [vocab]; valid until the next call.</returns>
    public ReadOnlySpan<float> Append(int token)
    {
        firstVisible = token == documentStart ? Position : firstVisible;
        Embed(token);
        for (int layer = 0; layer < model.Layers; layer++)
        {
            Normalise(names.BeforeAttention(layer), residual, normed);
            Attend(layer);
            Project(names.AttentionOut(layer), attended, branch);
            AddBranch(names.BehindAttention(layer));

            Normalise(names.BeforeFeedForward(layer), residual, normed);
            FeedForward(layer);
            AddBranch(names.BehindFeedForward(layer));
        }

        Normalise(names.FinalNorm, residual, normed);
        Multiply(model.TiedHead ? names.Embedding : names.Head, normed, logits);
        TensorPrimitives.Multiply(logits, (float)model.LogitScale, logits);
        Position++;
        return logits;
    }

    private void Embed(int token)
    {
        weights[names.Embedding].Slice(token * model.Hidden, model.Hidden).CopyTo(residual);
        if (model.Positions == PositionKind.Learned)
        {
            TensorPrimitives.Add(residual, weights[names.Positions].Slice(Position * model.Hidden, model.Hidden), residual);
        }

        TensorPrimitives.Multiply(residual, (float)model.EmbeddingScale, residual);
    }

    private void AddBranch(string postNorm)
    {
        if (model.PostNorm)
        {
            Normalise(postNorm, branch, branch);
        }

        TensorPrimitives.Add(residual, branch, residual);
    }

    private void Normalise(string norm, ReadOnlySpan<float> x, Span<float> y)
    {
        var scale = weights[norm + names.NormScale];
        if (model.Norm == NormKind.LayerNorm)
        {
            TensorPrimitives.Subtract(x, TensorPrimitives.Sum(x) / x.Length, y);
            DivideByRms(y, scale, y);
            TensorPrimitives.Add(y, weights[norm + ".bias"], y);
        }
        else
        {
            DivideByRms(x, scale, y);
        }
    }

    private void DivideByRms(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y)
    {
        float meanSquare = TensorPrimitives.SumOfSquares(x) / x.Length;
        TensorPrimitives.Multiply(x, 1f / MathF.Sqrt(meanSquare + (float)model.NormEpsilon), y);
        TensorPrimitives.Multiply(y, scale, y);
    }

    private void Attend(int layer)
    {
        int width = model.HeadWidth;
        int keyWidth = model.KvHeads * width;
        var key = keys[layer].AsSpan(Position * keyWidth, keyWidth);
        Project(names.Projection(layer, 'q'), normed, query);
        Project(names.Projection(layer, 'k'), normed, key);
        Project(names.Projection(layer, 'v'), normed, values[layer].AsSpan(Position * keyWidth, keyWidth));
        PrepareHeads(layer, 'q', query);
        PrepareHeads(layer, 'k', key);

        attended.AsSpan().Clear();
        int queriesPerKey = model.Heads / model.KvHeads;
        for (int head = 0; head < model.Heads; head++)
        {
            int offset = head / queriesPerKey * width;
            var seen = scores.AsSpan(0, Position + 1)[firstVisible..];
            for (int position = firstVisible; position <= Position; position++)
            {
                var past = keys[layer].AsSpan((position * keyWidth) + offset, width);
                seen[position - firstVisible] = Cap(TensorPrimitives.Dot(query.AsSpan(head * width, width), past) / MathF.Sqrt(width));
            }

            // The library's softmax takes exponentials as they are; a trained model's scores overflow them.
            TensorPrimitives.Subtract(seen, TensorPrimitives.Max(seen), seen);
            TensorPrimitives.SoftMax(seen, seen);
            var output = attended.AsSpan(head * width, width);
            for (int position = firstVisible; position <= Position; position++)
            {
                TensorPrimitives.MultiplyAdd(values[layer].AsSpan((position * keyWidth) + offset, width), seen[position - firstVisible], output, output);
            }
        }
    }

    private float Cap(float score) => model.ScoreCap > 0 ? (float)(model.ScoreCap * Math.Tanh(score / model.ScoreCap)) : score;

    private void PrepareHeads(int layer, char letter, Span<float> heads)
    {
        for (int start = 0; start < heads.Length; start += model.HeadWidth)
        {
            var head = heads.Slice(start, model.HeadWidth);
            if (model.QueryKeyNorm)
            {
                DivideByRms(head, weights[names.HeadNorm(layer, letter)], head);
            }

            Turn(head[..model.RotaryWidth]);
        }
    }

    // Rotary positions (arXiv 2104.09864) with Hugging Face's pairing: element i turns with element i + width / 2.
    private void Turn(Span<float> turned)
    {
        int half = turned.Length / 2;
        for (int i = 0; i < half; i++)
        {
            double angle = Position * Frequency(Math.Pow(model.RopeBase, -2.0 * i / turned.Length));
            float cosine = (float)Math.Cos(angle);
            float sine = (float)Math.Sin(angle);
            float first = turned[i];
            float second = turned[half + i];
            turned[i] = (first * cosine) - (second * sine);
            turned[half + i] = (second * cosine) + (first * sine);
        }
    }

    // By wavelengths, as meta-llama/llama-models' apply_scaling has it.
    private double Frequency(double frequency)
    {
        if (model.RopeScaling is not { } scaling)
        {
            return frequency;
        }

        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < scaling.OriginalSequence / scaling.HighFrequency)
        {
            return frequency;
        }

        if (wavelength > scaling.OriginalSequence / scaling.LowFrequency)
        {
            return frequency / scaling.Factor;
        }

        double smooth = ((scaling.OriginalSequence / wavelength) - scaling.LowFrequency) / (scaling.HighFrequency - scaling.LowFrequency);
        return ((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency);
    }

    private void FeedForward(int layer)
    {
        Project(names.Up(layer), normed, up);
        if (model.Activation.IsGated())
        {
            Project(names.Gate(layer), normed, gate);
        }

        for (int i = 0; i < up.Length; i++)
        {
            up[i] = model.Activation switch
            {
                Activation.SwiGlu => gate[i] / (1 + MathF.Exp(-gate[i])) * up[i],
                Activation.GeGlu => Gelu(gate[i]) * up[i],
                Activation.Gelu => Gelu(up[i]),
                _ => MathF.Max(up[i], 0) * MathF.Max(up[i], 0),
            };
        }

        Project(names.Down(layer), up, branch);
    }

    private static float Gelu(float x) => 0.5f * x * (1 + MathF.Tanh(0.7978845608f * (x + (0.044715f * x * x * x))));

    private void Project(string matrix, ReadOnlySpan<float> x, Span<float> y)
    {
        Multiply(matrix, x, y);
        if (model.Biases)
        {
            TensorPrimitives.Add(y, weights[WeightNames.BiasOf(matrix)], y);
        }
    }

    private void Multiply(string matrix, ReadOnlySpan<float> x, Span<float> y)
    {
        var rows = weights[matrix];
        for (int row = 0; row < y.Length; row++)
        {
            y[row] = TensorPrimitives.Dot(rows.Slice(row * x.Length, x.Length), x);
        }
    }
}

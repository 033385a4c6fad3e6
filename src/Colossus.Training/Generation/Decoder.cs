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
    private readonly DecoderRotary rotary;
    private readonly float scoreScale;
    private readonly float[][] keys;
    private readonly float[][] values;
    private readonly float[] residual;
    private readonly float[] normed;
    private readonly float[] query;
    private readonly float[] compressedQuery = [];
    private readonly float[] compressedKeyValue = [];
    private readonly float[] keyValue = [];
    private readonly float[] attended;
    private readonly float[] branch;
    private readonly float[] part;
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
        rotary = new DecoderRotary(model);
        scoreScale = ScoreScale(model);
        keys = [.. Enumerable.Range(0, model.Layers).Select(_ => new float[model.Sequence * model.KvHeads * model.ScoreWidth])];
        values = [.. Enumerable.Range(0, model.Layers).Select(_ => new float[model.Sequence * model.KvHeads * model.ValueWidth])];
        residual = new float[model.Hidden];
        normed = new float[model.Hidden];
        query = new float[model.Heads * model.ScoreWidth];
        attended = new float[model.Heads * model.ValueWidth];
        if (model.Latent is { } latent)
        {
            compressedQuery = new float[latent.QueryRank];
            compressedKeyValue = new float[latent.KeyValueRank + latent.RotaryWidth];
            keyValue = new float[model.Heads * (latent.PlainWidth + latent.ValueWidth)];
        }

        branch = new float[model.Hidden];
        part = new float[model.Hidden];
        int widest = Math.Max(model.Ffn, (model.Experts?.Ffn ?? 0) * Math.Max(1, model.Experts?.Shared ?? 0));
        gate = new float[widest];
        up = new float[widest];
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
            Project(names.AttentionOut(layer), attended, branch, model.Biases);
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
        int width = model.ScoreWidth;
        int valueWidth = model.ValueWidth;
        int keyStride = model.KvHeads * width;
        int valueStride = model.KvHeads * valueWidth;
        var key = keys[layer].AsSpan(Position * keyStride, keyStride);
        var value = values[layer].AsSpan(Position * valueStride, valueStride);
        if (model.Latent is { } latent)
        {
            MakeLatentHeads(layer, latent, key, value);
        }
        else
        {
            MakeHeads(layer, key, value);
        }

        attended.AsSpan().Clear();
        int queriesPerKey = model.Heads / model.KvHeads;
        for (int head = 0; head < model.Heads; head++)
        {
            int kvHead = head / queriesPerKey;
            var seen = scores.AsSpan(0, Position + 1)[firstVisible..];
            for (int position = firstVisible; position <= Position; position++)
            {
                var past = keys[layer].AsSpan((position * keyStride) + (kvHead * width), width);
                seen[position - firstVisible] = Cap(TensorPrimitives.Dot(query.AsSpan(head * width, width), past) * scoreScale);
            }

            // The library's softmax takes exponentials as they are; a trained model's scores overflow them.
            TensorPrimitives.Subtract(seen, TensorPrimitives.Max(seen), seen);
            TensorPrimitives.SoftMax(seen, seen);
            var output = attended.AsSpan(head * valueWidth, valueWidth);
            for (int position = firstVisible; position <= Position; position++)
            {
                TensorPrimitives.MultiplyAdd(values[layer].AsSpan((position * valueStride) + (kvHead * valueWidth), valueWidth), seen[position - firstVisible], output, output);
            }
        }
    }

    // YaRN grows scores with the logarithm of the factor: yarn_get_mscale of DeepSeek, once for queries and once for keys.
    private static float ScoreScale(ModelSpec model)
    {
        double scale = 1 / Math.Sqrt(model.ScoreWidth);
        if (model.Positions == PositionKind.Rotary && model.RopeScaling is { } scaling)
        {
            double mscale = (scaling.ScoreGrowth * Math.Log(scaling.Factor)) + 1;
            scale *= mscale * mscale;
        }

        return (float)scale;
    }

    private void MakeHeads(int layer, Span<float> key, Span<float> value)
    {
        Project(names.Projection(layer, 'q'), normed, query, model.Biases);
        Project(names.Projection(layer, 'k'), normed, key, model.Biases);
        Project(names.Projection(layer, 'v'), normed, value, model.Biases);
        PrepareHeads(layer, 'q', query);
        PrepareHeads(layer, 'k', key);
    }

    // Latent attention as modeling_deepseek_v3.py of transformers has it; what is cached are the expanded keys and values.
    private void MakeLatentHeads(int layer, LatentAttention latent, Span<float> key, Span<float> value)
    {
        if (latent.QueryRank > 0)
        {
            Project(names.CompressQueries(layer), normed, compressedQuery, model.Biases);
            Normalise(names.OfCompressedQueries(layer), compressedQuery, compressedQuery);
            Project(names.ExpandQueries(layer), compressedQuery, query, model.Biases);
        }
        else
        {
            Project(names.Projection(layer, 'q'), normed, query, model.Biases);
        }

        Project(names.CompressKeysValues(layer), normed, compressedKeyValue, model.Biases);
        var compressed = compressedKeyValue.AsSpan(0, latent.KeyValueRank);
        var rotaryKey = compressedKeyValue.AsSpan(latent.KeyValueRank);
        Normalise(names.OfCompressedKeysValues(layer), compressed, compressed);
        Project(names.ExpandKeysValues(layer), compressed, keyValue, model.Biases);
        rotary.TurnNeighbours(rotaryKey, Position);
        for (int head = 0; head < model.Heads; head++)
        {
            rotary.TurnNeighbours(query.AsSpan((head * latent.ScoreWidth) + latent.PlainWidth, latent.RotaryWidth), Position);
            var expanded = keyValue.AsSpan(head * (latent.PlainWidth + latent.ValueWidth), latent.PlainWidth + latent.ValueWidth);
            expanded[..latent.PlainWidth].CopyTo(key[(head * latent.ScoreWidth)..]);
            rotaryKey.CopyTo(key[((head * latent.ScoreWidth) + latent.PlainWidth)..]);
            expanded[latent.PlainWidth..].CopyTo(value[(head * latent.ValueWidth)..]);
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

            rotary.TurnHalves(head[..model.RotaryWidth], Position);
        }
    }

    private void FeedForward(int layer)
    {
        if (model.Experts is { } experts && layer >= experts.DenseLayers)
        {
            VisitExperts(layer, experts);
        }
        else
        {
            FeedForward(names.Gate(layer), names.Up(layer), names.Down(layer), model.Ffn, model.Biases, branch);
        }
    }

    private void VisitExperts(int layer, ExpertsSpec experts)
    {
        branch.AsSpan().Clear();
        if (experts.Shared > 0)
        {
            FeedForward(names.Shared(layer, "gate"), names.Shared(layer, "up"), names.Shared(layer, "down"), experts.Shared * experts.Ffn, biases: false, branch);
        }

        float[] ofRouter = new float[experts.Count];
        Multiply(names.Router(layer), normed, ofRouter);
        foreach (var (expert, weight) in DecoderRouter.Choose(experts, ofRouter, experts.BiasRate > 0 ? weights[names.RouterBias(layer)] : []))
        {
            FeedForward(names.GateOf(layer, expert), names.UpOf(layer, expert), names.DownOf(layer, expert), experts.Ffn, biases: false, part);
            TensorPrimitives.MultiplyAdd(part, weight, branch, branch);
        }
    }

    private void FeedForward(string gateMatrix, string upMatrix, string downMatrix, int width, bool biases, Span<float> result)
    {
        Span<float> gates = gate.AsSpan(0, width), ups = up.AsSpan(0, width);
        Project(upMatrix, normed, ups, biases);
        if (model.Activation.IsGated())
        {
            Project(gateMatrix, normed, gates, biases);
        }

        for (int i = 0; i < width; i++)
        {
            ups[i] = model.Activation switch
            {
                Activation.SwiGlu => gates[i] / (1 + MathF.Exp(-gates[i])) * ups[i],
                Activation.GeGlu => Gelu(gates[i]) * ups[i],
                Activation.Gelu => Gelu(ups[i]),
                _ => MathF.Max(ups[i], 0) * MathF.Max(ups[i], 0),
            };
        }

        Project(downMatrix, ups, result, biases);
    }

    private static float Gelu(float x) => 0.5f * x * (1 + MathF.Tanh(0.7978845608f * (x + (0.044715f * x * x * x))));

    private void Project(string matrix, ReadOnlySpan<float> x, Span<float> y, bool biases)
    {
        Multiply(matrix, x, y);
        if (biases)
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

using Colossus.Plan.Programs.Operations;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs;

/// <content>Latent attention (arXiv 2405.04434, section 2.1): heads of queries, keys and values from narrow layers.</content>
public sealed partial class ModelProgram
{
    // What every rank of a tensor-parallel group needs whole is of Dim.Latent; what belongs to single heads is of Dim.Heads.
    private Value LatentHeads(List<Operation> operations, int block, Value normalized, LatentAttention latent, string values)
    {
        int layer = block - 1;
        var queryRank = new Extent(Dim.Latent, latent.QueryRank);
        var keyValueRank = new Extent(Dim.Latent, latent.KeyValueRank);
        var rotary = new Extent(Dim.Latent, latent.RotaryWidth);
        var keysValuesOfHeads = new Extent(Dim.Heads, model.Heads * (latent.PlainWidth + latent.ValueWidth));
        Weight compressKeysValues = Matrix(block, names.CompressKeysValues(layer), new Extent(Dim.Latent, latent.KeyValueRank + latent.RotaryWidth), hidden);
        Value compressedKeysValues = Branch(values + "attention.compressedKeysValues", keyValueRank);
        Value rotaryKey = Branch(values + "attention.rotaryKey", rotary);
        Value queriesOfHeads = Branch(values + "attention.queries", queries);
        if (latent.QueryRank > 0)
        {
            Value compressed = Branch(values + "attention.compressed", queryRank, keyValueRank, rotary);
            Value compressedQueries = Branch(values + "attention.compressedQueries", queryRank);
            Multiply(operations, normalized, compressed, Matrix(block, names.CompressQueries(layer), queryRank, hidden), compressKeysValues);
            operations.Add(new Split(compressed, compressedQueries, compressedKeysValues, rotaryKey));
            Value normalizedQueries = Normalize(operations, block, compressedQueries, names.OfCompressedQueries(layer), compressedQueries.Name + ".normalized");
            Multiply(operations, normalizedQueries, queriesOfHeads, Matrix(block, names.ExpandQueries(layer), queries, queryRank));
        }
        else
        {
            Value compressed = Branch(values + "attention.compressed", keyValueRank, rotary);
            Multiply(operations, normalized, compressed, compressKeysValues);
            Multiply(operations, normalized, queriesOfHeads, Matrix(block, names.Projection(layer, 'q'), queries, hidden));
            operations.Add(new Split(compressed, compressedKeysValues, rotaryKey));
        }

        Value normalizedKeysValues = Normalize(operations, block, compressedKeysValues, names.OfCompressedKeysValues(layer), compressedKeysValues.Name + ".normalized");
        Value keysValues = Branch(values + "attention.keysValues", keysValuesOfHeads);
        Multiply(operations, normalizedKeysValues, keysValues, Matrix(block, names.ExpandKeysValues(layer), keysValuesOfHeads, keyValueRank));

        Value qkv = Branch(values + "attention.qkv", queries, queries, results);
        operations.Add(new AssembleHeads(queriesOfHeads, keysValues, rotaryKey, qkv, latent));
        return qkv;
    }
}

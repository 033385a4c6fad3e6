using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Lowering;

/// <summary>
/// Turns the blocks of a chunk into what a rank executes: derives the backward pass, decides what is kept and what is computed again, fuses, and gives every value a place.
/// This is the software profile <c>native</c>, the one that the engine runs.
/// </summary>
public static class ChunkLowering
{
    /// <summary>Lowers a chunk.</summary>
    /// <param name="blocks">Consecutive blocks, as <see cref="ModelProgram.Blocks(ModelSpec, int, int, int, AttentionScope)"/> gives them.</param>
    /// <param name="options">Formats, recomputation, schedule.</param>
    public static ChunkProgram Lower(IReadOnlyList<Block> blocks, LoweringOptions options)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var backward = new BackwardBuilder(options.Formats, options.SplitsWeightGradients);
        Value? output = blocks[^1].Output;
        Value? outputGradient = null;
        if (output is not null)
        {
            (outputGradient, _) = backward.Into(output);
        }

        // The derived operations of each block, last block first.
        var derived = new List<(Block Block, List<Operation> Operations)>();
        foreach (Block block in blocks.Reverse())
        {
            int before = backward.Operations.Count;
            foreach (Operation operation in block.Operations.Reverse())
            {
                operation.Derive(backward);
            }

            derived.Add((block, [.. backward.Operations.Skip(before)]));
        }

        var inputs = new List<Operation>();
        var weights = new List<Operation>();
        foreach ((Block block, List<Operation> operations) in derived)
        {
            inputs.AddRange(Recomputed(block, operations, options.Recompute));
            inputs.AddRange(operations.Where(operation => !(options.SplitsWeightGradients && operation.IsWeightGradient)));
            weights.AddRange(operations.Where(operation => options.SplitsWeightGradients && operation.IsWeightGradient));
        }

        Value? input = blocks[0].Input;
        Value? inputGradient = input is null ? null : backward.Of(input);
        List<Operation> all = [.. blocks.SelectMany(block => block.Operations)];
        var memory = new ChunkMemory(options.Formats, new ShardedBuckets(options.Sharding, options.Formats));
        memory.Add(Executed(all.Where(operation => operation.RunsForward)), received: input, sent: output);
        memory.Add(Executed(inputs), received: outputGradient, sent: inputGradient);
        memory.Add(Executed(weights), received: null, sent: null);
        return memory.Place(Executed(all.Where(operation => operation.RunsInEvaluation)), input, output, outputGradient, inputGradient);
    }

    private static List<Operation> Executed(IEnumerable<Operation> pass) => ExchangedRows.Close(Fusion.Fuse([.. pass.SelectMany(operation => operation.Parts)]));

    // What a block's backward pass needs and the forward pass does not keep, computed again from what it does keep.
    private static List<Operation> Recomputed(Block block, List<Operation> backward, Recompute recompute)
    {
        // Only layers are computed again: the head and the embedding keep little.
        if (recompute == Recompute.None || block.Input is null || block.Output is null)
        {
            return [];
        }

        HashSet<Value> missing = [
            .. block.Operations.Where(operation => operation.CanRepeat && (recompute == Recompute.Full || operation.IsCheap)).SelectMany(operation => operation.Writes),
        ];
        HashSet<Value> needed = [.. backward.SelectMany(operation => operation.Reads).Where(missing.Contains)];
        var again = new List<Operation>();
        foreach (Operation operation in block.Operations.Reverse().Where(operation => operation.Writes.Any(needed.Contains)))
        {
            again.Add(operation);
            needed.UnionWith(operation.Reads.Where(missing.Contains));
        }

        again.Reverse();
        return again;
    }
}

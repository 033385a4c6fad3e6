using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;

namespace Colossus.Training.Backends;

/// <summary>Executes the passes of one chunk, operation by operation, on the memory of one backend.</summary>
internal sealed class ChunkExecutor
{
    private readonly IBackend backend;
    private readonly ChunkProgram program;
    private readonly DeviceMemory scratch;
    private readonly Dictionary<Area, DeviceMemory[]> kept = [];
    private readonly Dictionary<(Pass Pass, int Slot), IBoundOperation?[]> bound = [];

    /// <summary>Takes memory.</summary>
    /// <param name="backend">Executes operations.</param>
    /// <param name="program">The chunk.</param>
    /// <param name="slots">Micro-batches that are between their forward and last pass at once.</param>
    public ChunkExecutor(IBackend backend, ChunkProgram program, int slots)
    {
        this.backend = backend;
        this.program = program;
        scratch = backend.Allocate(program.ScratchBytes);
        foreach (Area area in (ReadOnlySpan<Area>)[Area.ForwardToBackward, Area.ForwardToWeights, Area.BackwardToWeights])
        {
            kept.Add(area, [.. Enumerable.Range(0, slots).Select(_ => backend.Allocate(program.BytesOf(area)))]);
        }
    }

    /// <summary>The number of micro-batches for which there is memory.</summary>
    public int Slots => kept[Area.ForwardToBackward].Length;

    /// <summary>Points the operations at the weights and gradients.</summary>
    /// <param name="weights">The flat vectors.</param>
    public void Bind(WeightMemory weights)
    {
        bound.Clear();
        for (int slot = 0; slot < Slots; slot++)
        {
            var written = new HashSet<Weight>();
            foreach (Pass pass in (ReadOnlySpan<Pass>)[program.Forward, program.Backward, program.WeightGradients, program.Evaluation])
            {
                var memory = new PassMemory(this, pass, slot, weights);
                bound.Add((pass, slot), [.. pass.Operations.Select(operation => BindOne(operation, memory, written))]);
            }
        }
    }

    /// <summary>Runs a pass.</summary>
    /// <param name="pass">A pass of the chunk.</param>
    /// <param name="slot">The memory of its micro-batch.</param>
    /// <param name="arguments">What differs between micro-batches.</param>
    /// <param name="bucketDone">Called with the index of a bucket when its gradients are complete for this micro-batch.</param>
    public void Run(Pass pass, int slot, PassArguments arguments, Action<int> bucketDone)
    {
        IBoundOperation?[] operations = bound[(pass, slot)];
        for (int i = 0; i < operations.Length; i++)
        {
            if (operations[i] is { } operation)
            {
                operation.Run(arguments);
            }
            else
            {
                bucketDone(((ReduceGradients)pass.Operations[i]).Bucket);
            }
        }
    }

    private IBoundOperation? BindOne(Operation operation, PassMemory memory, HashSet<Weight> written)
    {
        if (operation is ReduceGradients)
        {
            return null;
        }

        bool adds = operation.Gradients.Any(written.Contains);
        written.UnionWith(operation.Gradients);
        return backend.Bind(operation, memory, adds);
    }

    private sealed class PassMemory(ChunkExecutor executor, Pass pass, int slot, WeightMemory weights) : IOperationMemory
    {
        public nint Of(Value value)
        {
            Place place = pass.PlaceOf(value);
            return (place.Area == Area.Scratch ? executor.scratch : executor.kept[place.Area][slot]).At(place.Offset);
        }

        public nint OfWeight(Weight weight) => weights.OfWeight(weight);

        public nint OfMatrix(Weight weight) => weights.OfMatrix(weight);

        public nint OfGradient(Weight weight) => weights.OfGradient(weight);
    }
}

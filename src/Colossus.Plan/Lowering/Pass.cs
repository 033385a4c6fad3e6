using Colossus.Plan.Programs;

namespace Colossus.Plan.Lowering;

/// <summary>One pass of a chunk over a micro-batch: operations in their order, and where their values lie.</summary>
public sealed class Pass
{
    private readonly IReadOnlyDictionary<Value, Place> places;

    internal Pass(IReadOnlyList<Operation> operations, IReadOnlyDictionary<Value, Place> places, long scratchBytes)
    {
        Operations = operations;
        this.places = places;
        ScratchBytes = scratchBytes;
    }

    /// <summary>The operations in their order.</summary>
    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Bytes of <see cref="Area.Scratch"/> that the pass uses.</summary>
    public long ScratchBytes { get; }

    /// <summary>Multiplications and additions.</summary>
    public double Flops => Operations.Sum(operation => operation.Flops);

    /// <summary>Where a value lies in this pass.</summary>
    /// <param name="value">A value that an operation of the pass reads or writes.</param>
    public Place PlaceOf(Value value) => places[value];
}

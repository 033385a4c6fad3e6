using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Training.Backends.Cpu.Operations;
using Colossus.Training.Kernels;
using Colossus.Training.Memory;

namespace Colossus.Training.Backends.Cpu;

/// <summary>Operations as this machine's cores execute them: matrix products by libtorch, all else by kernels of our own. Operations run when they are asked for, one after the other.</summary>
/// <typeparam name="TResidual">Type of the residual stream, of weights outside products and of gradients.</typeparam>
/// <typeparam name="T">Type of the operands of products.</typeparam>
internal sealed unsafe class CpuBackend<TResidual, T> : IBackend
    where TResidual : unmanaged, IElement<TResidual>
    where T : unmanaged, IElement<T>
{
    private readonly Arena arena = new();
    private readonly MatrixCache<TResidual> residuals = new();
    private readonly MatrixCache<T> products = new();
    private readonly Dictionary<(int, int, double), RopeTable> ropes = [];
    private double lossSum;

    /// <inheritdoc/>
    public DeviceMemory Allocate(long bytes) => new((nint)arena.Take<byte>(bytes), bytes);

    /// <inheritdoc/>
    public IBoundOperation Bind(Operation operation, IOperationMemory memory, bool addsToGradients)
    {
        var binder = new CpuBinder<TResidual, T>(memory, residuals, products, addsToGradients);
        return operation switch
        {
            ReadTokens read => new CpuReadTokens(read, memory),
            EmbeddingLookup lookup => new CpuEmbeddingLookup<TResidual>(lookup, memory),
            EmbeddingGradient gradient => new CpuEmbeddingGradient<TResidual>(gradient, memory, addsToGradients),
            Normalize normalize => new CpuNormalize<TResidual, T>(normalize, memory),
            AddNormalize fused => new CpuAddNormalize<TResidual, T>(fused, memory),
            NormalizeGradient gradient => new CpuNormalizeGradient<TResidual, T>(gradient, memory),
            StoreVectorGradient store => new CpuStoreVectorGradient<TResidual>(store, memory, addsToGradients),
            Add add => new CpuAdd<TResidual, T>(add, memory),
            Plan.Programs.Operations.Convert convert => new CpuConvert<TResidual, T>(convert, memory),
            Product product => new CpuProduct<TResidual, T>(product, binder),
            ProductInputGradient gradient => new CpuProductInputGradient<TResidual, T>(gradient, binder),
            ProductWeightGradient gradient => new CpuProductWeightGradient<TResidual, T>(gradient, binder),
            Rotate rotate => new CpuRotate<T>(rotate, memory, Rope(rotate.Geometry)),
            CausalAttention attention => new CpuCausalAttention<T>(attention, memory),
            CausalAttentionGradient gradient => new CpuCausalAttentionGradient<T>(gradient, memory),
            Activate activate => new CpuActivate<T>(activate, memory),
            ActivateGradient gradient => new CpuActivateGradient<T>(gradient, memory),
            OutputHead head => new CpuOutputHead<TResidual, T>(head, binder, AddLosses),
            OutputHeadWithGradients head => new CpuOutputHeadWithGradients<TResidual, T>(head, binder, AddLosses),
            _ => throw new NotSupportedException($"{operation} cannot be executed on the CPU"),
        };
    }

    /// <inheritdoc/>
    public void Unbind()
    {
        residuals.Clear();
        products.Clear();
    }

    /// <inheritdoc/>
    public double TakeLossSum()
    {
        double sum = lossSum;
        lossSum = 0;
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unbind();
        arena.Dispose();
    }

    private RopeTable Rope(AttentionGeometry geometry)
    {
        var key = (geometry.Sequence, geometry.HeadWidth, geometry.RopeBase);
        if (!ropes.TryGetValue(key, out var table))
        {
            table = new RopeTable(geometry.Sequence, geometry.HeadWidth, geometry.RopeBase);
            ropes.Add(key, table);
        }

        return table;
    }

    // In the order of rows, in double: the same for any number of threads.
    private void AddLosses(nint losses, int rows)
    {
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            sum += ((float*)losses)[row];
        }

        lossSum += sum;
    }
}

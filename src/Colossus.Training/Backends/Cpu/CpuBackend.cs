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
    private readonly Dictionary<RotaryPositions, RopeTable> ropes = [];
    private readonly List<double> losses = [];
    private Dictionary<int, long[]> loads = [];

    /// <inheritdoc/>
    public DeviceMemory Allocate(long bytes) => new((nint)arena.Take<byte>(bytes), bytes);

    /// <inheritdoc/>
    public IBoundOperation Bind(Operation operation, IOperationMemory memory)
    {
        var binder = new CpuBinder<TResidual, T>(memory, residuals, products);
        return operation switch
        {
            ReadTokens read => new CpuReadTokens(read, memory),
            EmbeddingLookup lookup => new CpuEmbeddingLookup<TResidual>(lookup, memory),
            EmbeddingGradient gradient => new CpuEmbeddingGradient<TResidual>(gradient, memory),
            AddPositions add => new CpuAddPositions<TResidual>(add, memory),
            PositionsGradient gradient => new CpuPositionsGradient<TResidual>(gradient, memory),
            Scale scale => scale.Value.Format == ValueFormat.Residual ? new CpuScale<TResidual>(scale, memory) : new CpuScale<T>(scale, memory),
            Normalize { Input.Format: ValueFormat.Product } or NormalizeGradient { Forward.Input.Format: ValueFormat.Product } => BindNorm<T>(operation, memory),
            LayerNormalize { Input.Format: ValueFormat.Product } or LayerNormalizeGradient { Forward.Input.Format: ValueFormat.Product } => BindNorm<T>(operation, memory),
            Normalize or NormalizeGradient or LayerNormalize or LayerNormalizeGradient => BindNorm<TResidual>(operation, memory),
            AddNormalize fused => new CpuAddNormalize<TResidual, T>(fused, memory),
            NormalizeHeads normalize => new CpuNormalizeHeads<TResidual, T>(normalize, memory),
            NormalizeHeadsGradient gradient => new CpuNormalizeHeadsGradient<TResidual, T>(gradient, memory),
            StoreVectorGradient store => new CpuStoreVectorGradient<TResidual>(store, memory),
            Add add => new CpuAdd<TResidual, T>(add, memory),
            Plan.Programs.Operations.Convert convert => new CpuConvert<TResidual, T>(convert, memory),
            Product product => new CpuProduct<TResidual, T>(product, binder),
            ProductInputGradient gradient => new CpuProductInputGradient<TResidual, T>(gradient, binder),
            ProductWeightGradient gradient => new CpuProductWeightGradient<TResidual, T>(gradient, binder),
            AddBias add => new CpuAddBias<TResidual, T>(add, memory),
            BiasGradient gradient => new CpuBiasGradient<T>(gradient, memory),
            Split split => new CpuSplit<T>(split, memory),
            Join join => new CpuJoin<T>(join, memory),
            AssembleHeads assemble => new CpuAssembleHeads<T>(assemble, memory),
            AssembleHeadsGradient gradient => new CpuAssembleHeadsGradient<T>(gradient, memory),
            Rotate rotate => new CpuRotate<T>(rotate, memory, Rope(rotate.Positions)),
            CausalAttention attention => new CpuCausalAttention<T>(attention, memory),
            CausalAttentionGradient gradient => new CpuCausalAttentionGradient<T>(gradient, memory),
            Activate activate => new CpuActivate<T>(activate, memory),
            ActivateGradient gradient => new CpuActivateGradient<T>(gradient, memory),
            RouterLogits logits => new CpuRouterLogits<TResidual, T>(logits, memory),
            RouterInputGradient gradient => new CpuRouterInputGradient<TResidual, T>(gradient, memory),
            RouterWeightGradient gradient => new CpuRouterWeightGradient<T>(gradient, memory),
            Route route => new CpuRoute<TResidual>(route, memory, AddLoads),
            RouteGradient gradient => new CpuRouteGradient(gradient, memory),
            LoadExcess excess => new CpuLoadExcess<TResidual>(excess, memory),
            Dispatch dispatch => new CpuDispatch<T>(dispatch, memory),
            DispatchGradient gradient => new CpuDispatchGradient<T>(gradient, memory),
            GroupedProduct product => new CpuGroupedProduct<TResidual, T>(product, binder),
            GroupedInputGradient gradient => new CpuGroupedInputGradient<TResidual, T>(gradient, binder),
            GroupedWeightGradient gradient => new CpuGroupedWeightGradient<TResidual, T>(gradient, binder),
            Combine combine => new CpuCombine<T>(combine, memory),
            CombineGradient gradient => new CpuCombineGradient<T>(gradient, memory),
            HeadLogits logits => new CpuHeadLogits<TResidual, T>(logits, binder),
            HeadLosses head => new CpuHeadLosses<TResidual, T>(head, binder),
            HeadGradients gradients => new CpuHeadGradients<TResidual, T>(gradients, binder),
            SumLosses sum => new CpuSumLosses(sum, memory, losses),
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
    public IReadOnlyList<double> TakeLosses()
    {
        double[] taken = [.. losses];
        losses.Clear();
        return taken;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, long[]> TakeLoads()
    {
        var taken = loads;
        loads = [];
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unbind();
        arena.Dispose();
    }

    // A norm reads the residual stream, or what a branch is about to add to it.
    private static IBoundOperation BindNorm<TX>(Operation operation, IOperationMemory memory)
        where TX : unmanaged, IElement<TX> => operation switch
        {
            Normalize normalize => new CpuNormalize<TX, TResidual, T>(normalize, memory),
            NormalizeGradient gradient => new CpuNormalizeGradient<TX, TResidual, T>(gradient, memory),
            LayerNormalize normalize => new CpuLayerNormalize<TX, TResidual, T>(normalize, memory),
            _ => new CpuLayerNormalizeGradient<TX, TResidual, T>((LayerNormalizeGradient)operation, memory),
        };

    private RopeTable Rope(RotaryPositions positions)
    {
        if (!ropes.TryGetValue(positions, out var table))
        {
            table = new RopeTable(positions);
            ropes.Add(positions, table);
        }

        return table;
    }

    private void AddLoads(int layer, ReadOnlySpan<int> visits)
    {
        if (!loads.TryGetValue(layer, out long[]? sums))
        {
            loads.Add(layer, sums = new long[visits.Length]);
        }

        for (int expert = 0; expert < sums.Length; expert++)
        {
            sums[expert] += visits[expert];
        }
    }
}

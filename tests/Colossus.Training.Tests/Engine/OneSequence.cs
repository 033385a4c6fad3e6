using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Training.Memory;

namespace Colossus.Training.Tests.Engine;

/// <summary>The engine on one sequence in fp32.</summary>
internal sealed unsafe class OneSequence : IDisposable
{
    private readonly Arena arena = new();
    private readonly SoloRank executor;

    public OneSequence(ModelSpec model, float[] weights, AttentionScope scope = AttentionScope.Sequence)
    {
        NumberFormats fp32 = default;
        executor = new SoloRank(model, microBatch: 1, fp32, Recompute.None, scope);
        float* flat = arena.Take<float>(weights.Length);
        weights.CopyTo(new Span<float>(flat, weights.Length));
        executor.Bind((nint)flat, (nint)flat, (nint)arena.Take<float>(ParameterTable.For(model).Buckets[^1].Range.End));
    }

    /// <summary>The first position that each token sees.</summary>
    public Span<int> FirstVisible => executor.Arguments.FirstVisible;

    /// <summary>Sum of the losses of all places with a target.</summary>
    /// <param name="inputs">A token for each place.</param>
    /// <param name="targets">The token that follows each; -1 for none.</param>
    public double Loss(int[] inputs, int[] targets)
    {
        inputs.CopyTo(executor.Arguments.Inputs, 0);
        targets.CopyTo(executor.Arguments.Targets, 0);
        return executor.Evaluate();
    }

    public void Dispose()
    {
        executor.Dispose();
        arena.Dispose();
    }
}

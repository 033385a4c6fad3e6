using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;

namespace Colossus.Plan.Lowering;

/// <summary>Joins operations that are faster together. Every fusion gives the bits of its parts.</summary>
internal static class Fusion
{
    /// <summary>Fuses an addition with the norm that follows it.</summary>
    /// <param name="operations">Any pass.</param>
    public static List<Operation> Fuse(IReadOnlyList<Operation> operations)
    {
        var fused = new List<Operation>(operations.Count);
        foreach (Operation operation in operations)
        {
            if (operation is Normalize normalize && fused.Count > 0 && fused[^1] is Add add && add.Sum == normalize.Input)
            {
                fused[^1] = new AddNormalize(add, normalize);
            }
            else
            {
                fused.Add(operation);
            }
        }

        return fused;
    }
}

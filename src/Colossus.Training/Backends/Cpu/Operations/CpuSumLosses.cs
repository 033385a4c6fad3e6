using Colossus.Plan.Programs.Operations;

namespace Colossus.Training.Backends.Cpu.Operations;

/// <summary><see cref="SumLosses"/> on the CPU: in the order of rows, in double.</summary>
/// <param name="sums">Receives the sum.</param>
internal sealed unsafe class CpuSumLosses(SumLosses operation, IOperationMemory memory, List<double> sums) : IBoundOperation
{
    private readonly nint losses = memory.Of(operation.Losses);

    /// <inheritdoc/>
    public void Run(PassArguments arguments)
    {
        double sum = 0;
        for (int row = 0; row < operation.Losses.Rows.Size; row++)
        {
            sum += ((float*)losses)[row];
        }

        sums.Add(sum);
    }
}

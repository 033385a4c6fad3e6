using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Colossus.Training.Native;

/// <summary>Tensors over memory that libtorch does not own: shared memory, arenas.</summary>
internal static unsafe partial class TensorMemory
{
    /// <summary>Makes a contiguous tensor that reads and writes the memory given; the memory must outlive it.</summary>
    /// <param name="data">First element.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Shape, row-major.</param>
    /// <returns>The tensor. It lives until it is disposed, outside any dispose scope.</returns>
    public static torch.Tensor Wrap(void* data, torch.ScalarType type, params ReadOnlySpan<long> shape)
    {
        nint handle;
        fixed (long* dimensions = shape)
        {
            delegate* unmanaged[Cdecl]<nint, void> keep = &Keep;
            handle = NewTensor((nint)data, (nint)keep, (nint)dimensions, shape.Length, (sbyte)type, (sbyte)type, (int)DeviceType.CPU, -1, 0);
        }

        if (handle == 0)
        {
            throw new InvalidOperationException("libtorch refused a tensor over foreign memory");
        }

        return torch.Tensor.UnsafeCreateTensor(handle).DetachFromDisposeScope();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Keep(nint data)
    {
        // The memory belongs to somebody else: nothing to free.
    }

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_new")]
    private static partial nint NewTensor(
        nint data, nint deleter, nint dimensions, int dimensionCount, sbyte originalType, sbyte type, int device, int deviceIndex, byte requiresGradient);
}

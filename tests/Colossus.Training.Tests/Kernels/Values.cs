using System.Runtime.InteropServices;
using Colossus.Training.Kernels;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

/// <summary>A native array that a kernel reads or writes, with its values as doubles for the reference.</summary>
internal sealed unsafe class Values<T> : IDisposable
    where T : unmanaged, IElement<T>
{
    public Values(long count)
    {
        Count = count;
        Data = (T*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, count * sizeof(T)), 64);
        NativeMemory.Clear(Data, (nuint)(count * sizeof(T)));
    }

    public T* Data { get; private set; }

    public long Count { get; }

    public static Values<T> Normal(long count, int seed, double scale = 1)
    {
        var random = new Random(seed);
        return Of(Enumerable.Range(0, (int)count).Select(_ =>
            scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
    }

    public static Values<T> Of(IEnumerable<double> source)
    {
        double[] all = [.. source];
        var values = new Values<T>(all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            values.Data[i] = T.FromFloat((float)all[i]);
        }

        return values;
    }

    public Values<T> Copy()
    {
        var copy = new Values<T>(Count);
        Bytes.CopyTo(copy.Bytes);
        return copy;
    }

    public Span<byte> Bytes => new(Data, (int)(Count * sizeof(T)));

    public double[] ToDoubles()
    {
        double[] all = new double[Count];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = T.ToFloat(Data[i]);
        }

        return all;
    }

    public Tensor ToTensor(params long[] shape) => tensor(ToDoubles()).reshape(shape);

    public void Dispose()
    {
        NativeMemory.AlignedFree(Data);
        Data = null;
    }
}

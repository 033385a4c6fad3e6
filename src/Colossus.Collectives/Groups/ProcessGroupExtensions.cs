namespace Colossus.Collectives;

/// <summary>The collectives on spans: for arrays and small data. See <see cref="IProcessGroup"/> for what each does.</summary>
public static unsafe class ProcessGroupExtensions
{
    /// <summary>Sums 32-bit elements over ranks, in place.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="data">Elements, as many on all ranks.</param>
    /// <param name="scale">Factor applied once to each sum.</param>
    public static void AllReduce(this IProcessGroup group, Span<float> data, float scale = 1)
    {
        fixed (float* pointer = data)
        {
            group.AllReduce(pointer, data.Length, ElementType.Float32, scale);
        }
    }

    /// <summary>Sums bfloat16 elements over ranks, in place.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="data">Bits of the elements, as many on all ranks.</param>
    /// <param name="scale">Factor applied once to each sum.</param>
    public static void AllReduce(this IProcessGroup group, Span<ushort> data, float scale = 1)
    {
        fixed (ushort* pointer = data)
        {
            group.AllReduce(pointer, data.Length, ElementType.BFloat16, scale);
        }
    }

    /// <summary>Gives each rank its block of the sum of 32-bit elements.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="source">As many blocks as ranks.</param>
    /// <param name="destination">One block.</param>
    /// <param name="scale">Factor applied once to each sum.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void ReduceScatter(this IProcessGroup group, ReadOnlySpan<float> source, Span<float> destination, float scale = 1)
    {
        RequireBlocks(source.Length, destination.Length, group.Size, nameof(source));
        fixed (float* from = source, to = destination)
        {
            group.ReduceScatter(from, to, destination.Length, ElementType.Float32, scale);
        }
    }

    /// <summary>Gives each rank its block of the sum of bfloat16 elements.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="source">As many blocks as ranks.</param>
    /// <param name="destination">One block.</param>
    /// <param name="scale">Factor applied once to each sum.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void ReduceScatter(this IProcessGroup group, ReadOnlySpan<ushort> source, Span<ushort> destination, float scale = 1)
    {
        RequireBlocks(source.Length, destination.Length, group.Size, nameof(source));
        fixed (ushort* from = source, to = destination)
        {
            group.ReduceScatter(from, to, destination.Length, ElementType.BFloat16, scale);
        }
    }

    /// <summary>Gives each rank the blocks of all ranks.</summary>
    /// <typeparam name="T">Any type without references.</typeparam>
    /// <param name="group">The ranks.</param>
    /// <param name="source">This rank's block.</param>
    /// <param name="destination">As many blocks as ranks.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void AllGather<T>(this IProcessGroup group, ReadOnlySpan<T> source, Span<T> destination)
        where T : unmanaged
    {
        RequireBlocks(destination.Length, source.Length, group.Size, nameof(destination));
        fixed (T* from = source, to = destination)
        {
            group.AllGather(from, to, (long)source.Length * sizeof(T));
        }
    }

    /// <summary>Gives each rank a copy of one rank's elements.</summary>
    /// <typeparam name="T">Any type without references.</typeparam>
    /// <param name="group">The ranks.</param>
    /// <param name="data">Read on <paramref name="root"/>, overwritten elsewhere; as long on all ranks.</param>
    /// <param name="root">The rank that gives.</param>
    public static void Broadcast<T>(this IProcessGroup group, Span<T> data, int root)
        where T : unmanaged
    {
        fixed (T* pointer = data)
        {
            group.Broadcast(pointer, (long)data.Length * sizeof(T), root);
        }
    }

    /// <summary>Sends elements to one rank.</summary>
    /// <typeparam name="T">Any type without references.</typeparam>
    /// <param name="group">The ranks.</param>
    /// <param name="data">What to send.</param>
    /// <param name="to">The rank that receives.</param>
    public static void Send<T>(this IProcessGroup group, ReadOnlySpan<T> data, int to)
        where T : unmanaged
    {
        fixed (T* pointer = data)
        {
            group.Send(pointer, (long)data.Length * sizeof(T), to);
        }
    }

    /// <summary>Receives the next message of one rank.</summary>
    /// <typeparam name="T">Any type without references.</typeparam>
    /// <param name="group">The ranks.</param>
    /// <param name="data">Receives the elements; exactly as long as the message.</param>
    /// <param name="from">The rank that sends.</param>
    public static void Receive<T>(this IProcessGroup group, Span<T> data, int from)
        where T : unmanaged
    {
        fixed (T* pointer = data)
        {
            group.Receive(pointer, (long)data.Length * sizeof(T), from);
        }
    }

    private static void RequireBlocks(int whole, int block, int size, string name)
    {
        if (whole != (long)block * size)
        {
            throw new ArgumentException($"{whole} elements are not {size} blocks of {block}.", name);
        }
    }
}

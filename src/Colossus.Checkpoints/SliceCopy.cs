using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>Copies the common part of a slice and a range of rows, in the longest runs that lie together in both.</summary>
internal static unsafe class SliceCopy
{
    private const int largestRead = 1 << 30;

    /// <summary>Copies.</summary>
    /// <param name="tensor">The tensor, whose rows are wanted whole.</param>
    /// <param name="slice">A box inside it.</param>
    /// <param name="file">Gives the file; asked only when something is to be read.</param>
    /// <param name="rowStart">First row.</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="destination">First byte of the first row.</param>
    public static void Rows(ManifestTensor tensor, ManifestSlice slice, Func<SafetensorsReader> file, long rowStart, long rowCount, byte* destination)
    {
        int width = tensor.Type.Width();
        if (tensor.Shape.Count == 0)
        {
            if (rowCount > 0)
            {
                Read(file(), slice, 0, destination, width);
            }

            return;
        }

        long first = Math.Max(rowStart, slice.Start[0]);
        long end = Math.Min(rowStart + rowCount, slice.Start[0] + slice.Shape[0]);
        if (first >= end)
        {
            return;
        }

        // A run takes in the dims from the last one up to and including the first that the slice does not span.
        int outer = tensor.Shape.Count - 1;
        long run = width;
        while (outer > 0 && slice.Shape[outer] == tensor.Shape[outer])
        {
            run *= slice.Shape[outer--];
        }

        long rows = end - first;
        long runs = 1;
        run *= outer == 0 ? rows : slice.Shape[outer];
        for (int dim = 0; dim < outer; dim++)
        {
            runs *= dim == 0 ? rows : slice.Shape[dim];
        }

        SafetensorsReader reader = file();
        for (long index = 0; index < runs; index++)
        {
            (long source, long target) = Places(tensor, slice, first, rowStart, outer, index, rows);
            Read(reader, slice, source * width, destination + (target * width), run);
        }
    }

    /// <summary>Where a run starts in the slice and in the destination, in elements.</summary>
    private static (long Source, long Target) Places(ManifestTensor tensor, ManifestSlice slice, long first, long rowStart, int outer, long index, long rows)
    {
        long source = 0, target = 0, sourceStride = 1, targetStride = 1;
        for (int dim = tensor.Shape.Count - 1; dim >= 0; dim--)
        {
            long inBox = 0;
            if (dim < outer)
            {
                long size = dim == 0 ? rows : slice.Shape[dim];
                inBox = index % size;
                index /= size;
            }

            source += (dim == 0 ? first - slice.Start[0] + inBox : inBox) * sourceStride;
            target += (dim == 0 ? first - rowStart + inBox : slice.Start[dim] + inBox) * targetStride;
            sourceStride *= slice.Shape[dim];
            targetStride *= tensor.Shape[dim];
        }

        return (source, target);
    }

    private static void Read(SafetensorsReader reader, ManifestSlice slice, long offset, byte* destination, long bytes)
    {
        SafetensorsEntry entry = reader.Find(slice.Key)!;
        for (long done = 0; done < bytes; done += largestRead)
        {
            int count = (int)Math.Min(largestRead, bytes - done);
            reader.Read(entry, offset + done, new Span<byte>(destination + done, count));
        }
    }
}

using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Colossus.Checkpoints.Files;

/// <summary>Checksum of a file, read in large pieces.</summary>
internal static class Hashing
{
    private const int chunkBytes = 1 << 20;

    /// <summary>SHA-256 of a file, 64 lower-case hexadecimal digits.</summary>
    public static string OfFile(string path, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(chunkBytes);
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long position = 0;
            int count;
            while ((count = RandomAccess.Read(handle, buffer.AsSpan(0, chunkBytes), position)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
                position += count;
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

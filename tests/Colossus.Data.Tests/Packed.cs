using System.IO.Compression;
using System.Text;
using ZstdSharp;

namespace Colossus.Data.Tests;

/// <summary>Text as programs pack it.</summary>
internal static class Packed
{
    public static byte[] By(string extension, string text)
    {
        var packed = new MemoryStream();
        using (Stream stream = extension == ".gz" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new CompressionStream(packed, leaveOpen: true))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }
}

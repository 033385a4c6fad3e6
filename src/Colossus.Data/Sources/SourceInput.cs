using ICSharpCode.SharpZipLib.GZip;
using ZstdSharp;

namespace Colossus.Data.Sources;

/// <summary>
/// The bytes of a file, unpacked as they are read. SharpZipLib unpacks gzip, since the platform's own stream takes a file that is cut short for a whole one.
/// </summary>
internal sealed class SourceInput : IDisposable
{
    private readonly FileStream file;

    private SourceInput(FileStream file, Stream data) => (this.file, Data) = (file, data);

    /// <summary>The unpacked bytes; read forward only.</summary>
    public Stream Data { get; }

    /// <summary>Bytes of the file read so far, packed.</summary>
    public long Position => file.Position;

    public static SourceInput Open(SourceFile source)
    {
        var file = new FileStream(source.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16);
        try
        {
            return new SourceInput(file, source.Packing switch
            {
                SourcePacking.Gzip => new UnpackingStream(new GZipInputStream(file)),
                SourcePacking.Zstandard => new UnpackingStream(new DecompressionStream(file)),
                _ => file,
            });
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Data.Dispose();
        file.Dispose();
    }
}

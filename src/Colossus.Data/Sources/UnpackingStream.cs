namespace Colossus.Data.Sources;

/// <summary>
/// What a library unpacks, with one exception for all damage: the libraries answer damaged bytes also with those that their arithmetic runs into.
/// </summary>
/// <param name="unpacked">The library's stream.</param>
internal sealed class UnpackingStream(Stream unpacked) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The packed bytes are damaged or cut short.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return unpacked.Read(buffer, offset, count);
        }
        catch (Exception error) when (error is EndOfStreamException or not (IOException or OutOfMemoryException))
        {
            throw new InvalidDataException(error is IndexOutOfRangeException or ArgumentException or NullReferenceException ? "its bytes are damaged" : error.Message, error);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            unpacked.Dispose();
        }

        base.Dispose(disposing);
    }
}

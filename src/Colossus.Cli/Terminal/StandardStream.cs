using System.Runtime.InteropServices;

namespace Colossus.Cli.Terminal;

/// <summary>
/// Standard output or standard error. The base library's own stream passes over a reader that has gone; a program that goes on writing for nobody
/// is a nuisance. Here the first failure is told, once, and whatever is written after it goes nowhere; a closed descriptor is as good as <c>/dev/null</c>.
/// </summary>
internal sealed partial class StandardStream : Stream
{
    private const int Interrupted = 4, InputOutput = 5, BadDescriptor = 9, TryAgain = 11, BrokenPipe = 32; // errno of Linux
    private const short Writable = 4; // POLLOUT

    private readonly int descriptor;
    private readonly bool terminal;
    private readonly bool tell;
    private bool dead;

    /// <summary>A stream over a descriptor of this process.</summary>
    /// <param name="descriptor">1 or 2.</param>
    /// <param name="terminal">Whether it is a terminal.</param>
    /// <param name="tell">Whether the first failure is thrown; not where there is nobody left to tell, as on standard error.</param>
    public StandardStream(int descriptor, bool terminal, bool tell)
    {
        this.descriptor = descriptor;
        this.terminal = terminal;
        this.tell = tell;
    }

    /// <summary>The failure, which <see cref="Write(ReadOnlySpan{byte})"/> has thrown; null while there is none.</summary>
    public OutputException? Failure { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    /// <exception cref="OutputException">Nothing can be written any more; thrown once.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!dead && buffer.Length > 0)
        {
            var written = Write(descriptor, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
            }
            else
            {
                Take(Marshal.GetLastPInvokeError());
            }
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is held back.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private void Take(int error)
    {
        switch (error)
        {
            case Interrupted:
                return;
            case TryAgain:
                // Somebody who shares the descriptor has made it non-blocking: wait until it takes more, a second at a time.
                var wait = new PollRequest { Descriptor = descriptor, Events = Writable };
                _ = Poll(ref wait, 1, 1000);
                return;
            case BadDescriptor:
                dead = true;
                return;
            default:
                dead = true;
                // A terminal that was closed answers with EIO.
                Failure = new OutputException(error == BrokenPipe || (terminal && error == InputOutput), Marshal.GetPInvokeErrorMessage(error));
                if (tell)
                {
                    throw Failure;
                }

                return;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Answer;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, in byte bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollRequest request, nuint count, int milliseconds);
}

using System.IO.Pipes;
using Colossus.Cli.Terminal;

namespace Colossus.Cli.Tests.Terminal;

public sealed class StandardStreamTests
{
    [Fact]
    public void A_full_disk_is_told_once_and_then_writing_goes_nowhere()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        using var stream = new StandardStream((int)full.DangerousGetHandle(), terminal: false, tell: true);
        var failure = Assert.Throws<OutputException>(() => stream.Write("text"u8));
        Assert.False(failure.NobodyListens);
        Assert.Contains("No space left", failure.Message, StringComparison.Ordinal);
        stream.Write("more"u8);
        Assert.Same(failure, stream.Failure);
    }

    [Fact]
    public void A_reader_that_has_gone_is_told_from_a_fault()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        pipe.ClientSafePipeHandle.Dispose();
        using var stream = new StandardStream((int)pipe.SafePipeHandle.DangerousGetHandle(), terminal: false, tell: true);
        Assert.True(Assert.Throws<OutputException>(() => stream.Write("text"u8)).NobodyListens);
    }

    [Fact]
    public void A_stream_that_nobody_can_be_told_of_never_fails()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        using var stream = new StandardStream((int)full.DangerousGetHandle(), terminal: false, tell: false);
        stream.Write("text"u8);
        Assert.NotNull(stream.Failure);
    }

    [Fact]
    public void A_closed_descriptor_is_as_good_as_dev_null()
    {
        using var stream = new StandardStream(1_000_000, terminal: false, tell: true);
        stream.Write("text"u8);
        Assert.Null(stream.Failure);
    }
}

using System.Text;

namespace Colossus.Cli.Terminal;

/// <summary>Passes text on as <see cref="Printable"/> shows it, however it is cut into pieces.</summary>
/// <param name="inner">Takes what is shown; not closed with this writer.</param>
/// <param name="printable">How it is shown.</param>
internal sealed class PrintableWriter(TextWriter inner, Printable printable) : TextWriter
{
    private char? firstHalf;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + NewLine);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.IsEmpty)
        {
            return;
        }

        var text = string.Concat(firstHalf?.ToString(), buffer);
        firstHalf = char.IsHighSurrogate(text[^1]) ? text[^1] : null;
        inner.Write(printable.Of(firstHalf is null ? text : text[..^1]));
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
}

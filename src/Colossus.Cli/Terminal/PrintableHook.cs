using Spectre.Console.Rendering;

namespace Colossus.Cli.Terminal;

/// <summary>Shows all text of a console as <see cref="Printable"/> does. The console's own codes, for colours and for the cursor, pass: they are no text.</summary>
/// <param name="printable">How text is shown.</param>
internal sealed class PrintableHook(Printable printable) : IRenderHook
{
    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(renderable => new Shown(renderable, printable));

    private sealed class Shown(IRenderable inner, Printable printable) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth).Select(segment =>
            segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(printable.Of(segment.Text), segment.Style));
    }
}

using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace Colossus.Specs.Yaml;

/// <summary>A scanner that gives the same token until it is consumed.</summary>
/// <remarks>
/// YamlDotNet 18.1 looks ahead twice behind an anchored value of a flow mapping, and its own scanner goes on to another token each time: the comma of
/// <c>{ a: &amp;n 1, b: 2 }</c> is lost, and valid YAML refused. <c>Anchors_work_in_flow_style</c> fails when the library needs no such help any more or other help.
/// </remarks>
/// <param name="inner">The library's scanner.</param>
internal sealed class PatientScanner(IScanner inner) : IScanner
{
    public Mark CurrentPosition => inner.CurrentPosition;

    public Token? Current => inner.Current;

    public bool MoveNext()
    {
        if (inner.Current is not null)
        {
            inner.ConsumeCurrent();
        }

        return inner.MoveNextWithoutConsuming();
    }

    // Behind the end of the stream the parser expects to hear that there is nothing.
    public bool MoveNextWithoutConsuming() => inner.Current is not (null or StreamEnd) || inner.MoveNextWithoutConsuming();

    public void ConsumeCurrent() => inner.ConsumeCurrent();
}

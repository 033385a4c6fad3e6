using Colossus.Specs.Layouts;


namespace Colossus.Twin.Search;

/// <summary>Looks at the layouts of one part of a search, one after another: counts them, prices them and keeps the best. Serves one thread.</summary>
/// <param name="leaders">Takes the best.</param>
internal abstract class LayoutJudge(Leaders leaders)
{
    /// <summary>What was met so far.</summary>
    public SearchTally Tally => new(Considered, TooLarge, Priced);

    /// <summary>The best so far.</summary>
    public Leaders Leaders => leaders;

    /// <summary>Sound layouts so far.</summary>
    protected long Considered { get; set; }

    /// <summary>Of these, layouts that do not fit in memory.</summary>
    protected long TooLarge { get; set; }

    /// <summary>Layouts that were priced.</summary>
    protected long Priced { get; set; }

    /// <summary>Looks at a layout.</summary>
    /// <param name="layout">The layout, sound or not.</param>
    public abstract void Consider(in Layout layout);
}

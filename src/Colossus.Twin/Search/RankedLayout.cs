using Colossus.Plan.Layouts;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Search;

/// <summary>A layout with its price.</summary>
/// <param name="Layout">The layout.</param>
/// <param name="Price">Its price.</param>
/// <param name="Low">Lower end of the 90 % interval, seconds.</param>
/// <param name="High">Upper end of the 90 % interval, seconds: what layouts are ranked by.</param>
/// <param name="MemoryBytes">Memory of the fullest stage.</param>
public sealed record RankedLayout(Layout Layout, StepPrice Price, double Low, double High, double MemoryBytes);

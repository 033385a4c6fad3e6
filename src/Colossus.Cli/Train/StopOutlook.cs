using Colossus.Cli.Figures;

namespace Colossus.Cli.Train;

/// <summary>What a graceful stop will do, and how long that may take.</summary>
internal static class StopOutlook
{
    /// <summary>As in "after the present step (about 2.1 s), with a checkpoint (the last one took 0.4 s)".</summary>
    /// <param name="stepSeconds">Time of the last step; null before the first.</param>
    /// <param name="checkpointSeconds">Time of the last checkpoint; null before the first.</param>
    public static string Of(double? stepSeconds, double? checkpointSeconds)
    {
        var step = stepSeconds is { } one ? $" (about {Format.Duration(one)})" : "";
        var checkpoint = checkpointSeconds is { } last ? $" (the last one took {Format.Duration(last)})" : "";
        return $"after the present step{step}, with a checkpoint{checkpoint}";
    }
}

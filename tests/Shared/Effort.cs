namespace Colossus.Testing;

/// <summary>How much work a test may do: a little in the normal run, a lot in <c>./test --long</c>.</summary>
internal static class Effort
{
    /// <summary>True in <c>./test --long</c>, which sets COLOSSUS_LONG to 1.</summary>
    public static bool Long { get; } = Environment.GetEnvironmentVariable("COLOSSUS_LONG") == "1";

    /// <summary>How often something is tried.</summary>
    /// <param name="normal">Times in the normal run.</param>
    /// <param name="thorough">Times in the long run.</param>
    public static int Times(int normal, int thorough) => Long ? thorough : normal;
}

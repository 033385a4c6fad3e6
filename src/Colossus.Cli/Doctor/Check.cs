namespace Colossus.Cli.Doctor;

/// <summary>One thing that <c>doctor</c> looked at.</summary>
/// <param name="Name">What it is.</param>
/// <param name="State">How it stands.</param>
/// <param name="Found">What is there.</param>
/// <param name="Advice">What to do; null when nothing needs doing.</param>
internal sealed record Check(string Name, CheckState State, string Found, string? Advice = null)
{
    /// <summary>It is there.</summary>
    public static Check Good(string name, string found) => new(name, CheckState.Good, found);

    /// <summary>It is absent and only some uses need it, or it is scarce.</summary>
    public static Check Optional(string name, string found, string advice) => new(name, CheckState.Optional, found, advice);

    /// <summary>Nothing can be trained without it.</summary>
    public static Check Missing(string name, string found, string advice) => new(name, CheckState.Missing, found, advice);
}

namespace Colossus.Collectives;

/// <summary>Shared memory cannot be made, opened or joined as it was asked for.</summary>
public sealed class SharedMemoryException : Exception
{
    /// <summary>Says what went wrong, where, with which value against which limit, and what to do.</summary>
    /// <param name="what">What did not work, one clause.</param>
    /// <param name="where">The segment or folder.</param>
    /// <param name="value">What was asked for or found.</param>
    /// <param name="limit">What would have been allowed or expected.</param>
    /// <param name="nextStep">What the reader can do about it, a sentence.</param>
    public SharedMemoryException(string what, string where, string value, string limit, string nextStep)
        : base($"{what}: {where} (found {value}, limit {limit}). {nextStep}")
    {
        What = what;
        Where = where;
        Value = value;
        Limit = limit;
        NextStep = nextStep;
    }

    /// <summary>What did not work.</summary>
    public string What { get; }

    /// <summary>The segment or folder.</summary>
    public string Where { get; }

    /// <summary>What was asked for or found.</summary>
    public string Value { get; }

    /// <summary>What would have been allowed or expected.</summary>
    public string Limit { get; }

    /// <summary>What the reader can do about it.</summary>
    public string NextStep { get; }
}

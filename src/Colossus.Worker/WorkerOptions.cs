namespace Colossus.Worker;

/// <summary>The worker's command line: a verb and pairs of <c>--name value</c>.</summary>
internal sealed class WorkerOptions
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    private WorkerOptions(string verb) => Verb = verb;

    /// <summary>What to do.</summary>
    public string Verb { get; }

    /// <summary>An option that must be there.</summary>
    public string this[string name] =>
        values.TryGetValue(name, out string? value) ? value : throw new WorkerException(2, $"worker {Verb}: --{name} is missing");

    /// <summary>Reads a command line.</summary>
    public static WorkerOptions Parse(string[] arguments)
    {
        var options = new WorkerOptions(arguments.Length > 0 ? arguments[0] : string.Empty);
        for (int i = 1; i + 1 < arguments.Length; i += 2)
        {
            options.values[arguments[i].TrimStart('-')] = arguments[i + 1];
        }

        return options;
    }

    /// <summary>An option with a default.</summary>
    public string Get(string name, string otherwise) => values.GetValueOrDefault(name, otherwise);

    /// <summary>An option that may be missing.</summary>
    public string? Find(string name) => values.GetValueOrDefault(name);
}

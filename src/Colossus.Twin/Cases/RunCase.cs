using Colossus.Plan.Work;
using Colossus.Specs.Layouts;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Cases;

/// <summary>One measured run of a table, or the reason why the twin cannot represent it.</summary>
/// <param name="Id">Name of the row.</param>
/// <param name="Source">Where the measurement was published.</param>
/// <param name="ModelName">Name of the model.</param>
/// <param name="MeasuredSeconds">Measured time of a step; 0 if the row has none.</param>
/// <param name="Model">The model; null if refused.</param>
/// <param name="Layout">The layout.</param>
/// <param name="Machine">The machine; null if refused.</param>
/// <param name="Setup">Format and software; null if refused.</param>
/// <param name="Refused">Why the row cannot be represented; null if it can.</param>
public sealed record RunCase(
    string Id,
    string Source,
    string ModelName,
    double MeasuredSeconds,
    ModelShape? Model,
    Layout Layout,
    Machine? Machine,
    TrainingSetup? Setup,
    string? Refused)
{
    /// <summary>Whether the run has more than eight accelerators: more than one node.</summary>
    public bool MultiNode => Layout.Ranks > 8;

    /// <summary>The repository or paper of the source, without file, tag or version: two tables of one publisher are no two sources.</summary>
    public string Publisher => PublisherOf(Source);

    /// <summary>The family of the model: its name up to the first digit, '-' or '_' that follows a letter.</summary>
    public string Family => FamilyOf(ModelName);

    private static string PublisherOf(string source)
    {
        int space = source.IndexOf(' ', StringComparison.Ordinal);
        string first = space < 0 ? source : source[..space];
        if (!first.Contains('/', StringComparison.Ordinal))
        {
            int bracket = source.IndexOf('(', StringComparison.Ordinal);
            return (bracket < 0 ? source : source[..bracket]).Trim();
        }

        int version = first.LastIndexOf("_v", StringComparison.Ordinal);
        return version > 0 ? first[..version] : first;
    }

    private static string FamilyOf(string name)
    {
        int end = 0;
        while (end < name.Length && char.IsLetter(name[end]))
        {
            end++;
        }

        return end == 0 ? name : name[..end];
    }
}

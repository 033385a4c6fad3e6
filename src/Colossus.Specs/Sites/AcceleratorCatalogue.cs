using System.Collections.Frozen;
using Colossus.Specs.Tables;

namespace Colossus.Specs.Sites;

/// <summary>The accelerators that ship with Colossus.</summary>
public static class AcceleratorCatalogue
{
    private static readonly Lazy<(FrozenDictionary<string, AcceleratorSpec> ById, IReadOnlyList<AcceleratorSpec> All)> loaded = new(Load);

    /// <summary>All accelerators in the order of the data file.</summary>
    public static IReadOnlyList<AcceleratorSpec> All => loaded.Value.All;

    /// <summary>The accelerator of that name, or null.</summary>
    /// <param name="id">A name such as <c>h100-sxm</c>.</param>
    public static AcceleratorSpec? Find(string id) => loaded.Value.ById.GetValueOrDefault(id);

    /// <summary>The rows of the data file: each figure of each accelerator with its source and date.</summary>
    public static CsvTable Figures() => CsvTable.Parse(EmbeddedData.ReadText("accelerators.csv"), "accelerators.csv");

    private static (FrozenDictionary<string, AcceleratorSpec>, IReadOnlyList<AcceleratorSpec>) Load()
    {
        var figures = new Dictionary<(string, string), CsvRow>();
        var order = new List<string>();
        foreach (CsvRow row in Figures().Rows)
        {
            string id = row["accelerator"];
            if (!order.Contains(id))
            {
                order.Add(id);
            }

            figures[(id, row["figure"])] = row;
        }

        AcceleratorSpec[] all = [.. order.Select(Build)];
        return (all.ToFrozenDictionary(static spec => spec.Id, StringComparer.Ordinal), all);

        AcceleratorSpec Build(string id) => new(
            id,
            Enum.Parse<AcceleratorGeneration>(figures[(id, "generation")]["value"].Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            Value(id, "memory"),
            Value(id, "memory_bandwidth"),
            (int)Value(id, "multiprocessors"),
            Value(id, "peak_fp32"),
            Value(id, "peak_bf16"),
            Value(id, "peak_fp8"),
            Value(id, "peak_fp4"),
            Value(id, "link_bandwidth"),
            (int)Value(id, "link_domain"),
            Value(id, "power"));

        double Value(string id, string figure) => figures.TryGetValue((id, figure), out CsvRow? row) ? row.Number("value") ?? 0 : 0;
    }
}

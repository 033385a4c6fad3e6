using Colossus.Specs.Jobs;

namespace Colossus.Plan.Work;

/// <summary>The shapes of the models that a job can name.</summary>
public static class ModelShapeCatalogue
{
    private static readonly Lazy<IReadOnlyList<KeyValuePair<string, ModelShape>>> all =
        new(static () => [.. ModelPresets.All.Select(static preset => KeyValuePair.Create(preset.Name, ModelShape.From(preset.Model)))]);

    /// <summary>All models, in the order of <see cref="ModelPresets.All"/>.</summary>
    public static IReadOnlyList<KeyValuePair<string, ModelShape>> All => all.Value;

    /// <summary>The model of that name, or null.</summary>
    /// <param name="name">A name such as <c>grok-1</c>.</param>
    public static ModelShape? Find(string name) => All.FirstOrDefault(pair => pair.Key == name).Value;
}

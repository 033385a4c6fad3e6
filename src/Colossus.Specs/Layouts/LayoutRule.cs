namespace Colossus.Specs.Layouts;

/// <summary>One thing that must hold between a layout and a model.</summary>
/// <param name="keys">Keys of a job file at which a breach is shown.</param>
/// <param name="others">Other keys that the rule is about.</param>
/// <param name="holds">Whether it holds; sizes of the layout are 1 or more.</param>
/// <param name="breach">What to say where it does not.</param>
internal sealed class LayoutRule(string[] keys, string[] others, LayoutRule.Test holds, LayoutRule.Words breach)
{
    /// <summary>Looks at a layout; allocates nothing, since a search asks millions of times.</summary>
    public delegate bool Test(in ModelSizes model, in Layout layout);

    /// <summary>Message and advice.</summary>
    public delegate (string Message, string Advice) Words(in ModelSizes model, in Layout layout);

    /// <summary>Whether the rule holds.</summary>
    public bool Holds(in ModelSizes model, in Layout layout) => holds(model, layout);

    /// <summary>The breach of a layout for which it does not.</summary>
    public LayoutProblem Breach(in ModelSizes model, in Layout layout)
    {
        (string message, string advice) = breach(model, layout);
        return new LayoutProblem(keys, others, message, advice);
    }
}

using Colossus.Plan.Layouts;
using Colossus.Plan.Programs.Communication;

namespace Colossus.Plan.Programs.Operations;

/// <summary>Some rows of an <see cref="OutputHead"/> whose logits are there at once.</summary>
/// <remarks>
/// Ranks that share the vocabulary have the logits of some ids each. They tell each other three numbers a row, from which each knows the loss and its own logits' gradients
/// (arXiv 1909.08053, section 3).
/// </remarks>
public sealed class HeadPart
{
    private HeadPart(OutputHead head, int first, int count)
    {
        Head = head;
        First = first;
        var rows = new Extent(Dim.Token, count);
        Logits = new Value($"head.logits.{first}", ValueFormat.Product, rows, head.Matrix.Rows);
        if (head.Sharers > 1)
        {
            Statistics = new Value($"head.statistics.{first}", ValueFormat.Single, rows, new Extent(Dim.One, HeadLogits.StatisticsOfRow));
            AllStatistics = new Value($"head.allStatistics.{first}", ValueFormat.Single, rows with { Size = count * head.Sharers }, new Extent(Dim.One, HeadLogits.StatisticsOfRow));
        }
    }

    /// <summary>The head.</summary>
    public OutputHead Head { get; }

    /// <summary>The first row.</summary>
    public int First { get; }

    /// <summary>Rows.</summary>
    public int Count => Logits.Rows.Size;

    /// <summary>[rows, vocab].</summary>
    public Value Logits { get; }

    /// <summary>[rows, 3]: what this rank's logits are; null where it has those of all ids.</summary>
    public Value? Statistics { get; }

    /// <summary>[ranks · rows, 3]: those of all ranks, one rank after the other.</summary>
    public Value? AllStatistics { get; }

    /// <summary>The operations of a head.</summary>
    /// <param name="head">The head.</param>
    /// <param name="inputGradient">Receives the gradient of its input; null where none is wanted.</param>
    /// <param name="unconverted">As in <see cref="OutputHeadWithGradients"/>.</param>
    internal static IReadOnlyList<Operation> Split(OutputHead head, Value? inputGradient, Value? unconverted)
    {
        int rows = head.Input.Rows.Size;
        int atOnce = Math.Clamp(OutputHead.LogitsAtOnce / head.Matrix.Rows.Size, 1, rows);
        var operations = new List<Operation>();
        for (int first = 0; first < rows; first += atOnce)
        {
            var part = new HeadPart(head, first, Math.Min(atOnce, rows - first));
            operations.Add(new HeadLogits(part));
            if (part is { Statistics: { } mine, AllStatistics: { } all })
            {
                operations.Add(new GatherRows(mine, all, GroupAxis.Tensor, RowShares.Consecutive(all.Rows.Size, head.Sharers)));
            }

            operations.Add(new HeadLosses(part, withGradients: inputGradient is not null));
            if (inputGradient is not null)
            {
                operations.Add(new HeadGradients(part, inputGradient, unconverted));
            }
        }

        operations.Add(new SumLosses(head.Losses));
        return operations;
    }
}

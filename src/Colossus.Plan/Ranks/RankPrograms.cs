using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Ranks;

/// <summary>The programs of all ranks of a layout, made when somebody asks: most ranks are like another one.</summary>
/// <param name="model">The model.</param>
/// <param name="layout">A layout as <see cref="RankProgram.For"/> takes it.</param>
/// <param name="formats">Number formats.</param>
/// <param name="scope">What a token sees of its sequence.</param>
public sealed class RankPrograms(ModelSpec model, Layout layout, NumberFormats formats, AttentionScope scope = AttentionScope.Sequence)
{
    private readonly List<RankProgram> known = [];

    /// <summary>The program of a rank.</summary>
    /// <param name="rank">The rank.</param>
    public RankProgram Of(int rank)
    {
        if (known.Find(program => program.IsLike(rank)) is { } alike)
        {
            return alike.MovedTo(rank);
        }

        var program = RankProgram.For(model, layout, formats, rank, scope);
        known.Add(program);
        return program;
    }
}

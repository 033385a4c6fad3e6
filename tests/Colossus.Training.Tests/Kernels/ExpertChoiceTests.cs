using Colossus.Specs.Jobs;
using Colossus.Training.Kernels;
using Colossus.Training.Native;
using static TorchSharp.torch;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class ExpertChoiceTests
{
    private const int Tokens = 75;

    public ExpertChoiceTests() => LibtorchLoader.Load();

    public static TheoryData<RouterKind, bool, int> Cases => new(
        from kind in Enum.GetValues<RouterKind>() from renormalize in (bool[])[false, true] from count in (int[])[3, 16, 37] select (kind, renormalize, count));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_best_scores_are_chosen_and_their_weights_and_gradients_are_libtorchs_in_double(RouterKind kind, bool renormalize, int count)
    {
        const float LossScale = 0.25f;
        var rule = Rule(count, 3) with { Kind = kind, Renormalize = renormalize, Scale = 1.5f, BalanceLoss = 0.7f, ZLoss = 0.3f };
        using var logits = Values<F32>.Normal(Tokens * count, 1, 2);
        using var dWeights = Values<F32>.Normal(Tokens * 3, 2);
        using var weights = new Values<F32>(Tokens * 3);
        using var dLogits = new Values<F32>(Tokens * count);
        int[] choices = new int[Tokens * 3];
        fixed (int* chosen = choices)
        {
            ExpertChoice.Choose<F32>((float*)logits.Data, null, (float*)weights.Data, chosen, Tokens, rule);
            ExpertChoiceGradient.Run((float*)dWeights.Data, (float*)logits.Data, chosen, LoadsOf(choices, count), (float*)dLogits.Data, Tokens, rule, LossScale);
        }

        var x = logits.ToTensor(Tokens, count).requires_grad_();
        var scores = kind == RouterKind.Softmax ? x.softmax(-1) : x.sigmoid();
        var (best, indices) = scores.topk(3);
        Assert.Equal(indices.data<long>().ToArray().Select(index => (int)index), choices);
        var expected = 1.5 * (renormalize ? best / best.sum(-1, keepdim: true) : best);
        var loads = zeros(count, ScalarType.Float64);
        loads.index_add_(0, indices.reshape(-1), ones(Tokens * 3, ScalarType.Float64), 1);
        var balance = count * (loads / (Tokens * 3) * (scores / scores.sum(-1, keepdim: true)).mean([0L])).sum();
        var own = (0.7f * balance) + (0.3f * x.logsumexp(-1).square().mean());

        // A mean over tokens, of which each counts with the factor of its loss.
        ((expected * dWeights.ToTensor(Tokens, 3)).sum() + (LossScale * Tokens * own)).backward();
        Compare.Close(expected, weights, "weights");
        Compare.Close(x.grad!, dLogits, "gradient");
    }

    [Fact]
    public void A_bias_counts_for_the_choice_and_not_for_the_weight()
    {
        var (choices, weights) = Choose(Rule(3, 1) with { Kind = RouterKind.Sigmoid, Renormalize = false }, [0, 1, 2], [0.5, 0, 0]);
        Assert.Equal([0], choices);
        Assert.Equal(0.5, weights[0], 1e-6);
    }

    [Fact]
    public void Groups_are_chosen_by_their_two_best_experts()
    {
        // The best expert of all lies in the group whose two best are worse together.
        var (choices, _) = Choose(Rule(6, 2) with { Kind = RouterKind.Sigmoid, Groups = 2, ActiveGroups = 1 }, [3, -4, -4, 1, 2, -5]);
        Assert.Equal([4, 3], choices);
    }

    [Fact]
    public void Of_equal_scores_the_lower_index_is_better_and_none_is_chosen_twice()
    {
        Assert.Equal([0, 1, 2], Choose(Rule(4, 3), [1, 1, 1, 1]).Choices);
        Assert.Equal([0, 1, 2], Choose(Rule(4, 3), [double.NaN, 1, double.NegativeInfinity, 1]).Choices);
        Assert.Equal([0, 1], Choose(Rule(3, 2) with { Kind = RouterKind.Sigmoid }, [-500, -500, -500]).Choices);
    }

    [Fact]
    public void Visits_are_sorted_by_expert_and_then_by_token_and_those_beyond_the_capacity_have_no_row()
    {
        int[] choices = [2, 0, 2, 1, 2, 0, 0, 2];
        int[] places = new int[8], sources = new int[8], counts = new int[4], loads = new int[4];
        Sort(mostRows: 4);
        Assert.Equal([3, 1, 4, 0], counts);
        Assert.Equal([4, 0, 5, 3, 6, 1, 2, 7], places);
        Assert.Equal([0, 2, 3, 1, 0, 1, 2, 3], sources);
        Sort(mostRows: 2);
        Assert.Equal([2, 1, 2, 0], counts);
        Assert.Equal([3, 0, 4, 2, -1, 1, -1, -1], places);
        Assert.Equal([0, 2, 1, 0, 1], sources[..5]);
        Assert.Equal([3, 1, 4, 0], loads);

        void Sort(int mostRows)
        {
            fixed (int* of = choices, place = places, source = sources, count = counts)
            {
                ExpertChoice.Sort(of, place, source, count, 4, 2, mostRows, loads);
            }
        }
    }

    [Fact]
    public void Several_threads_give_the_bits_of_one()
    {
        var rule = Rule(12, 3) with { Kind = RouterKind.Sigmoid, Groups = 4, ActiveGroups = 2 };
        using var logits = Values<F32>.Normal(Tokens * 12, 1);
        Compare.SameWithThreads(() =>
        {
            using var weights = new Values<F32>(Tokens * 3);
            using var choices = new Values<F32>(Tokens * 3);
            using var dLogits = new Values<F32>(Tokens * 12);
            ExpertChoice.Choose<F32>((float*)logits.Data, null, (float*)weights.Data, (int*)choices.Data, Tokens, rule);
            ExpertChoiceGradient.Run((float*)weights.Data, (float*)logits.Data, (int*)choices.Data, LoadsOf(new Span<int>(choices.Data, Tokens * 3), 12), (float*)dLogits.Data, Tokens, rule, 0.1f);
            return [.. weights.Bytes, .. choices.Bytes, .. dLogits.Bytes];
        });
    }

    private static int[] LoadsOf(ReadOnlySpan<int> choices, int count)
    {
        int[] loads = new int[count];
        foreach (int choice in choices)
        {
            loads[choice]++;
        }

        return loads;
    }

    private static RouterRule Rule(int count, int active) => RouterRule.Of(new ExpertsSpec(count, active, 0, 1));

    private static (int[] Choices, double[] Weights) Choose(RouterRule rule, double[] scores, double[]? bias = null)
    {
        using var logits = Values<F32>.Of(scores);
        using var biases = Values<F32>.Of(bias ?? new double[scores.Length]);
        using var weights = new Values<F32>(rule.Active);
        int[] choices = new int[rule.Active];
        fixed (int* chosen = choices)
        {
            ExpertChoice.Choose((float*)logits.Data, biases.Data, (float*)weights.Data, chosen, 1, rule);
        }

        return (choices, weights.ToDoubles());
    }
}

namespace Colossus.Training.Kernels;

/// <summary>Which experts tokens visit, with which weights, and the order of visits by expert.</summary>
internal static unsafe class ExpertChoice
{
    /// <summary>Added to a sum of scores that weights are divided by, as in DeepSeek-V3's published code: all of them may be 0.</summary>
    public const float LeastSum = 1e-20f;

    private const int RowsPerBlock = 32;

    /// <summary>Chooses the experts of each token.</summary>
    /// <param name="logits">[tokens, experts].</param>
    /// <param name="bias">[experts], added to scores for the choice; null for none.</param>
    /// <param name="weights">[tokens, active], written.</param>
    /// <param name="choices">[tokens, active], written: best first, of equals the lower index.</param>
    /// <param name="tokens">Tokens.</param>
    /// <param name="rule">The mixture.</param>
    public static void Choose<TBias>(float* logits, TBias* bias, float* weights, int* choices, int tokens, RouterRule rule)
        where TBias : unmanaged, IElement<TBias> =>
        KernelThreads.For((tokens + RowsPerBlock - 1) / RowsPerBlock, new ChooseBody<TBias>(logits, bias, weights, choices, tokens, rule));

    /// <summary>Sorts visits by expert, those of one expert by token.</summary>
    /// <param name="choices">[tokens, active].</param>
    /// <param name="places">[tokens, active], written: the row of each visit, -1 where the expert has its most rows already.</param>
    /// <param name="sources">[visits], written: of each row its token.</param>
    /// <param name="counts">[experts], written: rows of each expert.</param>
    /// <param name="tokens">Tokens.</param>
    /// <param name="active">Experts of a token.</param>
    /// <param name="mostRows">Rows of an expert, at most.</param>
    /// <param name="loads">Receives the visits of each expert, those without a row too.</param>
    public static void Sort(int* choices, int* places, int* sources, int* counts, int tokens, int active, int mostRows, Span<int> loads)
    {
        loads.Clear();
        for (int visit = 0; visit < tokens * active; visit++)
        {
            loads[choices[visit]]++;
        }

        Span<int> next = loads.Length <= 1024 ? stackalloc int[loads.Length] : new int[loads.Length];
        int rows = 0;
        for (int expert = 0; expert < loads.Length; expert++)
        {
            next[expert] = rows;
            counts[expert] = Math.Min(loads[expert], mostRows);
            rows += counts[expert];
        }

        Span<int> left = loads.Length <= 1024 ? stackalloc int[loads.Length] : new int[loads.Length];
        new Span<int>(counts, loads.Length).CopyTo(left);
        for (int visit = 0; visit < tokens * active; visit++)
        {
            int expert = choices[visit];
            places[visit] = -1;
            if (left[expert]-- > 0)
            {
                places[visit] = next[expert];
                sources[next[expert]++] = visit / active;
            }
        }
    }

    private readonly struct ChooseBody<TBias>(float* logits, TBias* bias, float* weights, int* choices, int tokens, RouterRule rule) : IKernelBody
        where TBias : unmanaged, IElement<TBias>
    {
        private readonly float* logits = logits;
        private readonly TBias* bias = bias;
        private readonly float* weights = weights;
        private readonly int* choices = choices;
        private readonly int tokens = tokens;
        private readonly RouterRule rule = rule;

        public void Run(int item)
        {
            int padded = RouterScores.Padded(rule.Count);
            var scratch = ThreadScratch.Begin(2L * padded * sizeof(float));
            float* scores = scratch.Take<float>(padded);
            float* candidates = scratch.Take<float>(padded);
            int end = Math.Min(tokens, (item + 1) * RowsPerBlock);
            for (int token = item * RowsPerBlock; token < end; token++)
            {
                RouterScores.Of(rule.Kind, logits + ((long)token * rule.Count), scores, rule.Count);
                SetCandidates(scores, candidates);
                Take(scores, candidates, weights + ((long)token * rule.Active), choices + ((long)token * rule.Active));
            }
        }

        // Negative infinity stands for what cannot be chosen any more: whatever a score is, a candidate is above it.
        private void SetCandidates(float* scores, float* candidates)
        {
            for (int expert = 0; expert < rule.Count; expert++)
            {
                float score = scores[expert] + (bias is null ? 0 : TBias.ToFloat(bias[expert]));
                candidates[expert] = score > float.MinValue ? score : float.MinValue;
            }

            if (rule.ActiveGroups < rule.Groups)
            {
                LeaveBestGroups(candidates);
            }
        }

        private void LeaveBestGroups(float* candidates)
        {
            int width = rule.Count / rule.Groups;
            Span<float> sums = rule.Groups <= 1024 ? stackalloc float[rule.Groups] : new float[rule.Groups];
            for (int group = 0; group < rule.Groups; group++)
            {
                float first = float.NegativeInfinity, second = float.NegativeInfinity;
                for (int i = 0; i < width; i++)
                {
                    float value = candidates[(group * width) + i];
                    (first, second) = value > first ? (value, first) : (first, MathF.Max(second, value));
                }

                sums[group] = MathF.Max(float.MinValue, width == 1 ? first : first + second);
            }

            for (int taken = 0; taken < rule.ActiveGroups; taken++)
            {
                sums[Best(sums)] = float.NegativeInfinity;
            }

            for (int group = 0; group < rule.Groups; group++)
            {
                if (sums[group] > float.NegativeInfinity)
                {
                    new Span<float>(candidates + (group * width), width).Fill(float.NegativeInfinity);
                }
            }
        }

        private void Take(float* scores, float* candidates, float* weight, int* choice)
        {
            float sum = 0;
            for (int k = 0; k < rule.Active; k++)
            {
                int best = Best(new Span<float>(candidates, rule.Count));
                candidates[best] = float.NegativeInfinity;
                choice[k] = best;
                weight[k] = scores[best];
                sum += scores[best];
            }

            float factor = rule.Scale / (rule.Renormalize ? sum + LeastSum : 1);
            for (int k = 0; k < rule.Active; k++)
            {
                weight[k] *= factor;
            }
        }

        private static int Best(ReadOnlySpan<float> values)
        {
            int best = 0;
            for (int i = 1; i < values.Length; i++)
            {
                best = values[i] > values[best] ? i : best;
            }

            return best;
        }
    }
}

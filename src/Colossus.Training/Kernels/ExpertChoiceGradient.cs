using Colossus.Specs.Jobs;

namespace Colossus.Training.Kernels;

/// <summary>Gradient of the logits behind <see cref="ExpertChoice"/>, with those of the router's own losses.</summary>
internal static unsafe class ExpertChoiceGradient
{
    private const int RowsPerBlock = 32;

    /// <summary>Computes it.</summary>
    /// <param name="dWeights">[tokens, active].</param>
    /// <param name="logits">[tokens, experts].</param>
    /// <param name="choices">[tokens, active].</param>
    /// <param name="loads">[ranks, experts]: tokens of the whole micro-batch that chose each expert, by the ranks that share it.</param>
    /// <param name="dLogits">[tokens, experts], written.</param>
    /// <param name="tokens">Tokens of this rank.</param>
    /// <param name="rule">The mixture.</param>
    /// <param name="lossScale">Factor on a token's loss: the router's own losses are means over tokens.</param>
    public static void Run(float* dWeights, float* logits, int* choices, ReadOnlySpan<int> loads, float* dLogits, int tokens, RouterRule rule, float lossScale)
    {
        double visits = 0;
        long[] sums = new long[rule.Count];
        for (int i = 0; i < loads.Length; i++)
        {
            sums[i % rule.Count] += loads[i];
            visits += loads[i];
        }

        float[] balance = new float[rule.Count];
        for (int expert = 0; expert < rule.Count; expert++)
        {
            balance[expert] = (float)(rule.BalanceLoss * lossScale * ((double)sums[expert] * rule.Count / visits));
        }

        fixed (float* ofScores = balance)
        {
            KernelThreads.For((tokens + RowsPerBlock - 1) / RowsPerBlock, new Body(dWeights, logits, choices, dLogits, tokens, rule, ofScores, lossScale));
        }
    }

    private readonly struct Body(float* dWeights, float* logits, int* choices, float* dLogits, int tokens, RouterRule rule, float* balance, float lossScale) : IKernelBody
    {
        private readonly float* dWeights = dWeights;
        private readonly float* logits = logits;
        private readonly int* choices = choices;
        private readonly float* dLogits = dLogits;
        private readonly int tokens = tokens;
        private readonly RouterRule rule = rule;
        private readonly float* balance = balance;
        private readonly float lossScale = lossScale;

        public void Run(int item)
        {
            int padded = RouterScores.Padded(rule.Count);
            var scratch = ThreadScratch.Begin(3L * padded * sizeof(float));
            float* sigmoids = scratch.Take<float>(padded);
            float* shares = scratch.Take<float>(padded);
            float* gradient = scratch.Take<float>(padded);
            float* scores = rule.Kind == RouterKind.Softmax ? shares : sigmoids;
            int end = Math.Min(tokens, (item + 1) * RowsPerBlock);
            for (int token = item * RowsPerBlock; token < end; token++)
            {
                float* row = logits + ((long)token * rule.Count);
                float logSumExp = RouterScores.Softmax(row, shares, rule.Count);
                if (rule.Kind != RouterKind.Softmax)
                {
                    RouterScores.Of(rule.Kind, row, scores, rule.Count);
                }

                SetOfBalance(scores, gradient);
                AddOfWeights(scores, gradient, dWeights + ((long)token * rule.Active), choices + ((long)token * rule.Active));
                SetOfLogits(scores, shares, gradient, logSumExp, dLogits + ((long)token * rule.Count));
            }
        }

        // The scores of a token count by their share of its sum, which is 1 for softmax.
        private void SetOfBalance(float* scores, float* gradient)
        {
            float sum = 0, mean = 0;
            for (int expert = 0; expert < rule.Count; expert++)
            {
                sum += scores[expert];
                mean += scores[expert] * balance[expert];
            }

            sum += ExpertChoice.LeastSum;
            for (int expert = 0; expert < rule.Count; expert++)
            {
                gradient[expert] = (balance[expert] - (mean / sum)) / sum;
            }
        }

        private void AddOfWeights(float* scores, float* gradient, float* dWeight, int* choice)
        {
            float sum = ExpertChoice.LeastSum, mean = 0;
            for (int k = 0; k < rule.Active; k++)
            {
                sum += scores[choice[k]];
                mean += scores[choice[k]] * dWeight[k];
            }

            for (int k = 0; k < rule.Active; k++)
            {
                gradient[choice[k]] += rule.Scale * (rule.Renormalize ? (dWeight[k] - (mean / sum)) / sum : dWeight[k]);
            }
        }

        private void SetOfLogits(float* scores, float* shares, float* gradient, float logSumExp, float* target)
        {
            float mean = 0;
            for (int expert = 0; expert < rule.Count; expert++)
            {
                mean += scores[expert] * gradient[expert];
            }

            float ofLogSumExp = 2 * rule.ZLoss * lossScale * logSumExp;
            for (int expert = 0; expert < rule.Count; expert++)
            {
                float ofScore = rule.Kind == RouterKind.Softmax ? gradient[expert] - mean : gradient[expert] * (1 - scores[expert]);
                target[expert] = (scores[expert] * ofScore) + (ofLogSumExp * shares[expert]);
            }
        }
    }
}

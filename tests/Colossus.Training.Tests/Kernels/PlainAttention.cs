namespace Colossus.Training.Tests.Kernels;

/// <summary>Attention of one query head in double, written from its formula, with the gradients by hand.</summary>
internal sealed class PlainAttention(double[][] queries, double[][] keys, double[][] values, int[] positions, Func<int, int> firstVisible, double scale, double cap)
{
    public double[][] Output { get; } = [.. queries.Select(_ => new double[values[0].Length])];

    public double[] LogSumExp { get; } = new double[queries.Length];

    public double[][] DQueries { get; } = [.. queries.Select(q => new double[q.Length])];

    public double[][] DKeys { get; } = [.. keys.Select(k => new double[k.Length])];

    public double[][] DValues { get; } = [.. values.Select(v => new double[v.Length])];

    public void Run(double[][] dOutput)
    {
        for (int row = 0; row < queries.Length; row++)
        {
            int first = firstVisible(positions[row]);
            int[] seen = [.. Enumerable.Range(first, positions[row] + 1 - first)];
            double[] raw = [.. seen.Select(key => scale * Dot(queries[row], keys[key]))];
            double[] scores = [.. raw.Select(x => cap > 0 ? cap * Math.Tanh(x / cap) : x)];
            double highest = scores.Max();
            LogSumExp[row] = highest + Math.Log(scores.Sum(x => Math.Exp(x - highest)));
            double[] p = [.. scores.Select(x => Math.Exp(x - LogSumExp[row]))];
            double[] dp = [.. seen.Select(key => Dot(dOutput[row], values[key]))];
            double mean = Dot(p, dp);
            for (int i = 0; i < seen.Length; i++)
            {
                double slope = cap > 0 ? 1 - Math.Pow(scores[i] / cap, 2) : 1;
                double ds = p[i] * (dp[i] - mean) * slope * scale;
                Add(Output[row], p[i], values[seen[i]]);
                Add(DValues[seen[i]], p[i], dOutput[row]);
                Add(DQueries[row], ds, keys[seen[i]]);
                Add(DKeys[seen[i]], ds, queries[row]);
            }
        }
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static void Add(double[] sum, double factor, double[] vector)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += factor * vector[i];
        }
    }
}

namespace Colossus.Training.Tests.Published;

/// <summary>What published decoders have in common, as loops in double.</summary>
internal static class Loops
{
    /// <summary>Product of a matrix [outputs, inputs] and a vector.</summary>
    public static double[] Times(double[] matrix, double[] x)
    {
        double[] y = new double[matrix.Length / x.Length];
        for (int row = 0; row < y.Length; row++)
        {
            for (int column = 0; column < x.Length; column++)
            {
                y[row] += matrix[(row * x.Length) + column] * x[column];
            }
        }

        return y;
    }

    /// <summary>A row of a matrix.</summary>
    public static double[] Row(double[] matrix, int row, int width) => matrix[(row * width)..((row + 1) * width)];

    public static double[] Plus(double[] x, double[] y) => [.. x.Zip(y, static (a, b) => a + b)];

    public static double[] Scaled(double[] x, double factor) => [.. x.Select(value => value * factor)];

    public static double[] RmsNorm(double[] x, double[] scale, double epsilon)
    {
        double meanSquare = 0;
        foreach (double value in x)
        {
            meanSquare += value * value / x.Length;
        }

        return [.. x.Zip(scale, (value, factor) => value / Math.Sqrt(meanSquare + epsilon) * factor)];
    }

    public static double[] Softmax(double[] x)
    {
        double[] exponentials = [.. x.Select(value => Math.Exp(value - x.Max()))];
        return Scaled(exponentials, 1 / exponentials.Sum());
    }

    /// <summary>One head of attention at one position.</summary>
    /// <param name="query">Its query.</param>
    /// <param name="keys">The keys that it sees, in order.</param>
    /// <param name="values">Their values.</param>
    /// <param name="score">Makes a score of the product of query and key.</param>
    public static double[] Attend(double[] query, IReadOnlyList<double[]> keys, IReadOnlyList<double[]> values, Func<double, double> score)
    {
        double[] weights = Softmax([.. keys.Select(key => score(query.Zip(key, static (a, b) => a * b).Sum()))]);
        double[] result = new double[values[0].Length];
        for (int position = 0; position < weights.Length; position++)
        {
            result = Plus(result, Scaled(values[position], weights[position]));
        }

        return result;
    }

    /// <summary>A gated feed-forward part: down(activation(gate x) · (up x)).</summary>
    public static double[] Gated(double[] gate, double[] up, double[] down, double[] x, Func<double, double> activation) =>
        Times(down, [.. Times(gate, x).Zip(Times(up, x), (g, u) => activation(g) * u)]);

    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    /// <summary>GELU in its tanh form, the default of <c>jax.nn.gelu</c>.</summary>
    public static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>The indices of the largest values, largest first.</summary>
    public static int[] Top(IReadOnlyList<double> values, int count) => [.. Enumerable.Range(0, values.Count).OrderByDescending(index => values[index]).Take(count)];
}

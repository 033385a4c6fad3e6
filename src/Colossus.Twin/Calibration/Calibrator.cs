using Colossus.Twin.Cases;
using Colossus.Twin.Pricing;
using MathNet.Numerics.LinearAlgebra;

namespace Colossus.Twin.Calibration;

/// <summary>Fits the twin's quantities to measured steps.</summary>
/// <remarks>
/// What is minimised: the weighted squares of log(predicted / measured), and for each quantity the square of its distance from what was expected of it
/// (a normal prior on the logarithm: with few runs the fit stays near the expectation, and a quantity that no run tells anything about stays there).
/// Gauss-Newton with damping; rows far off count less and less (Student's t with 4 degrees of freedom, by reweighting), so that one odd run does not bend the model.
/// A group of n rows of one publisher and one family of models counts as sqrt(n): its rows share their errors.
/// </remarks>
public static class Calibrator
{
    private const double freedoms = 4;
    private const double differenceStep = 1e-3;

    /// <summary>Fits to the cases that are not refused.</summary>
    /// <param name="cases">Measured runs.</param>
    /// <param name="expected">What is expected; its spreads are the freedom of each quantity.</param>
    /// <param name="iterations">Most rounds; default 25.</param>
    /// <param name="start">Where the fit starts; default: at what is expected.</param>
    public static CalibrationResult Fit(IReadOnlyList<RunCase> cases, TwinParameters expected, int iterations = 25, TwinParameters? start = null)
    {
        ArgumentNullException.ThrowIfNull(cases);
        ArgumentNullException.ThrowIfNull(expected);
        RunCase[] rows = [.. cases.Where(static row => row.Refused is null)];
        int count = ParameterTable.All.Count;
        double[] prior = [.. expected.Values.Select(static value => Math.Log(value))];
        double[] freedom = [.. ParameterTable.All.Select(row => Math.Max(1e-6, expected.Spread(row.Parameter)))];
        double[] weights = GroupWeights(rows);
        double[] at = [.. (start ?? expected).Values.Select(static value => Math.Log(value))];
        double[] residuals = Residuals(rows, at);
        double scaleSingle = 0.15;
        double scaleMulti = 0.08;
        double damping = 1e-2;
        double objective = Objective(residuals, at);
        Matrix<double> normal = Matrix<double>.Build.Dense(count, count);
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            double[,] jacobian = Jacobian(rows, at, residuals);
            normal = Matrix<double>.Build.Dense(count, count);
            Vector<double> gradient = Vector<double>.Build.Dense(count);
            for (int i = 0; i < rows.Length; i++)
            {
                double weight = Weight(i, residuals[i]);
                for (int a = 0; a < count; a++)
                {
                    double left = weight * jacobian[i, a];
                    if (left == 0)
                    {
                        continue;
                    }

                    gradient[a] += left * residuals[i];
                    for (int b = 0; b < count; b++)
                    {
                        normal[a, b] += left * jacobian[i, b];
                    }
                }
            }

            for (int a = 0; a < count; a++)
            {
                double precision = 1 / (freedom[a] * freedom[a]);
                normal[a, a] += precision;
                gradient[a] += precision * (at[a] - prior[a]);
            }

            double before = objective;
            for (int attempt = 0; attempt < 8; attempt++)
            {
                Matrix<double> damped = normal.Clone();
                for (int a = 0; a < count; a++)
                {
                    damped[a, a] *= 1 + damping;
                }

                Vector<double> step = damped.Cholesky().Solve(gradient);
                double[] next = [.. at.Select((value, a) => value - Math.Clamp(step[a], -0.5, 0.5))];
                double[] nextResiduals = Residuals(rows, next);
                double nextObjective = Objective(nextResiduals, next);
                if (nextObjective < objective)
                {
                    at = next;
                    residuals = nextResiduals;
                    objective = nextObjective;
                    damping = Math.Max(1e-4, damping / 4);
                    break;
                }

                damping *= 6;
            }

            if (before - objective < 1e-5 * Math.Max(1, before))
            {
                break;
            }
        }

        Matrix<double> covariance = normal.Inverse();
        double[] spreads = new double[count];
        for (int a = 0; a < count; a++)
        {
            spreads[a] = Math.Sqrt(Math.Max(0, covariance[a, a]));
        }

        return new CalibrationResult(new TwinParameters([.. at.Select(static value => Math.Exp(value))], spreads), rows.Length, residuals);

        double Scale(int i) => rows[i].MultiNode ? scaleMulti : scaleSingle;

        double Weight(int i, double residual)
        {
            double scaled = residual / Scale(i);
            return weights[i] / (Scale(i) * Scale(i)) * (freedoms + 1) / (freedoms + (scaled * scaled));
        }

        double Objective(double[] errors, double[] point)
        {
            double sum = 0;
            for (int i = 0; i < errors.Length; i++)
            {
                double scaled = errors[i] / Scale(i);
                sum += weights[i] * (freedoms + 1) * Math.Log(1 + (scaled * scaled / freedoms));
            }

            for (int a = 0; a < count; a++)
            {
                double off = (point[a] - prior[a]) / freedom[a];
                sum += off * off;
            }

            return sum;
        }
    }

    /// <summary>log(predicted / measured) of each case.</summary>
    /// <param name="cases">Cases, none refused.</param>
    /// <param name="parameters">Quantities.</param>
    public static double[] Residuals(IReadOnlyList<RunCase> cases, TwinParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(cases);
        return [.. cases.Select(row => Math.Log(Predict(row, parameters) / row.MeasuredSeconds))];
    }

    /// <summary>log(predicted / measured) of each case.</summary>
    /// <param name="cases">Cases, none refused.</param>
    /// <param name="logValues">Logarithms of the quantities.</param>
    internal static double[] Residuals(RunCase[] cases, double[] logValues)
    {
        var parameters = new TwinParameters([.. logValues.Select(static value => Math.Exp(value))], [.. logValues]);
        double[] residuals = new double[cases.Length];
        for (int i = 0; i < cases.Length; i++)
        {
            residuals[i] = Math.Log(Predict(cases[i], parameters) / cases[i].MeasuredSeconds);
        }

        return residuals;
    }

    /// <summary>Predicted seconds of a case that is not refused.</summary>
    /// <param name="row">The case.</param>
    /// <param name="parameters">Quantities.</param>
    public static double Predict(RunCase row, TwinParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(row);
        var pricer = new StepPricer(row.Model!, row.Machine!, row.Setup!, parameters);
        pricer.Price(row.Layout, out StepPrice price);
        return price.Total;
    }

    private static double[,] Jacobian(RunCase[] rows, double[] at, double[] residuals)
    {
        double[,] jacobian = new double[rows.Length, at.Length];
        for (int a = 0; a < at.Length; a++)
        {
            double[] moved = [.. at];
            moved[a] += differenceStep;
            double[] changed = Residuals(rows, moved);
            for (int i = 0; i < rows.Length; i++)
            {
                jacobian[i, a] = (changed[i] - residuals[i]) / differenceStep;
            }
        }

        return jacobian;
    }

    private static double[] GroupWeights(RunCase[] rows)
    {
        var sizes = new Dictionary<(string, string), int>();
        foreach (RunCase row in rows)
        {
            sizes[(row.Publisher, row.Family)] = sizes.GetValueOrDefault((row.Publisher, row.Family)) + 1;
        }

        return [.. rows.Select(row => 1 / Math.Sqrt(sizes[(row.Publisher, row.Family)]))];
    }
}

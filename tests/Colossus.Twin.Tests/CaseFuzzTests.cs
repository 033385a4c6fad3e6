using Colossus.Specs.Tables;
using Colossus.Testing;
using Colossus.Twin.Cases;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;
using CsCheck;

namespace Colossus.Twin.Tests;

/// <summary>Damaged tables of runs: every row is priced or refused in words, within bounded time and memory.</summary>
public sealed class CaseFuzzTests
{
    private static readonly string[] rows = [.. Tables.Text("published_runs.csv").ReplaceLineEndings("\n").Split('\n').Where(static line => line.Length > 0)];

    private static readonly string[] tables = [.. Enumerable.Range(0, 12).Select(static index => $"{rows[0]}\n{rows[1 + (index * 7 % (rows.Length - 1))]}\n{rows[1 + (index * 11 % (rows.Length - 1))]}\n")];

    private static readonly string[] pieces = [",", "\"", "\"\"", "\n", "\r\n", "0", "1", "-1", "2", "3000000000", "2147483647", "99999", "1e308", "nan", "0.5", "MLA", "full", "gpipe", "interleaved", "zero-bubble", "é", "\0", "\ufeff"];

    [Fact]
    public void A_damaged_table_is_priced_or_refused_row_by_row() => Mutation.Of(tables, pieces).Sample(
        static text =>
        {
            CsvTable table = CsvTable.Parse(text, "runs.csv");
            if (RunCaseReader.MissingColumns(table).Count > 0)
            {
                return;
            }

            foreach (RunCase run in RunCaseReader.Read(table))
            {
                if (run.Refused is not null)
                {
                    Assert.NotEmpty(run.Refused);
                    continue;
                }

                var estimate = Estimator.Estimate(run.Model!, run.Machine!, run.Setup!, run.Layout, TwinParameters.Shipped, TwinSpread.Shipped);
                Assert.True(estimate.Problems.Count > 0 || double.IsFinite(estimate.StepSeconds), text);
            }
        },
        iter: Effort.Times(1500, 150_000));
}

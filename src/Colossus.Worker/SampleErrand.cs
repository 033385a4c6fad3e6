using System.Globalization;
using Colossus.Checkpoints;
using Colossus.Data.Tokenizers;
using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Training.Generation;

namespace Colossus.Worker;

/// <summary><c>sample</c>: writes text with the model of a checkpoint.</summary>
internal static class SampleErrand
{
    public static int Run(WorkerOptions options)
    {
        try
        {
            using var checkpoint = CheckpointReader.Open(options["checkpoint"]);
            var job = JobReader.ReadResolved(checkpoint.Manifest.Job, options["checkpoint"]);
            var sampling = new SamplingOptions(
                double.Parse(options.Get("temperature", "0.8"), CultureInfo.InvariantCulture),
                int.Parse(options.Get("top-k", "0"), CultureInfo.InvariantCulture),
                double.Parse(options.Get("top-p", "1"), CultureInfo.InvariantCulture),
                ulong.Parse(options.Get("seed", "1"), CultureInfo.InvariantCulture));
            int length = int.Parse(options.Get("length", "200"), CultureInfo.InvariantCulture);
            var tokenizer = TextTokenizers.Create(options.Get("tokenizer", job.Data.Tokenizer));
            var generator = new TextGenerator(
                job.Model, Load(checkpoint, job.Model), job.Data.Attention == AttentionScope.Document ? tokenizer.EndOfText : null);
            Write(generator, tokenizer, options["prompt"], length, sampling);
            return 0;
        }
        catch (CheckpointException error)
        {
            throw new WorkerException(1, error.Message);
        }
        catch (FormatException error)
        {
            throw new WorkerException(1, $"the job in the checkpoint cannot be read: {options["checkpoint"]}\n{error.Message}");
        }
    }

    private static float[] Load(CheckpointReader checkpoint, ModelSpec model)
    {
        var table = ParameterTable.For(model);
        float[] flat = new float[table.FlatCount];
        foreach (var parameter in table.Parameters)
        {
            checkpoint.ReadInto(parameter.Name, 0, parameter.Rows, flat.AsSpan((int)parameter.Start, (int)parameter.Count));
        }

        return flat;
    }

    private static void Write(TextGenerator generator, ITextTokenizer tokenizer, string prompt, int length, SamplingOptions sampling)
    {
        IReadOnlyList<int> start = prompt.Length > 0 ? tokenizer.Encode(prompt) : [tokenizer.EndOfText];
        using var output = Console.OpenStandardOutput();
        output.Write(System.Text.Encoding.UTF8.GetBytes(prompt));
        foreach (int id in generator.Continue(start, length, sampling))
        {
            output.Write(tokenizer.BytesOf(id).Span);
            output.Flush();
        }

        output.WriteByte((byte)'\n');
    }
}

using System.Text;

namespace Colossus.Scenarios;

/// <summary>A job of a few seconds over text of its own, in a temporary folder.</summary>
internal sealed class TinyJob : IDisposable
{
    public TinyJob(int ranks = 2, string more = "")
    {
        Folder = Directory.CreateTempSubdirectory("colossus-scenario-").FullName;
        var random = new Random(5);
        string[] words = ["rank", "step", "loss", "weight", "a", "the", "of", "learns", "fails", "returns", "slowly", "again"];
        for (int document = 0; document < 40; document++)
        {
            var text = new StringBuilder();
            for (int i = 0; i < 400; i++)
            {
                text.Append(words[random.Next(words.Length)]).Append(i % 12 == 11 ? ".\n" : " ");
            }

            File.WriteAllText(Path.Combine(Folder, $"text-{document:D2}.txt"), text.ToString());
        }

        File.WriteAllText(JobFile, $$"""
            name: tiny
            model: { layers: 2, hidden: 64, heads: 4, kvHeads: 2, sequence: 64 }
            data: { source: "*.txt", holdout: 0.1, cache: shards }
            train: { steps: 40, globalBatch: 12, microBatch: 2, products: fp32, threads: 1, optimizer: { learningRate: 3e-3 } }
            parallel: { data: {{ranks}} }
            checkpoint: { every: 10 }
            {{more}}
            """);
    }

    public string Folder { get; }

    public string JobFile => Path.Combine(Folder, "job.yaml");

    public string Run(string name) => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

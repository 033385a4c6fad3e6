using Colossus.Cli.Train;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus data …</c>: the text of a job as tokens.</summary>
internal sealed class DataVerb : Verb
{
    public DataVerb(CliHost host, TrainServices services) : base("data", "Turn a job's text into token shards, and look at them", host)
    {
        Subcommands.Add(new DataBuildVerb(host, services));
        Subcommands.Add(new DataInspectVerb(host, services));
    }
}

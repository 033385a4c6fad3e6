namespace Colossus.Cli.Train;

/// <summary>What training needs of the other projects.</summary>
/// <param name="Jobs">Reads and writes jobs.</param>
/// <param name="Corpora">Makes token shards.</param>
/// <param name="Launcher">Starts ranks.</param>
internal sealed record TrainServices(IJobSource Jobs, ICorpusSource Corpora, IRunLauncher Launcher);

// Each scenario uses all cores of a small machine: one after another.
[assembly: Parallelization(Mode = ParallelizationMode.None)]

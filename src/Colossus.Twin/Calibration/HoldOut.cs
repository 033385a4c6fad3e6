namespace Colossus.Twin.Calibration;

/// <summary>Which runs are left out of a fit together and then predicted.</summary>
public enum HoldOut
{
    /// <summary>All runs of one source.</summary>
    Source,

    /// <summary>All runs of one family of models (Llama, MPT, GPT …).</summary>
    Family,

    /// <summary>Each run alone; for a handful of runs of one's own.</summary>
    Run,
}

namespace Colossus.Plan.Programs.Operations;

/// <summary>What is known of each token of a micro-batch.</summary>
public enum TokenField
{
    /// <summary>Its id.</summary>
    Id,

    /// <summary>The id of the token that follows; -1 where no loss is wanted.</summary>
    Target,

    /// <summary>The position in the sample at which its document begins: the first that it sees.</summary>
    FirstVisible,
}

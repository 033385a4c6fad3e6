namespace Colossus.Checkpoints;

/// <summary>Why a checkpoint could not be written or read; the name is the stable code of the error.</summary>
public enum CheckpointFault
{
    /// <summary>The disk or the quota is full.</summary>
    DiskFull,

    /// <summary>A folder or file is not there, or went away.</summary>
    Missing,

    /// <summary>The system denies access, or the file system is read-only.</summary>
    NoPermission,

    /// <summary>Writing failed in another way.</summary>
    WriteFailed,

    /// <summary>Reading failed in another way.</summary>
    ReadFailed,

    /// <summary>A file is cut short or does not follow its format.</summary>
    Malformed,

    /// <summary>A file's size or checksum is not the one that was written down.</summary>
    Altered,

    /// <summary>The checkpoint has no tensor of a wanted name.</summary>
    TensorMissing,

    /// <summary>A tensor has another shape or element type than wanted.</summary>
    TensorDiffers,

    /// <summary>The slices of a tensor leave a gap, overlap or disagree.</summary>
    SlicesWrong,
}

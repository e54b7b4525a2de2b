namespace VirtualEnergy.P2P.Node.Doctor;

/// <summary>How good a thing was found.</summary>
public enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, and could be better.</summary>
    Warn,

    /// <summary>A node or an exchange cannot work so.</summary>
    Fail,
}

/// <summary>What was looked at, how it is, and what to do where it is not good.</summary>
/// <param name="What">One word or two; stable.</param>
/// <param name="Is">A sentence for people.</param>
/// <param name="Advice">What to do; null where all is well.</param>
public sealed record Finding(string What, FindingState State, string Is, string? Advice = null)
{
    public static Finding Ok(string what, string how) => new(what, FindingState.Ok, how);

    public static Finding Warn(string what, string how, string advice) => new(what, FindingState.Warn, how, advice);

    public static Finding Fail(string what, string how, string advice) => new(what, FindingState.Fail, how, advice);
}

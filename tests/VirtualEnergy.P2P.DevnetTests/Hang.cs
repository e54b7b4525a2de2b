namespace VirtualEnergy.P2P.DevnetTests;

/// <summary>
/// The one deadline of tests that wait: what comes at all comes long before it, on a busy machine too. It is there to end a wait for what never comes, and decides nothing else.
/// </summary>
internal static class Hang
{
    public const float Milliseconds = 240_000;

    public static readonly TimeSpan After = TimeSpan.FromMilliseconds(Milliseconds);
}

using VirtualEnergy.P2P.Iec104.Frames;

namespace VirtualEnergy.P2P.Iec104.Link;

/// <summary>What both ends of a connection agree on beforehand. The defaults are the standard's.</summary>
/// <remarks>
/// Ranges and defaults as the interoperability lists of 104 print them (read: GE Multilin C60, appendix D.1; GE UR family, chapter 6):
/// time-outs 1 to 255 s in whole seconds, k and w 1 to 32767.
/// </remarks>
public sealed record LinkParameters
{
    /// <summary>t0, 30 s: the longest that establishing a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init => field = Checked(value, nameof(ConnectTimeout)); } = TimeSpan.FromSeconds(30);

    /// <summary>t1, 15 s: the longest until what was sent is acknowledged or confirmed; past it the connection is closed.</summary>
    public TimeSpan AcknowledgeTimeout { get; init => field = Checked(value, nameof(AcknowledgeTimeout)); } = TimeSpan.FromSeconds(15);

    /// <summary>t2, 10 s, below t1: the longest that a received I frame waits for its acknowledgement.</summary>
    public TimeSpan AcknowledgeDelay { get; init => field = Checked(value, nameof(AcknowledgeDelay)); } = TimeSpan.FromSeconds(10);

    /// <summary>t3, 20 s: after so much silence from the peer a test frame is sent.</summary>
    public TimeSpan TestInterval { get; init => field = Checked(value, nameof(TestInterval)); } = TimeSpan.FromSeconds(20);

    /// <summary>k, 12: the most I frames that are under way unacknowledged.</summary>
    public int MaxUnacknowledged { get; init => field = Checked(value, nameof(MaxUnacknowledged)); } = 12;

    /// <summary>w, 8: after so many received I frames they are acknowledged at once. More than two thirds of the peer's k makes it wait.</summary>
    public int AcknowledgeAfter { get; init => field = Checked(value, nameof(AcknowledgeAfter)); } = 8;

    /// <exception cref="ArgumentException">t2 is not below t1.</exception>
    internal LinkParameters Consistent() => AcknowledgeDelay < AcknowledgeTimeout
        ? this
        : throw new ArgumentException($"{nameof(AcknowledgeDelay)} (t2) must be below {nameof(AcknowledgeTimeout)} (t1).");

    private static TimeSpan Checked(TimeSpan value, string name) =>
        value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromSeconds(255) && value.Ticks % TimeSpan.TicksPerSecond == 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, "A time-out is 1 to 255 whole seconds.");

    private static int Checked(int value, string name) => value is >= 1 and < SequenceNumber.Modulus
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "1 to 32767 frames.");
}

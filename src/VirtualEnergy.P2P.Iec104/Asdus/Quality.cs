namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>What is to be thought of a value (QDS; SIQ and DIQ have the same bits without <see cref="Overflow"/>).</summary>
[Flags]
public enum Quality : byte
{
    Good = 0,

    /// <summary>OV: beyond the range of its type; measured values only.</summary>
    Overflow = 0x01,

    /// <summary>BL: blocked for transmission; the value is from before.</summary>
    Blocked = 0x10,

    /// <summary>SB: entered by an operator or an automatic source.</summary>
    Substituted = 0x20,

    /// <summary>NT: not updated in the time agreed.</summary>
    NotTopical = 0x40,

    /// <summary>IV: not to be used.</summary>
    Invalid = 0x80,
}

/// <summary>What is to be thought of an integrated total; its sequence number stands beside it.</summary>
[Flags]
public enum CounterQuality : byte
{
    Good = 0,

    /// <summary>CY: the counter ran over in the period.</summary>
    Carry = 0x20,

    /// <summary>CA: the counter was set since the last reading.</summary>
    Adjusted = 0x40,

    /// <summary>IV: not to be used.</summary>
    Invalid = 0x80,
}

/// <summary>The state of something with two contacts, or a command to it.</summary>
public enum DoublePointState : byte
{
    /// <summary>Neither contact: between the positions. Not allowed in a command.</summary>
    Intermediate = 0,
    Off = 1,
    On = 2,

    /// <summary>Both contacts. Not allowed in a command.</summary>
    Indeterminate = 3,
}

/// <summary>A normalised value: −1 to 1 − 2⁻¹⁵ in steps of 2⁻¹⁵ (16 bits, two's complement, fixed point).</summary>
public readonly record struct NormalizedValue(short Steps)
{
    public double Value => Steps / 32768.0;

    /// <summary>The nearest step; beyond −1 … 1 − 2⁻¹⁵, or not a number, throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public static NormalizedValue From(double value)
    {
        var steps = Math.Round(value * 32768.0);
        return steps is >= short.MinValue and <= short.MaxValue
            ? new NormalizedValue((short)steps)
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A normalised value is from -1 to 1 - 1/32768.");
    }
}

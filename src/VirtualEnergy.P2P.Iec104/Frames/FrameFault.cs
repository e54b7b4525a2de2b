namespace VirtualEnergy.P2P.Iec104.Frames;

/// <summary>Why bytes are no APDU. After any of them a connection cannot be read on: where the next frame starts is unknown.</summary>
public enum FrameFault
{
    None = 0,

    /// <summary>A frame does not begin with 0x68.</summary>
    StartByte,

    /// <summary>The length is below 4, which the control field alone takes.</summary>
    TooShort,

    /// <summary>The length is above 253.</summary>
    TooLong,

    /// <summary>A U frame with no, several or unknown functions.</summary>
    UnknownFunction,

    /// <summary>A bit of the control field that must be zero is set.</summary>
    ReservedBits,

    /// <summary>An S or U frame that carries more than its control field.</summary>
    UnexpectedAsdu,

    /// <summary>An I frame that carries nothing.</summary>
    MissingAsdu,
}

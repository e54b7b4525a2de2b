namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>Why an ASDU was sent. Numbers as in IEC 60870-5-101, 7.2.3, of which 104 takes these.</summary>
public enum Cause : byte
{
    /// <summary>Not defined; never sent.</summary>
    None = 0,
    Periodic = 1,
    BackgroundScan = 2,
    Spontaneous = 3,
    Initialized = 4,
    Request = 5,
    Activation = 6,
    ActivationConfirmation = 7,
    Deactivation = 8,
    DeactivationConfirmation = 9,
    ActivationTermination = 10,
    ReturnByRemoteCommand = 11,
    ReturnByLocalCommand = 12,
    FileTransfer = 13,

    /// <summary>Answer to a station interrogation; 21 to 36 answer one of its groups 1 to 16.</summary>
    InterrogatedByStation = 20,
    InterrogatedByGroup16 = 36,

    /// <summary>Answer to a general counter interrogation; 38 to 41 answer one of its groups 1 to 4.</summary>
    CountersByGeneralRequest = 37,
    CountersByGroup4 = 41,
    UnknownType = 44,
    UnknownCause = 45,
    UnknownCommonAddress = 46,
    UnknownObjectAddress = 47,
}

/// <summary>The cause field: two octets, the second being the originator's address.</summary>
/// <param name="IsNegative">P/N: the negative answer to an activation.</param>
/// <param name="IsTest">T: sent for a test, and without effect on the process.</param>
/// <param name="Originator">0 where it is not used.</param>
public readonly record struct CauseOfTransmission(Cause Cause, bool IsNegative = false, bool IsTest = false, byte Originator = 0)
{
    internal const byte NegativeBit = 0x40;
    internal const byte TestBit = 0x80;

    /// <summary>Whether the number is one that 104 defines.</summary>
    public bool IsDefined => (byte)Cause is (>= 1 and <= 13) or (>= 20 and <= 41) or (>= 44 and <= 47);

    /// <summary>The same field with another cause and sign: as a station answers.</summary>
    public CauseOfTransmission Answer(Cause cause, bool negative = false) => this with { Cause = cause, IsNegative = negative };

    internal static CauseOfTransmission Read(ReadOnlySpan<byte> octets) =>
        new((Cause)(octets[0] & 0x3F), (octets[0] & NegativeBit) != 0, (octets[0] & TestBit) != 0, octets[1]);

    internal void Write(Span<byte> octets)
    {
        octets[0] = (byte)(((byte)Cause & 0x3F) | (IsNegative ? NegativeBit : 0) | (IsTest ? TestBit : 0));
        octets[1] = Originator;
    }
}

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>Why an ASDU was refused as a whole.</summary>
public enum AsduFault
{
    None = 0,

    /// <summary>Shorter than its header.</summary>
    TooShort,

    /// <summary>A type that this library does not speak.</summary>
    UnknownType,

    /// <summary>A cause that 104 does not define.</summary>
    UnknownCause,

    /// <summary>The common address 0.</summary>
    CommonAddress,

    /// <summary>No object, or several where the type takes one.</summary>
    Count,

    /// <summary>A sequence (SQ = 1) of a type that is sent with each object's own address only, or one that runs past the last address.</summary>
    Sequence,

    /// <summary>The number of objects and the octets do not agree.</summary>
    Length,

    /// <summary>An object address other than 0 in an object that concerns the whole station.</summary>
    ObjectAddress,

    /// <summary>A bit that must be zero is set in a value or a qualifier.</summary>
    ReservedBits,

    /// <summary>A value or qualifier that its type does not allow.</summary>
    Value,

    /// <summary>A time tag that is no time; <see cref="Cp56Time2a.TryRead"/> says why.</summary>
    Time,
}

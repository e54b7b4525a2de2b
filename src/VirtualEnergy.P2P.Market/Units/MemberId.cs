namespace VirtualEnergy.P2P.Market;

/// <summary>Who bids: a member's Ethereum address (0x and 40 lower-case hex digits) or, in a loose book, any name.</summary>
/// <remarks>Ordered and compared by ordinal, so that every machine agrees.</remarks>
public readonly record struct MemberId(string Value) : IComparable<MemberId>
{
    public int CompareTo(MemberId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>The low-voltage zone (behind one secondary substation) that a connection point belongs to.</summary>
public readonly record struct ZoneId(string Value) : IComparable<ZoneId>
{
    /// <summary>Where everyone stands whose zone nobody named.</summary>
    public static readonly ZoneId Unnamed = new("");

    public int CompareTo(ZoneId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

using System.Globalization;

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>The address of a station, or of a part of one: two octets, 1 to 65534, and 65535 for all stations.</summary>
public readonly record struct CommonAddress
{
    /// <summary>All stations at once; only interrogations, clock synchronisation and reset may go there.</summary>
    public static readonly CommonAddress Broadcast = new(65535);

    /// <param name="value">1 to 65535; 0 is not used and throws <see cref="ArgumentOutOfRangeException"/>.</param>
    public CommonAddress(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue);
        Value = (ushort)value;
    }

    public ushort Value { get; }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The address of an information object: three octets, 0 to 16777215; 0 means that it is irrelevant.</summary>
public readonly record struct ObjectAddress : IComparable<ObjectAddress>
{
    public const int MaxValue = 0xFF_FFFF;

    /// <summary>Of objects that concern the station as a whole.</summary>
    public static readonly ObjectAddress Irrelevant;

    /// <param name="value">0 to 16777215; anything else throws <see cref="ArgumentOutOfRangeException"/>.</param>
    public ObjectAddress(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        Value = value;
    }

    public int Value { get; }

    public int CompareTo(ObjectAddress other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    internal static ObjectAddress Read(ReadOnlySpan<byte> octets) => new(octets[0] | octets[1] << 8 | octets[2] << 16);

    internal void Write(Span<byte> octets)
    {
        octets[0] = (byte)(Value & 0xFF);
        octets[1] = (byte)(Value >> 8 & 0xFF);
        octets[2] = (byte)(Value >> 16);
    }
}

using System.Globalization;

namespace VirtualEnergy.P2P.Iec104.Frames;

/// <summary>The number of an I frame in one direction: 15 bits, 0 to 32767, then 0 again.</summary>
public readonly record struct SequenceNumber
{
    /// <summary>How many numbers there are before they repeat.</summary>
    public const int Modulus = 1 << 15;

    /// <param name="value">0 to 32767; anything else throws <see cref="ArgumentOutOfRangeException"/>.</param>
    public SequenceNumber(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, Modulus);
        Value = (ushort)value;
    }

    public ushort Value { get; }

    public SequenceNumber Next => new((Value + 1) % Modulus);

    /// <summary>How many steps forward from the other number to this one: 0 to 32767.</summary>
    public int Since(SequenceNumber other) => (Value - other.Value + Modulus) % Modulus;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>A number in a message: finite, and of a magnitude up to <see cref="Most"/>, so that sums and products of a few stay finite too.</summary>
/// <remarks>No device of a home has a power, rate or price beyond a thousand million million of any unit; 1e308 is a fault and is refused.</remarks>
[JsonConverter(typeof(FiniteNumberConverter))]
public readonly record struct FiniteNumber : IComparable<FiniteNumber>
{
    public const double Most = 1e15;

    /// <exception cref="ArgumentOutOfRangeException">Not a number, infinite, or beyond <see cref="Most"/>.</exception>
    public FiniteNumber(double value) =>
        Value = IsValid(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A finite number up to 1e15 is needed.");

    public double Value { get; }

    public static bool IsValid(double value) => Math.Abs(value) <= Most;

    public int CompareTo(FiniteNumber other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static implicit operator double(FiniteNumber number) => number.Value;

    public static implicit operator FiniteNumber(double value) => new(value);

    public static double ToDouble(FiniteNumber number) => number.Value;

    public static FiniteNumber FromDouble(double value) => new(value);
}

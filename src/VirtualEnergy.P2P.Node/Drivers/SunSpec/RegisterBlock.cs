using System.Buffers.Binary;
using System.Text;

namespace VirtualEnergy.P2P.Node.Drivers.SunSpec;

/// <summary>A device says something that cannot be. The message names the model, the point and the value.</summary>
public sealed class SunSpecException(string message) : Exception(message);

/// <summary>
/// The registers of one model, read by SunSpec's types. A point that the device does not have reads as null: each type has a value that means
/// "not implemented" (SunSpec Device Information Model Specification V1.1, section 4).
/// </summary>
/// <param name="model">The model's number, for error texts.</param>
/// <param name="registers">From the model's ID on, so that offsets are those of SunSpec's tables.</param>
public readonly struct RegisterBlock(int model, ReadOnlyMemory<ushort> registers)
{
    // What a home has fits many times over; a power above is a wrong scale factor.
    private const decimal MostMagnitude = 10_000_000;
    private const decimal MostWattHours = 1_000_000_000_000;

    // So that it can be scaled at all.
    private const decimal MostCounter = 1_000_000_000_000_000_000;

    /// <summary>Points that a device sends, less those that it leaves out at the end, as older ones do.</summary>
    public int Length => registers.Length;

    public ushort? UInt16(int offset) => Raw(offset) is { } raw && raw != 0xFFFF ? raw : null;

    public short? Int16(int offset) => Raw(offset) is { } raw && raw != 0x8000 ? unchecked((short)raw) : null;

    public ushort? Enum16(int offset) => UInt16(offset);

    public ushort? Bitfield16(int offset) => UInt16(offset);

    /// <summary>An accumulator of 32 bits; zero is "not accumulated".</summary>
    public uint? Acc32(int offset) => Raw(offset) is { } high && Raw(offset + 1) is { } low && (high, low) != (0, 0) ? (uint)high << 16 | low : null;

    /// <summary>A number of 64 bits without sign.</summary>
    public ulong? UInt64(int offset) => Raw(offset) is { } a && Raw(offset + 1) is { } b && Raw(offset + 2) is { } c && Raw(offset + 3) is { } d
        && ((ulong)a << 48 | (ulong)b << 32 | (uint)c << 16 | d) is var value and not ulong.MaxValue ? value : null;

    /// <exception cref="SunSpecException">An infinity.</exception>
    public float? Float32(int offset, string point)
    {
        if (Raw(offset) is not { } high || Raw(offset + 1) is not { } low)
        {
            return null;
        }

        var value = BitConverter.UInt32BitsToSingle((uint)high << 16 | low);
        return float.IsNaN(value) ? null : float.IsInfinity(value) ? throw Nonsense(point, "is infinite") : value;
    }

    /// <summary>Text up to its first NUL, without what no terminal should show.</summary>
    public string Text(int offset, int length)
    {
        Span<byte> bytes = stackalloc byte[2 * length];
        for (var i = 0; i < length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(2 * i)..], Raw(offset + i) ?? 0);
        }

        var end = bytes.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
        return string.Concat(text.Where(letter => !char.IsControl(letter) && letter != '\uFFFD')).Trim();
    }

    /// <summary>Value × 10^scale, for points of 16 bits without sign.</summary>
    /// <param name="scale">Offset of the scale factor.</param>
    /// <exception cref="SunSpecException">The value is there and its scale factor is missing or outside −10 to 10, or the result is no home's.</exception>
    public decimal? Unsigned(int offset, int scale, string point) => Scaled(UInt16(offset), scale, point);

    /// <summary>Value × 10^scale, for points of 16 bits with sign.</summary>
    /// <inheritdoc cref="Unsigned"/>
    public decimal? Signed(int offset, int scale, string point) => Scaled(Int16(offset), scale, point);

    /// <summary>An accumulator × 10^scale, in Wh.</summary>
    /// <exception cref="SunSpecException">The scale factor is missing or out of range, or the sum is no home's.</exception>
    public long? WattHours(int offset, int scale, string point) => WattHours(Acc32(offset), scale, point);

    /// <summary>A counter of 64 bits × 10^scale, in Wh.</summary>
    /// <inheritdoc cref="WattHours(int, int, string)"/>
    public long? WattHours64(int offset, int scale, string point) => WattHours(UInt64(offset), scale, point);

    /// <exception cref="SunSpecException">A magnitude that no home has.</exception>
    public decimal? Plausible(decimal? value, string point) =>
        value is { } number && Math.Abs(number) > MostMagnitude ? throw Nonsense(point, $"is {number}") : value;

    /// <inheritdoc cref="Plausible(decimal?, string)"/>
    public decimal? Plausible(float? value, string point) =>
        value is { } number ? Math.Abs(number) > (float)MostMagnitude ? throw Nonsense(point, $"is {number}") : (decimal)number : null;

    public SunSpecException Nonsense(string point, string what) => new($"model {model}: {point} {what}");

    private long? WattHours(decimal? counter, int scale, string point) => counter is not { } value ? null
        : value <= MostCounter && value * PowerOfTen(scale, point) is <= MostWattHours and var energy ? (long)decimal.Truncate(energy)
        : throw Nonsense(point, "is more than a home can have in its life");

    private decimal? Scaled(int? value, int scale, string point) => value is { } number ? Plausible(number * PowerOfTen(scale, point), point) : null;

    private decimal PowerOfTen(int offset, string point)
    {
        var exponent = Int16(offset) ?? throw Nonsense(point, "has no scale factor");
        if (exponent is < -10 or > 10)
        {
            throw Nonsense(point, $"has a scale factor of {exponent}; -10 to 10 are possible");
        }

        var power = 1m;
        for (var i = Math.Abs((int)exponent); i > 0; i--)
        {
            power *= exponent < 0 ? 0.1m : 10m;
        }

        return power;
    }

    private ushort? Raw(int offset) => offset < registers.Length ? registers.Span[offset] : null;
}

using System.Globalization;

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>One object of an ASDU: its address, its value with quality or qualifier, and its time tag where the type has one.</summary>
/// <remarks>
/// A value without allocation for every type there is; built by the factories only, which refuse what the type does not allow. What was
/// received may hold what a factory refuses in a floating-point number: <see cref="IsFinite"/> tells. A property that the type does not
/// have throws <see cref="InvalidOperationException"/>.
/// </remarks>
public readonly partial record struct InformationObject
{
    private readonly int _raw;
    private readonly byte _descriptor;
    private readonly Cp56Time2a _time;

    internal InformationObject(AsduType type, ObjectAddress address, int raw, byte descriptor, Cp56Time2a time)
    {
        Type = type;
        Address = address;
        _raw = raw;
        _descriptor = descriptor;
        _time = time;
    }

    public AsduType Type { get; }

    public ObjectAddress Address { get; }

    /// <summary>The time tag of a timed type, or the clock of a synchronisation.</summary>
    public Cp56Time2a Time => Type.IsTimed() || Type == AsduType.ClockSynchronization ? _time : throw None(nameof(Time));

    /// <summary>Of a measured value or a point.</summary>
    public Quality Quality => Type.IsMonitored() && Type.Shape() != ElementShape.Counter ? (Quality)_descriptor : throw None(nameof(Quality));

    /// <summary>Of a single point, or what a single command asks for.</summary>
    public bool IsOn => Type.Shape() is ElementShape.SinglePoint or ElementShape.SingleCommand ? _raw != 0 : throw None(nameof(IsOn));

    /// <summary>Of a double point, or what a double command asks for.</summary>
    public DoublePointState State => Type.Shape() is ElementShape.DoublePoint or ElementShape.DoubleCommand ? (DoublePointState)_raw : throw None(nameof(State));

    public NormalizedValue Normalized =>
        Type.Untimed() is AsduType.MeasuredNormalized or AsduType.SetPointNormalized ? new NormalizedValue((short)_raw) : throw None(nameof(Normalized));

    public short Scaled => Type.Untimed() is AsduType.MeasuredScaled or AsduType.SetPointScaled ? (short)_raw : throw None(nameof(Scaled));

    public float ShortFloat =>
        Type.Shape() is ElementShape.MeasuredFloat or ElementShape.SetPointFloat ? BitConverter.Int32BitsToSingle(_raw) : throw None(nameof(ShortFloat));

    /// <summary>Of an integrated total.</summary>
    public int Reading => Type.Shape() == ElementShape.Counter ? _raw : throw None(nameof(Reading));

    /// <summary>Of an integrated total: 0 to 31, one more with every freeze.</summary>
    public int ReadingNumber => Type.Shape() == ElementShape.Counter ? _descriptor & 0x1F : throw None(nameof(ReadingNumber));

    public CounterQuality CounterQuality => Type.Shape() == ElementShape.Counter ? (CounterQuality)(_descriptor & 0xE0) : throw None(nameof(CounterQuality));

    /// <summary>False of a floating-point value that is infinite or not a number.</summary>
    public bool IsFinite => Type.Shape() is not (ElementShape.MeasuredFloat or ElementShape.SetPointFloat) || float.IsFinite(ShortFloat);

    internal int Raw => _raw;

    internal byte Descriptor => _descriptor;

    internal Cp56Time2a TimeOrNone => _time;

    public static InformationObject SinglePoint(ObjectAddress address, bool on, Quality quality = Quality.Good, Cp56Time2a? time = null) =>
        Make(AsduType.SinglePoint, address, on ? 1 : 0, Of(quality, overflow: false), time);

    public static InformationObject DoublePoint(ObjectAddress address, DoublePointState state, Quality quality = Quality.Good, Cp56Time2a? time = null) =>
        Make(AsduType.DoublePoint, address, state <= DoublePointState.Indeterminate ? (int)state : throw new ArgumentOutOfRangeException(nameof(state)), Of(quality, overflow: false), time);

    public static InformationObject MeasuredNormalized(ObjectAddress address, NormalizedValue value, Quality quality = Quality.Good, Cp56Time2a? time = null) =>
        Make(AsduType.MeasuredNormalized, address, value.Steps, Of(quality, overflow: true), time);

    public static InformationObject MeasuredScaled(ObjectAddress address, short value, Quality quality = Quality.Good, Cp56Time2a? time = null) =>
        Make(AsduType.MeasuredScaled, address, value, Of(quality, overflow: true), time);

    /// <exception cref="ArgumentOutOfRangeException">Not finite, and not marked invalid either.</exception>
    public static InformationObject MeasuredShortFloat(ObjectAddress address, float value, Quality quality = Quality.Good, Cp56Time2a? time = null) =>
        float.IsFinite(value) || quality.HasFlag(Quality.Invalid)
            ? Make(AsduType.MeasuredShortFloat, address, BitConverter.SingleToInt32Bits(value), Of(quality, overflow: true), time)
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A value that is not finite must be marked invalid.");

    /// <param name="number">0 to 31.</param>
    public static InformationObject IntegratedTotal(
        ObjectAddress address, int reading, int number = 0, CounterQuality quality = CounterQuality.Good, Cp56Time2a? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 31);
        ArgumentOutOfRangeException.ThrowIfNotEqual((byte)quality & 0x1F, 0, nameof(quality));
        return Make(AsduType.IntegratedTotals, address, reading, (byte)(number | (byte)quality), time);
    }

    /// <summary>The same object without its time tag, of the type that has none.</summary>
    public InformationObject Untimed() => new(Type.Untimed(), Address, _raw, _descriptor, default);

    /// <summary>The same object with a time tag, of the type that has one.</summary>
    public InformationObject At(Cp56Time2a time) => Type.Timed().IsTimed() ? new(Type.Timed(), Address, _raw, _descriptor, time) : throw None(nameof(Time));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Type} {Address}: {ValueText()}{(Type.IsTimed() ? $" at {_time}" : "")}");

    private static InformationObject Make(AsduType type, ObjectAddress address, int raw, byte descriptor, Cp56Time2a? time) =>
        new(time is null ? type : type.Timed(), address, raw, descriptor, time ?? default);

    private static byte Of(Quality quality, bool overflow) => ((byte)quality & (overflow ? 0x0E : 0x0F)) == 0
        ? (byte)quality
        : throw new ArgumentOutOfRangeException(nameof(quality), quality, "Not a quality of this type.");

    private InvalidOperationException None(string property) => new($"An object of type {Type} has no {property}.");

    private string ValueText() => Type.Shape() switch
    {
        ElementShape.MeasuredFloat or ElementShape.SetPointFloat => ShortFloat.ToString(CultureInfo.InvariantCulture),
        ElementShape.Clock => _time.ToString(),
        ElementShape.DoublePoint or ElementShape.DoubleCommand => State.ToString(),
        _ => _raw.ToString(CultureInfo.InvariantCulture),
    };
}

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>How a pulse or a persistent output is to be made; 4 to 8 are reserved, 9 to 15 other functions, 16 to 31 private.</summary>
public enum CommandQualifier : byte
{
    NoAdditionalDefinition = 0,
    ShortPulse = 1,
    LongPulse = 2,
    Persistent = 3,
}

/// <summary>What becomes of counters at an interrogation.</summary>
public enum CounterFreeze : byte
{
    /// <summary>They are sent, frozen ones as they were frozen.</summary>
    Read = 0,
    Freeze = 1,
    FreezeAndReset = 2,
    Reset = 3,
}

public readonly partial record struct InformationObject
{
    internal const byte SelectBit = 0x80;

    /// <summary>S/E: the object is selected only; an execution must follow.</summary>
    public bool IsSelect => Type.IsCommand() ? (_descriptor & SelectBit) != 0 : throw None(nameof(IsSelect));

    /// <summary>QU of a command (0 to 31, <see cref="CommandQualifier"/>), QL of a set-point (0 to 127), or the one octet of a system command.</summary>
    public int Qualifier => Type.Shape() switch
    {
        ElementShape.SingleCommand or ElementShape.DoubleCommand => _descriptor >> 2 & 0x1F,
        ElementShape.SetPoint16 or ElementShape.SetPointFloat => _descriptor & 0x7F,
        ElementShape.Initialization or ElementShape.Interrogation or ElementShape.CounterInterrogation or ElementShape.Reset => _descriptor,
        _ => throw None(nameof(Qualifier)),
    };

    /// <summary>The interrogated group, 1 to 16, or 1 to 4 of counters; 0 for all of the station.</summary>
    public int Group => Type switch
    {
        AsduType.Interrogation => _descriptor - 20,
        AsduType.CounterInterrogation => (_descriptor & 0x3F) % 5,
        _ => throw None(nameof(Group)),
    };

    public CounterFreeze Freeze => Type == AsduType.CounterInterrogation ? (CounterFreeze)(_descriptor >> 6) : throw None(nameof(Freeze));

    public static InformationObject SingleCommand(
        ObjectAddress address, bool on, CommandQualifier qualifier = CommandQualifier.NoAdditionalDefinition, Cp56Time2a? time = null) =>
        Make(AsduType.SingleCommand, address, on ? 1 : 0, Of(qualifier), time);

    /// <exception cref="ArgumentOutOfRangeException">Neither on nor off.</exception>
    public static InformationObject DoubleCommand(
        ObjectAddress address, DoublePointState state, CommandQualifier qualifier = CommandQualifier.NoAdditionalDefinition, Cp56Time2a? time = null) =>
        state is DoublePointState.Off or DoublePointState.On
            ? Make(AsduType.DoubleCommand, address, (int)state, Of(qualifier), time)
            : throw new ArgumentOutOfRangeException(nameof(state), state, "A double command is on or off.");

    public static InformationObject SetPointNormalized(ObjectAddress address, NormalizedValue value, Cp56Time2a? time = null) =>
        Make(AsduType.SetPointNormalized, address, value.Steps, 0, time);

    public static InformationObject SetPointScaled(ObjectAddress address, short value, Cp56Time2a? time = null) =>
        Make(AsduType.SetPointScaled, address, value, 0, time);

    /// <exception cref="ArgumentOutOfRangeException">Infinite or not a number.</exception>
    public static InformationObject SetPointShortFloat(ObjectAddress address, float value, Cp56Time2a? time = null) => float.IsFinite(value)
        ? Make(AsduType.SetPointShortFloat, address, BitConverter.SingleToInt32Bits(value), 0, time)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A set-point must be finite.");

    /// <param name="cause">0 switched on, 1 reset by hand, 2 reset from afar; to 127 others.</param>
    /// <param name="afterChangeOfParameters">The change came from local parameters.</param>
    public static InformationObject EndOfInitialization(int cause, bool afterChangeOfParameters = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cause);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cause, 127);
        return System(AsduType.EndOfInitialization, (byte)(cause | (afterChangeOfParameters ? 0x80 : 0)));
    }

    /// <param name="group">1 to 16, or 0 for the whole station.</param>
    public static InformationObject Interrogation(int group = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(group, 16);
        return System(AsduType.Interrogation, (byte)(20 + group));
    }

    /// <param name="group">1 to 4, or 0 for all counters.</param>
    public static InformationObject CounterInterrogation(int group = 0, CounterFreeze freeze = CounterFreeze.Read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(group, 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)freeze, (int)CounterFreeze.Reset, nameof(freeze));
        return System(AsduType.CounterInterrogation, (byte)((group == 0 ? 5 : group) | (byte)freeze << 6));
    }

    public static InformationObject ClockSynchronization(Cp56Time2a time) => new(AsduType.ClockSynchronization, default, 0, 0, time);

    /// <param name="eventsOnly">Only the buffer of time-tagged events is emptied; else the whole process is reset.</param>
    public static InformationObject ResetProcess(bool eventsOnly = false) => System(AsduType.ResetProcess, (byte)(eventsOnly ? 2 : 1));

    /// <summary>The command as it is sent first in select-before-operate.</summary>
    public InformationObject AsSelect() => Type.IsCommand() ? new(Type, Address, _raw, (byte)(_descriptor | SelectBit), _time) : throw None(nameof(IsSelect));

    private static InformationObject System(AsduType type, byte qualifier) => new(type, default, 0, qualifier, default);

    private static byte Of(CommandQualifier qualifier)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)qualifier, 31, nameof(qualifier));
        return (byte)((byte)qualifier << 2);
    }
}

namespace VirtualEnergy.P2P.Iec104.Asdus;

/// <summary>The types of ASDU that this library speaks, by their numbers; the standard's mnemonic beside each.</summary>
public enum AsduType : byte
{
    None = 0,

    /// <summary>M_SP_NA_1.</summary>
    SinglePoint = 1,

    /// <summary>M_DP_NA_1.</summary>
    DoublePoint = 3,

    /// <summary>M_ME_NA_1.</summary>
    MeasuredNormalized = 9,

    /// <summary>M_ME_NB_1.</summary>
    MeasuredScaled = 11,

    /// <summary>M_ME_NC_1.</summary>
    MeasuredShortFloat = 13,

    /// <summary>M_IT_NA_1.</summary>
    IntegratedTotals = 15,

    /// <summary>M_SP_TB_1.</summary>
    SinglePointTimed = 30,

    /// <summary>M_DP_TB_1.</summary>
    DoublePointTimed = 31,

    /// <summary>M_ME_TD_1.</summary>
    MeasuredNormalizedTimed = 34,

    /// <summary>M_ME_TE_1.</summary>
    MeasuredScaledTimed = 35,

    /// <summary>M_ME_TF_1.</summary>
    MeasuredShortFloatTimed = 36,

    /// <summary>M_IT_TB_1.</summary>
    IntegratedTotalsTimed = 37,

    /// <summary>C_SC_NA_1.</summary>
    SingleCommand = 45,

    /// <summary>C_DC_NA_1.</summary>
    DoubleCommand = 46,

    /// <summary>C_SE_NA_1.</summary>
    SetPointNormalized = 48,

    /// <summary>C_SE_NB_1.</summary>
    SetPointScaled = 49,

    /// <summary>C_SE_NC_1.</summary>
    SetPointShortFloat = 50,

    /// <summary>C_SC_TA_1.</summary>
    SingleCommandTimed = 58,

    /// <summary>C_DC_TA_1.</summary>
    DoubleCommandTimed = 59,

    /// <summary>C_SE_TA_1.</summary>
    SetPointNormalizedTimed = 61,

    /// <summary>C_SE_TB_1.</summary>
    SetPointScaledTimed = 62,

    /// <summary>C_SE_TC_1.</summary>
    SetPointShortFloatTimed = 63,

    /// <summary>M_EI_NA_1.</summary>
    EndOfInitialization = 70,

    /// <summary>C_IC_NA_1.</summary>
    Interrogation = 100,

    /// <summary>C_CI_NA_1.</summary>
    CounterInterrogation = 101,

    /// <summary>C_CS_NA_1.</summary>
    ClockSynchronization = 103,

    /// <summary>C_RP_NA_1.</summary>
    ResetProcess = 105,
}

/// <summary>What the types have in common.</summary>
public static class AsduTypes
{
    /// <summary>Whether this library speaks it.</summary>
    public static bool IsKnown(this AsduType type) => type.Shape() != ElementShape.None;

    /// <summary>Whether its objects carry a time tag (CP56Time2a) behind the value.</summary>
    public static bool IsTimed(this AsduType type) => (byte)type is (>= 30 and <= 37) or (>= 58 and <= 63) && type.IsKnown();

    /// <summary>Process information on its way to the controlling station, counters included.</summary>
    public static bool IsMonitored(this AsduType type) => (byte)type is >= 1 and <= 37 && type.IsKnown();

    /// <summary>A command or set-point to one object.</summary>
    public static bool IsCommand(this AsduType type) => (byte)type is >= 45 and <= 63 && type.IsKnown();

    /// <summary>The type without the time tag; itself where it has none.</summary>
    public static AsduType Untimed(this AsduType type) => type switch
    {
        AsduType.SinglePointTimed => AsduType.SinglePoint,
        AsduType.DoublePointTimed => AsduType.DoublePoint,
        AsduType.MeasuredNormalizedTimed => AsduType.MeasuredNormalized,
        AsduType.MeasuredScaledTimed => AsduType.MeasuredScaled,
        AsduType.MeasuredShortFloatTimed => AsduType.MeasuredShortFloat,
        AsduType.IntegratedTotalsTimed => AsduType.IntegratedTotals,
        AsduType.SingleCommandTimed => AsduType.SingleCommand,
        AsduType.DoubleCommandTimed => AsduType.DoubleCommand,
        AsduType.SetPointNormalizedTimed => AsduType.SetPointNormalized,
        AsduType.SetPointScaledTimed => AsduType.SetPointScaled,
        AsduType.SetPointShortFloatTimed => AsduType.SetPointShortFloat,
        _ => type,
    };

    /// <summary>The type with a time tag; itself where there is no such type.</summary>
    public static AsduType Timed(this AsduType type) => type switch
    {
        AsduType.SinglePoint => AsduType.SinglePointTimed,
        AsduType.DoublePoint => AsduType.DoublePointTimed,
        AsduType.MeasuredNormalized => AsduType.MeasuredNormalizedTimed,
        AsduType.MeasuredScaled => AsduType.MeasuredScaledTimed,
        AsduType.MeasuredShortFloat => AsduType.MeasuredShortFloatTimed,
        AsduType.IntegratedTotals => AsduType.IntegratedTotalsTimed,
        AsduType.SingleCommand => AsduType.SingleCommandTimed,
        AsduType.DoubleCommand => AsduType.DoubleCommandTimed,
        AsduType.SetPointNormalized => AsduType.SetPointNormalizedTimed,
        AsduType.SetPointScaled => AsduType.SetPointScaledTimed,
        AsduType.SetPointShortFloat => AsduType.SetPointShortFloatTimed,
        _ => type,
    };

    internal static ElementShape Shape(this AsduType type) => type.Untimed() switch
    {
        AsduType.SinglePoint => ElementShape.SinglePoint,
        AsduType.DoublePoint => ElementShape.DoublePoint,
        AsduType.MeasuredNormalized or AsduType.MeasuredScaled => ElementShape.Measured16,
        AsduType.MeasuredShortFloat => ElementShape.MeasuredFloat,
        AsduType.IntegratedTotals => ElementShape.Counter,
        AsduType.SingleCommand => ElementShape.SingleCommand,
        AsduType.DoubleCommand => ElementShape.DoubleCommand,
        AsduType.SetPointNormalized or AsduType.SetPointScaled => ElementShape.SetPoint16,
        AsduType.SetPointShortFloat => ElementShape.SetPointFloat,
        AsduType.EndOfInitialization => ElementShape.Initialization,
        AsduType.Interrogation => ElementShape.Interrogation,
        AsduType.CounterInterrogation => ElementShape.CounterInterrogation,
        AsduType.ClockSynchronization => ElementShape.Clock,
        AsduType.ResetProcess => ElementShape.Reset,
        _ => ElementShape.None,
    };

    /// <summary>Octets of one object without its address; 0 of an unknown type.</summary>
    internal static int ElementSize(this AsduType type) => (type.IsTimed() ? Cp56Time2a.Size : 0) + type.Shape() switch
    {
        ElementShape.None => 0,
        ElementShape.Measured16 or ElementShape.SetPoint16 => 3,
        ElementShape.MeasuredFloat or ElementShape.SetPointFloat or ElementShape.Counter => 5,
        ElementShape.Clock => Cp56Time2a.Size,
        _ => 1,
    };
}

/// <summary>How the octets of one object are laid out, time tags apart.</summary>
internal enum ElementShape
{
    None = 0,
    SinglePoint,
    DoublePoint,
    Measured16,
    MeasuredFloat,
    Counter,
    SingleCommand,
    DoubleCommand,
    SetPoint16,
    SetPointFloat,
    Initialization,
    Interrogation,
    CounterInterrogation,
    Clock,
    Reset,
}

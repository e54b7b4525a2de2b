namespace VirtualEnergy.P2P.Node.Drivers.SunSpec;

/// <summary>Who made a device (model 1).</summary>
public sealed record CommonModel(string Manufacturer, string Model, string Version, string Serial)
{
    public const int Id = 1;

    // 65 or 66: with or without the pad at the end.
    public const int LeastLength = 65;

    public static CommonModel Read(RegisterBlock block)
    {
        var model = new CommonModel(block.Text(2, 16), block.Text(18, 16), block.Text(42, 8), block.Text(50, 16));
        return model.Manufacturer.Length > 0 && model.Model.Length > 0 ? model : throw block.Nonsense("Mn, Md", "are empty");
    }
}

/// <summary>What an inverter does (SunSpec's St, models 101 to 113).</summary>
public enum InverterState
{
    Off = 1,
    Sleeping = 2,
    Starting = 3,
    MaximumPowerPoint = 4,
    Throttled = 5,
    ShuttingDown = 6,
    Fault = 7,
    Standby = 8,
}

/// <summary>An inverter's reading: models 101 to 103 in integers with scale factors, 111 to 113 in floating point.</summary>
/// <param name="Produced">W out of the inverter; negative where it takes energy from the grid, as a hybrid one does to charge. Null where it does not say.</param>
/// <param name="ProducedWattHours">Wh over its life, ≥ 0.</param>
/// <param name="State">Null where the code is none of SunSpec's.</param>
public sealed record InverterModel(decimal? Produced, long? ProducedWattHours, InverterState? State)
{
    public const int IntegerLength = 50;
    public const int FloatLength = 60;

    public static bool IsInteger(int id) => id is 101 or 102 or 103;

    public static bool IsFloat(int id) => id is 111 or 112 or 113;

    public static InverterModel Read(int id, RegisterBlock block) => IsInteger(id)
        ? new(block.Signed(14, 15, "W"), block.WattHours(24, 26, "WH"), StateOf(block.Enum16(38)))
        : new(block.Plausible(block.Float32(22, "W"), "W"), Lifetime(block), StateOf(block.Enum16(48)));

    // Terawatt-hours are no home's, and a double's 2^53 is far above them.
    private static long? Lifetime(RegisterBlock block) => block.Float32(32, "WH") is { } energy
        ? energy is >= 0 and < 1e12f ? (long)energy : throw block.Nonsense("WH", $"is {energy}")
        : null;

    private static InverterState? StateOf(ushort? code) => code is { } known and >= 1 and <= 8 ? (InverterState)known : null;
}

/// <summary>What an inverter and its battery are built for (model 120). W and Wh; null where the device does not say.</summary>
public sealed record NameplateModel(decimal? RatedWatts, decimal? StorageWattHours, decimal? ChargeWatts, decimal? DischargeWatts)
{
    public const int Id = 120;
    public const int LeastLength = 26;

    public static NameplateModel Read(RegisterBlock block)
    {
        var plate = new NameplateModel(
            block.Unsigned(3, 4, "WRtg"), block.Unsigned(19, 20, "WHRtg"), block.Unsigned(23, 24, "MaxChaRte"), block.Unsigned(25, 26, "MaxDisChaRte"));
        return plate.RatedWatts is null or > 0 ? plate : throw block.Nonsense("WRtg", "is 0");
    }
}

/// <summary>The limit that an inverter obeys now (model 123).</summary>
/// <param name="Percent">Of its highest output, 0 to 100.</param>
/// <param name="IsEnabled">Whether it obeys it.</param>
/// <param name="ScaleExponent">Percent = register × 10^this.</param>
public sealed record ControlsModel(decimal? Percent, bool IsEnabled, int ScaleExponent)
{
    public const int Id = 123;
    public const int LeastLength = 24;
    public const int PercentOffset = 5;
    public const int RevertOffset = 7;
    public const int EnableOffset = 9;

    public static ControlsModel Read(RegisterBlock block) =>
        block.Unsigned(PercentOffset, 23, "WMaxLimPct") is { } percent and > 100
            ? throw block.Nonsense("WMaxLimPct", $"is {percent} %")
            : new(block.Unsigned(PercentOffset, 23, "WMaxLimPct"), block.Enum16(EnableOffset) == 1, Exponent(block, 23, "WMaxLimPct_SF"));

    internal static int Exponent(RegisterBlock block, int offset, string point) =>
        block.Int16(offset) is { } exponent and >= -4 and <= 0 ? exponent : throw block.Nonsense(point, "leaves no per cent that could be written");
}

/// <summary>A battery behind an inverter (model 124).</summary>
/// <param name="MostChargeWatts">WChaMax: what the rates are per cents of, W.</param>
/// <param name="FillPercent">ChaState, 0 to 100; null where the device does not say.</param>
/// <param name="ReservePercent">MinRsvPct, 0 to 100.</param>
/// <param name="RateExponent">Per cent = register × 10^this; null where the device takes no rates.</param>
public sealed record StorageModel(decimal? MostChargeWatts, decimal? FillPercent, decimal? ReservePercent, int? RateExponent)
{
    public const int Id = 124;
    public const int LeastLength = 24;
    public const int ControlOffset = 5;
    public const int ReserveOffset = 7;
    public const int DischargeRateOffset = 12;
    public const int ChargeRateOffset = 13;
    public const int RevertOffset = 15;

    public static StorageModel Read(RegisterBlock block)
    {
        var fill = Percent(block, 8, 22, "ChaState");
        var reserve = Percent(block, ReserveOffset, 21, "MinRsvPct");
        var most = block.Unsigned(2, 18, "WChaMax");
        return most is null or > 0
            ? new(most, fill, reserve, block.Int16(25) is null ? null : ControlsModel.Exponent(block, 25, "InOutWRte_SF"))
            : throw block.Nonsense("WChaMax", "is 0");
    }

    internal static decimal? Percent(RegisterBlock block, int offset, int scale, string point) =>
        block.Unsigned(offset, scale, point) is { } percent ? percent <= 100 ? percent : throw block.Nonsense(point, $"is {percent} %") : null;
}

/// <summary>A meter's reading (models 201 to 204, which share their points).</summary>
/// <param name="Watts">+ from the grid into the home, − into the grid: the direction of TotWhImp. Null where it does not say.</param>
/// <param name="ImportedWattHours">Wh taken from the grid over its life.</param>
/// <param name="ExportedWattHours">Wh fed into the grid over its life.</param>
public sealed record MeterModel(decimal? Watts, long? ImportedWattHours, long? ExportedWattHours)
{
    public const int LeastLength = 105;

    public static bool Is(int id) => id is >= 201 and <= 204;

    public static MeterModel Read(RegisterBlock block) =>
        new(block.Signed(18, 22, "W"), block.WattHours(46, 54, "TotWhImp"), block.WattHours(38, 54, "TotWhExp"));
}

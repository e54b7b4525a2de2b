namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>A device whose power can be set, without a storage that bounds it, introduces itself.</summary>
public sealed record AdjustableRegistration(
    EfiHeader Header, TimeSpan InstructionProcessingDelay, DeviceDescription Device, Currency? Currency, ValueList<EfiCommodity> SupportedCommodities)
    : FlexibilityRegistration(Header, InstructionProcessingDelay, Device, Currency)
{
    public ValueList<EfiCommodity> SupportedCommodities { get; } = Check.NotEmpty(SupportedCommodities, nameof(SupportedCommodities));
}

/// <summary>What a mode does at one of its ends.</summary>
/// <param name="RunningCost">Per second, without the energy, in the registration's currency.</param>
public sealed record AdjustableModeData(CommodityRates Rates, FiniteNumber? RunningCost = null);

/// <summary>A running mode: discrete, or continuous with a factor.</summary>
/// <param name="AtZero">What it does; for a continuous mode, at factor 0.</param>
/// <param name="AtOne">At factor 1; null for a discrete mode.</param>
/// <exception cref="ArgumentException">The two ends are about different commodities.</exception>
public sealed record AdjustableRunningMode(int Id, string Label, AdjustableModeData AtZero, AdjustableModeData? AtOne = null)
{
    public AdjustableModeData? AtOne { get; } = Check.Require(
        AtOne, AtOne is null || AtOne.Rates.IsLike(AtZero.Rates), "Both ends of a continuous mode are about the same commodities.");

    public bool IsContinuous => AtOne is not null;

    /// <summary>What flows at a factor; a discrete mode has only one answer.</summary>
    public CommodityRates RatesAt(RunningModeFactor factor) => AtOne is null ? AtZero.Rates : AtZero.Rates.Towards(AtOne.Rates, factor);
}

/// <summary>The modes of a device and the ways between them.</summary>
public sealed record AdjustableSystemDescription : FlexibilityUpdate
{
    public AdjustableSystemDescription(
        EfiHeader header, Identifier updateId, DateTimeOffset validFrom,
        ValueList<AdjustableRunningMode> modes, ValueList<RunningModeTimer> timers, ValueList<RunningModeTransition> transitions)
        : base(header, updateId, validFrom)
    {
        Modes = modes;
        Graph = new RunningModeGraph(ValueList.From(modes.Select(mode => mode.Id)), timers, transitions);
    }

    public ValueList<AdjustableRunningMode> Modes { get; }

    public RunningModeGraph Graph { get; }

    public AdjustableRunningMode this[int mode] => Modes.First(known => known.Id == mode);
}

/// <summary>The mode in which the device is.</summary>
/// <exception cref="ArgumentException">A previous mode without the moment of the transition, or the other way round; a timer twice.</exception>
public sealed record AdjustableStatus(
    EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom, int CurrentRunningMode, ValueList<TimerUpdate> Timers,
    RunningModeFactor? Factor = null, int? PreviousRunningMode = null, DateTimeOffset? TransitionTimestamp = null)
    : FlexibilityUpdate(Header, UpdateId, ValidFrom)
{
    public ValueList<TimerUpdate> Timers { get; } = Check.Unique(Timers, timer => timer.TimerId, nameof(Timers));

    public int? PreviousRunningMode { get; } = Check.Require(
        PreviousRunningMode, PreviousRunningMode.HasValue == TransitionTimestamp.HasValue, "A previous mode and the moment of the transition come together.");
}

/// <summary>Switch the device to a mode.</summary>
/// <param name="Factor">Of a continuous mode.</param>
/// <param name="StartTime">When the transition shall begin.</param>
public sealed record AdjustableInstruction(
    EfiHeader Header, Identifier InstructionId, Identifier UpdateId, bool IsEmergency, int RunningModeId, DateTimeOffset StartTime, RunningModeFactor? Factor = null)
    : EfiInstruction(Header, InstructionId, UpdateId, IsEmergency);

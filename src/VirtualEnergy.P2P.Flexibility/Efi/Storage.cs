namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>A range of fill levels with an extent.</summary>
/// <exception cref="ArgumentException">The lower end is not below the upper.</exception>
public readonly record struct FillLevelRange
{
    public FillLevelRange(FiniteNumber lower, FiniteNumber upper)
    {
        Lower = Check.Require(lower, lower < upper, $"{lower} to {upper} is no range of fill levels.");
        Upper = upper;
    }

    public FiniteNumber Lower { get; }

    public FiniteNumber Upper { get; }

    /// <summary>Both ends are inside.</summary>
    public bool Contains(FiniteNumber level) => Lower <= level && level <= Upper;
}

/// <summary>A device with a storage introduces itself.</summary>
/// <param name="FillLevelLabel">What is in the storage.</param>
/// <param name="FillLevelUnit">In which unit its fill level is told.</param>
/// <exception cref="ArgumentException">No actuator, or an id twice.</exception>
public sealed record StorageRegistration(
    EfiHeader Header, TimeSpan InstructionProcessingDelay, DeviceDescription Device, Currency? Currency,
    string FillLevelLabel, string FillLevelUnit, ValueList<StorageActuator> Actuators)
    : FlexibilityRegistration(Header, InstructionProcessingDelay, Device, Currency)
{
    public ValueList<StorageActuator> Actuators { get; } =
        Check.Unique(Check.NotEmpty(Actuators, nameof(Actuators)), actuator => actuator.Id, nameof(Actuators));
}

/// <summary>Something that fills or empties the storage.</summary>
public sealed record StorageActuator(int Id, ValueList<EfiCommodity> SupportedCommodities, string? Label = null)
{
    public ValueList<EfiCommodity> SupportedCommodities { get; } = Check.NotEmpty(SupportedCommodities, nameof(SupportedCommodities));
}

/// <summary>What a mode does at one of its ends.</summary>
/// <param name="FillingRate">Change of the fill level per second; − empties.</param>
/// <param name="Rates">What flows meanwhile.</param>
/// <param name="RunningCost">Per second, without the energy, in the registration's currency.</param>
public sealed record StorageModeData(FiniteNumber FillingRate, CommodityRates Rates, FiniteNumber? RunningCost = null);

/// <summary>What a mode does within a range of fill levels.</summary>
/// <param name="AtZero">What it does; for a continuous mode, at factor 0.</param>
/// <param name="AtOne">At factor 1; null for a discrete mode.</param>
/// <exception cref="ArgumentException">The two ends are about different commodities.</exception>
public sealed record StorageModeElement(FillLevelRange FillLevels, StorageModeData AtZero, StorageModeData? AtOne = null)
{
    public StorageModeData? AtOne { get; } = Check.Require(
        AtOne, AtOne is null || AtOne.Rates.IsLike(AtZero.Rates), "Both ends of a continuous mode are about the same commodities.");

    /// <summary>What flows at a factor; a discrete mode has only one answer.</summary>
    public CommodityRates RatesAt(RunningModeFactor factor) => AtOne is null ? AtZero.Rates : AtZero.Rates.Towards(AtOne.Rates, factor);

    /// <summary>Change of the fill level per second at a factor.</summary>
    public FiniteNumber FillingRateAt(RunningModeFactor factor) => AtOne is null ? AtZero.FillingRate : factor.Between(AtZero.FillingRate, AtOne.FillingRate);
}

/// <summary>A running mode of a storage's actuator: discrete, or continuous with a factor.</summary>
/// <exception cref="ArgumentException">Fill levels with a gap, or pieces of both kinds.</exception>
public sealed record StorageRunningMode(int Id, string Label, ValueList<StorageModeElement> Elements)
{
    public ValueList<StorageModeElement> Elements { get; } = Check.Require(
        Check.Contiguous(Elements, element => element.FillLevels, nameof(Elements)),
        Elements.All(element => element.AtOne is null == Elements[0].AtOne is null),
        "A mode is discrete or continuous over all fill levels.");

    public bool IsContinuous => Elements[0].AtOne is not null;

    /// <summary>What it does at a fill level; null where it has none there.</summary>
    public StorageModeElement? At(FiniteNumber fillLevel) => Elements.FirstOrDefault(element => element.FillLevels.Contains(fillLevel));
}

/// <summary>The modes of one actuator and the ways between them.</summary>
public sealed record ActuatorBehaviour
{
    public ActuatorBehaviour(
        int actuatorId, ValueList<StorageRunningMode> modes, ValueList<RunningModeTimer> timers, ValueList<RunningModeTransition> transitions)
    {
        ActuatorId = actuatorId;
        Modes = modes;
        Graph = new RunningModeGraph(ValueList.From(modes.Select(mode => mode.Id)), timers, transitions);
    }

    public int ActuatorId { get; }

    public ValueList<StorageRunningMode> Modes { get; }

    public RunningModeGraph Graph { get; }

    public StorageRunningMode this[int mode] => Modes.First(known => known.Id == mode);
}

/// <summary>The loss within a range of fill levels.</summary>
/// <param name="LeakageRate">Fall of the fill level per second; + is a loss.</param>
public sealed record LeakageElement(FillLevelRange FillLevels, FiniteNumber LeakageRate);

/// <summary>What a storage and its actuators can do.</summary>
/// <param name="Leakage">Without a gap; empty where nothing leaks.</param>
/// <exception cref="ArgumentException">No actuator, one twice, or leakage with a gap.</exception>
public sealed record StorageSystemDescription(
    EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom, ValueList<ActuatorBehaviour> Actuators, ValueList<LeakageElement> Leakage = default)
    : FlexibilityUpdate(Header, UpdateId, ValidFrom)
{
    public ValueList<ActuatorBehaviour> Actuators { get; } =
        Check.Unique(Check.NotEmpty(Actuators, nameof(Actuators)), actuator => actuator.ActuatorId, nameof(Actuators));

    public ValueList<LeakageElement> Leakage { get; } =
        Leakage.Count == 0 ? Leakage : Check.Contiguous(Leakage, element => element.FillLevels, nameof(Leakage));
}

/// <summary>The mode in which an actuator is.</summary>
/// <exception cref="ArgumentException">A previous mode without the moment of the transition, or the other way round; a timer twice.</exception>
public sealed record ActuatorStatus(
    int ActuatorId, int CurrentRunningMode, RunningModeFactor? Factor = null, int? PreviousRunningMode = null, DateTimeOffset? TransitionTimestamp = null,
    ValueList<TimerUpdate> Timers = default)
{
    public int? PreviousRunningMode { get; } = Check.Require(
        PreviousRunningMode, PreviousRunningMode.HasValue == TransitionTimestamp.HasValue, "A previous mode and the moment of the transition come together.");

    public ValueList<TimerUpdate> Timers { get; } = Check.Unique(Timers, timer => timer.TimerId, nameof(Timers));
}

/// <summary>How full the storage is and what its actuators do.</summary>
public sealed record StorageStatus(
    EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom, FiniteNumber CurrentFillLevel, ValueList<ActuatorStatus> Actuators = default)
    : FlexibilityUpdate(Header, UpdateId, ValidFrom)
{
    public ValueList<ActuatorStatus> Actuators { get; } = Check.Unique(Actuators, actuator => actuator.ActuatorId, nameof(Actuators));
}

/// <summary>Where the fill level should be for a while, both ends included.</summary>
/// <exception cref="ArgumentException">The lower end is above the upper.</exception>
public sealed record TargetElement(TimeSpan Duration, FiniteNumber Lower, FiniteNumber Upper)
{
    public TimeSpan Duration { get; } = Check.Positive(Duration, nameof(Duration));

    public FiniteNumber Upper { get; } = Check.Require(Upper, Lower <= Upper, $"{Lower} to {Upper} is no target.");
}

/// <summary>Where the fill level should be, piece after piece, from <see cref="FlexibilityUpdate.ValidFrom"/> on.</summary>
public sealed record StorageFillLevelTargetProfile(EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom, ValueList<TargetElement> Elements)
    : FlexibilityUpdate(Header, UpdateId, ValidFrom)
{
    public ValueList<TargetElement> Elements { get; } = Check.NotEmpty(Elements, nameof(Elements));
}

/// <summary>What will be taken out of the storage, fill level per second, from <see cref="FlexibilityUpdate.ValidFrom"/> on; + empties.</summary>
public sealed record StorageUsageForecast(EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom, Profile Usage)
    : FlexibilityUpdate(Header, UpdateId, ValidFrom);

/// <summary>Switch actuators to modes.</summary>
/// <exception cref="ArgumentException">No actuator, or one twice.</exception>
public sealed record StorageInstruction(
    EfiHeader Header, Identifier InstructionId, Identifier UpdateId, bool IsEmergency, ValueList<ActuatorInstruction> Actuators)
    : EfiInstruction(Header, InstructionId, UpdateId, IsEmergency)
{
    public ValueList<ActuatorInstruction> Actuators { get; } =
        Check.Unique(Check.NotEmpty(Actuators, nameof(Actuators)), actuator => actuator.ActuatorId, nameof(Actuators));
}

/// <param name="Factor">Of a continuous mode.</param>
/// <param name="StartTime">When the transition shall begin.</param>
public sealed record ActuatorInstruction(int ActuatorId, int RunningModeId, DateTimeOffset StartTime, RunningModeFactor? Factor = null);

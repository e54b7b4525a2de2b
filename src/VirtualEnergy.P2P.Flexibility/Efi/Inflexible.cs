namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>A device that follows people or the weather introduces itself.</summary>
public sealed record InflexibleRegistration(
    EfiHeader Header, TimeSpan InstructionProcessingDelay, DeviceDescription Device, Currency? Currency, ValueList<EfiCommodity> SupportedCommodities)
    : FlexibilityRegistration(Header, InstructionProcessingDelay, Device, Currency)
{
    public ValueList<EfiCommodity> SupportedCommodities { get; } = Check.NotEmpty(SupportedCommodities, nameof(SupportedCommodities));
}

/// <summary>What the device expects to consume or produce, from <see cref="FlexibilityUpdate.ValidFrom"/> on.</summary>
public sealed record InflexibleForecast(EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom, CommodityProfiles Profiles)
    : FlexibilityUpdate(Header, UpdateId, ValidFrom);

/// <summary>How the device can be curtailed; with no option, not at all.</summary>
/// <exception cref="ArgumentException">Two options about one quantity.</exception>
public sealed record InflexibleCurtailmentOptions(EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom, ValueList<CurtailmentOption> Options)
    : FlexibilityUpdate(Header, UpdateId, ValidFrom)
{
    public ValueList<CurtailmentOption> Options { get; } = Check.Unique(Options, option => option.Quantity, nameof(Options));
}

/// <summary>To which values a quantity can be limited.</summary>
/// <param name="MinimalDuration">How long a limit must stay before another may come, ≥ 0.</param>
/// <param name="Ranges">Apart from each other.</param>
/// <exception cref="ArgumentException">No range, or two that overlap.</exception>
public sealed record CurtailmentOption(CurtailmentQuantity Quantity, TimeSpan MinimalDuration, ValueList<CurtailmentRange> Ranges)
{
    public TimeSpan MinimalDuration { get; } = Check.NotNegative(MinimalDuration, nameof(MinimalDuration));

    public ValueList<CurtailmentRange> Ranges { get; } = Check.Require(
        Check.NotEmpty(Ranges, nameof(Ranges)),
        Ranges.OrderBy(range => range.Lower).Zip(Ranges.OrderBy(range => range.Lower).Skip(1)).All(pair => pair.First.Upper < pair.Second.Lower),
        "Ranges overlap.");

    /// <summary>True when the quantity can be limited to this value.</summary>
    public bool Allows(FiniteNumber value) => Ranges.Any(range => range.Lower <= value && value <= range.Upper);
}

/// <summary>Values to which a quantity can be limited, both ends included.</summary>
/// <exception cref="ArgumentException">The lower end is above the upper.</exception>
public sealed record CurtailmentRange(FiniteNumber Lower, FiniteNumber Upper)
{
    public FiniteNumber Upper { get; } = Check.Require(Upper, Lower <= Upper, $"{Lower} to {Upper} is no range.");
}

/// <summary>Limit a quantity, piece after piece.</summary>
public sealed record InflexibleInstruction(EfiHeader Header, Identifier InstructionId, Identifier UpdateId, bool IsEmergency, CurtailmentProfile Curtailment)
    : EfiInstruction(Header, InstructionId, UpdateId, IsEmergency);

/// <summary>Limits from a moment on, one after another.</summary>
public sealed record CurtailmentProfile(CurtailmentQuantity Quantity, DateTimeOffset StartTime, ValueList<CurtailmentProfileElement> Elements)
{
    public ValueList<CurtailmentProfileElement> Elements { get; } = Check.NotEmpty(Elements, nameof(Elements));

    /// <summary>What an option has against this profile; null when nothing.</summary>
    public string? ProblemUnder(CurtailmentOption option)
    {
        if (option.Quantity != Quantity)
        {
            return $"{Quantity} cannot be curtailed";
        }

        foreach (var element in Elements)
        {
            if (!option.Allows(element.Value))
            {
                return $"{Quantity} cannot be limited to {element.Value}";
            }

            if (element.Duration < option.MinimalDuration)
            {
                return $"a limit stays at least {option.MinimalDuration}, not {element.Duration}";
            }
        }

        return null;
    }
}

/// <param name="Duration">Longer than nothing.</param>
/// <param name="Value">In the profile's quantity.</param>
public sealed record CurtailmentProfileElement(TimeSpan Duration, FiniteNumber Value)
{
    public TimeSpan Duration { get; } = Check.Positive(Duration, nameof(Duration));
}

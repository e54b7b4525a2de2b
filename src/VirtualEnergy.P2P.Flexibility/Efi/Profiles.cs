namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>A value for a while.</summary>
/// <param name="Duration">Longer than nothing.</param>
public sealed record ProfileElement(TimeSpan Duration, Expectation Value)
{
    public TimeSpan Duration { get; } = Check.Positive(Duration, nameof(Duration));
}

/// <summary>What flows of one commodity, piece after piece: W of electricity, l/s of gas, a fill level's change per second.</summary>
/// <exception cref="ArgumentException">No piece, or some with bands and some without.</exception>
public sealed record Profile(ValueList<ProfileElement> Elements)
{
    public ValueList<ProfileElement> Elements { get; } = Check.Require(
        Check.NotEmpty(Elements, nameof(Elements)),
        Elements.All(element => element.Value.HasBands == Elements[0].Value.HasBands),
        "Either every piece has bands or none.");

    public TimeSpan Duration => Elements.Aggregate(TimeSpan.Zero, (sum, element) => sum + element.Duration);

    public bool HasBands => Elements[0].Value.HasBands;
}

/// <summary>Heat for a while; at least one of its three quantities is told.</summary>
/// <param name="Temperature">°C.</param>
/// <param name="FlowRate">l/s.</param>
/// <param name="ThermalPower">W.</param>
/// <exception cref="ArgumentException">None is told.</exception>
public sealed record HeatProfileElement(TimeSpan Duration, Expectation? Temperature, Expectation? FlowRate, Expectation? ThermalPower)
{
    public TimeSpan Duration { get; } = Check.Require(
        Check.Positive(Duration, nameof(Duration)), (Temperature ?? FlowRate ?? ThermalPower) is not null, "Heat without a quantity.");
}

/// <summary>What flows of heat, piece after piece.</summary>
public sealed record HeatProfile(ValueList<HeatProfileElement> Elements)
{
    public ValueList<HeatProfileElement> Elements { get; } = Check.NotEmpty(Elements, nameof(Elements));

    public TimeSpan Duration => Elements.Aggregate(TimeSpan.Zero, (sum, element) => sum + element.Duration);
}

/// <summary>The profiles of a device's commodities over the same time.</summary>
/// <exception cref="ArgumentException">There is no profile.</exception>
public sealed record CommodityProfiles
{
    public CommodityProfiles(Profile? electricity = null, Profile? gas = null, HeatProfile? heat = null)
    {
        if (electricity is null && gas is null && heat is null)
        {
            throw new ArgumentException("A device's profiles are of at least one commodity.", nameof(electricity));
        }

        Electricity = electricity;
        Gas = gas;
        Heat = heat;
    }

    /// <summary>W; + consumption, − production.</summary>
    public Profile? Electricity { get; }

    /// <summary>l/s.</summary>
    public Profile? Gas { get; }

    public HeatProfile? Heat { get; }

    /// <summary>That of the longest.</summary>
    public TimeSpan Duration => new[] { Electricity?.Duration ?? default, Gas?.Duration ?? default, Heat?.Duration ?? default }.Max();
}

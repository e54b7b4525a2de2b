using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>Which price an accepted step is paid.</summary>
public enum PricingRule
{
    /// <summary>Its own.</summary>
    PayAsBid,

    /// <summary>One price for all that are accepted, which is never worse than its own.</summary>
    Marginal,
}

/// <summary>
/// Everything regulatory about a market for ancillary services, as configuration: read from JSON, checked as a whole, never a constant
/// in the code. A profile is modelled on a market's rules; <see cref="Sources"/> says of each figure how well it is known.
/// </summary>
public sealed record MarketProfile
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>Periods of settlement, 15 min in both profiles that ship.</summary>
    public required PeriodGrid Grid { get; init; }

    /// <summary>The least power of an offer and of a unit, in W.</summary>
    public required long MinimumSize { get; init; }

    /// <summary>Powers of an offer are multiples of this, in W.</summary>
    public required long SizeStep { get; init; }

    /// <summary>The most steps of an offer in one direction.</summary>
    public required int MostSteps { get; init; }

    /// <summary>From the order to the first movement, in s.</summary>
    public required int PreparationSeconds { get; init; }

    /// <summary>From the first movement to the full power, in s.</summary>
    public required int RampSeconds { get; init; }

    /// <summary>The full power must be held at least this long, in s.</summary>
    public required int HoldingSeconds { get; init; }

    /// <summary>In order of time; the first is the one before which baselines freeze.</summary>
    public required ImmutableArray<GateClosure> Gates { get; init; }

    public required PricingRule Pricing { get; init; }

    public required Price PriceTick { get; init; }

    public required Price PriceFloor { get; init; }

    public required Price PriceCap { get; init; }

    /// <summary>A technical declaration reaches the operator this long before it begins to hold, in s.</summary>
    public required int DeclarationLeadSeconds { get; init; }

    /// <summary>The longest time that one declaration holds, in s.</summary>
    public required int DeclarationLongestSeconds { get; init; }

    /// <summary>Measurements go to the operator every so many seconds.</summary>
    public required int TelemetrySeconds { get; init; }

    /// <summary>The part of the ordered energy, in ‰, that may be missing without a charge.</summary>
    public required int TolerancePermille { get; init; }

    /// <summary>What energy missing beyond the tolerance is charged, in ‰ of its step's price without sign.</summary>
    public required int UndeliveredPermille { get; init; }

    /// <summary>The least charge for a kWh missing beyond the tolerance.</summary>
    public required Price UndeliveredLeast { get; init; }

    /// <summary>What the operator pays for a MW that is kept available for an hour, in µEUR; 0 where nothing is paid.</summary>
    public required Money CapacityPerMegawattHour { get; init; }

    public required BaselineRule Baseline { get; init; }

    public required ImmutableArray<UnitClass> Classes { get; init; }

    /// <summary>The market zones; empty where any code will do.</summary>
    public required ImmutableArray<string> Zones { get; init; }

    /// <summary>Where each figure comes from, in the order of the file.</summary>
    public required ImmutableArray<FigureSource> Sources { get; init; }

    /// <summary>From the order to the full power, in s.</summary>
    public int ActivationSeconds => PreparationSeconds + RampSeconds;

    public UnitClass? ClassOf(string code) => Classes.FirstOrDefault(unitClass => unitClass.Code == code);

    /// <summary>The last instant at which some session still takes an offer for a period: that of the last gate.</summary>
    public DateTimeOffset LastGate(Period period) => Gates.Max(gate => gate.Of(period, Grid));

    /// <summary>The session that takes offers for a period at an instant: the gate that closes next. Null after the last.</summary>
    public GateClosure? SessionAt(Period period, DateTimeOffset now) => Gates.Where(gate => now < gate.Of(period, Grid)).MinBy(gate => gate.Of(period, Grid));

    /// <summary>The gate before which the baseline of a day must be frozen: the first gate of the day's first period.</summary>
    public DateTimeOffset BaselineGate(MarketDay day) => Gates.Min(gate => gate.Of(day.First(Grid), Grid));
}

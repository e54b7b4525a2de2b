using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>What the ledger keeps an account of: how far one home can be moved in one period in one direction.</summary>
public readonly record struct HeadroomKey(MemberId Home, Period Period, RegulationDirection Direction) : IComparable<HeadroomKey>
{
    /// <summary>By period, then home (ordinal), then direction: the canonical order of a reservation's lines.</summary>
    public int CompareTo(HeadroomKey other)
    {
        var order = Period.CompareTo(other.Period);
        order = order != 0 ? order : Home.CompareTo(other.Home);
        return order != 0 ? order : Direction.CompareTo(other.Direction);
    }
}

/// <summary>So much of one home's headroom in one period and direction.</summary>
/// <param name="Energy">Wh, a magnitude: the direction says which way.</param>
public readonly record struct ReservedEnergy(HeadroomKey Key, Energy Energy)
{
    /// <summary>What a power held for the whole period takes of the headroom, rounded up: a promise is never smaller than what is sold.</summary>
    /// <param name="watts">W, not negative.</param>
    public static ReservedEnergy OfPower(HeadroomKey key, long watts, PeriodGrid grid)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(watts);
        return new(key, new Energy(checked(watts * grid.LengthSeconds + 3599) / 3600));
    }
}

/// <summary>How far a home says it can be moved away from its program in one period.</summary>
/// <param name="Up">Wh that its net consumption can fall.</param>
/// <param name="Down">Wh that its net consumption can rise.</param>
public readonly record struct HomeCapability(MemberId Home, Period Period, Energy Up, Energy Down);

/// <summary>The account of one key.</summary>
/// <param name="Capability">Wh that exist, as last declared.</param>
/// <param name="Local">Wh reserved for the local market.</param>
/// <param name="Grid">Wh reserved for grid-operator products.</param>
/// <param name="Ancillary">Wh reserved for the ancillary-services market.</param>
public readonly record struct HeadroomAccount(Energy Capability, Energy Local, Energy Grid, Energy Ancillary)
{
    public Energy Reserved => Local + Grid + Ancillary;

    /// <summary>What may still be promised, Wh; 0 where a capability was lowered below what is reserved.</summary>
    public Energy Free => Energy.Max(Energy.Zero, Capability - Reserved);

    /// <summary>What was promised and, after a capability was lowered, no longer exists, Wh. It must be found elsewhere or announced as missing.</summary>
    public Energy Shortfall => Energy.Max(Energy.Zero, Reserved - Capability);

    public Energy Of(ReservationChannel channel) => channel switch
    {
        ReservationChannel.LocalMarket => Local,
        ReservationChannel.GridOperator => Grid,
        _ => Ancillary,
    };

    internal HeadroomAccount With(ReservationChannel channel, Energy change) => channel switch
    {
        ReservationChannel.LocalMarket => this with { Local = Local + change },
        ReservationChannel.GridOperator => this with { Grid = Grid + change },
        _ => this with { Ancillary = Ancillary + change },
    };
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Telecontrol;

namespace VirtualEnergy.P2P.BspGateway.Live;

/// <summary>A unit as pages and API show it now. Powers in W, + consumption; what can still be given are amounts.</summary>
/// <param name="SetPointWatts">The regulation in force against the program: upward is negative.</param>
/// <param name="FreshHomes">Homes whose last measurement counts.</param>
/// <param name="MovingHomes">Homes with a set-point other than 0.</param>
public record UnitNow(
    string Id, string Zone, long MeasuredWatts, long BaselineWatts, long TargetWatts, long UpWatts, long DownWatts, long SetPointWatts,
    bool IsComplete, bool HasOrder, bool IsLimited, int Homes, int FreshHomes, int MovingHomes)
{
    /// <summary>What is owed and no home can be found for, W; 0 as a rule.</summary>
    public long MissingWatts { get; init; }

    public static UnitNow Of(UnitOptions unit, in UnitValues values, int homes, int fresh, int moving) => new(
        unit.Id, unit.Zone, values.MeasuredWatts, values.BaselineWatts, values.TargetWatts, values.UpWatts, values.DownWatts, values.SetPointWatts,
        values.IsComplete, values.HasOrder, values.IsLimited, homes, fresh, moving);
}

/// <summary>A unit with its last cycles.</summary>
/// <param name="Samples">Oldest first; each is milliseconds of Unix time, measured, program and target in W.</param>
public sealed record UnitView : UnitNow
{
    public UnitView(UnitNow now, ImmutableArray<ImmutableArray<long>> samples)
        : base(now) => Samples = samples;

    public ImmutableArray<ImmutableArray<long>> Samples { get; }
}

/// <summary>What a cycle brought of a unit.</summary>
public sealed record UnitTick(string Id, ImmutableArray<long> Sample, UnitNow Values);

/// <summary>A cycle: every unit, and the other parts that change with it.</summary>
public sealed record Tick(ImmutableArray<UnitTick> Units, object? Parts);

/// <summary>An order as it stands, at the gateway or at the simulated system operator.</summary>
/// <param name="Kind"><c>regulation</c>, <c>revocation</c>, <c>limitation</c> or <c>lift</c>.</param>
/// <param name="Watts">Of a regulation the change against the program (upward is negative), of a limitation the lowest power, else 0.</param>
/// <param name="Way"><c>IEC 104</c> or <c>HTTP</c>.</param>
/// <param name="Homes">How many homes were told.</param>
/// <param name="LastSetPointMilliseconds">From the order's acceptance until the last home had confirmed its first set-point.</param>
public sealed record OrderView(
    string Id, string Unit, string Kind, long Watts, string Way, DateTimeOffset At, string State, string? Reason,
    DateTimeOffset? Start = null, DateTimeOffset? End = null, int? Homes = null, double? LastSetPointMilliseconds = null,
    long? OrderedWh = null, long? DeliveredWh = null, long? CashMicroEur = null);

/// <summary>A connection, and whether it carries data.</summary>
/// <param name="Page">Where more is said about it, or null.</param>
public sealed record LinkView(string Id, bool IsUp, string Note, string? Page = null);

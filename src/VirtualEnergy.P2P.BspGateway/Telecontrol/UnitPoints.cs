using System.Collections.Immutable;
using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.BspGateway.Telecontrol;

/// <summary>Where a unit's values stand on the link to the system operator: the addresses of its information objects, 1 to 16,777,215.</summary>
/// <remarks>The common address is the unit's. docs/bsp.md has the table with types, units and signs.</remarks>
public sealed record UnitPoints
{
    /// <summary>Active power as measured, at all the unit's points of delivery together (13, 36).</summary>
    public int MeasuredPower { get; init; } = 1;

    /// <summary>The program: the power without any order (13, 36).</summary>
    public int Baseline { get; init; } = 2;

    /// <summary>The power that is aimed at now: the program, and what of an order is due (13, 36).</summary>
    public int Target { get; init; } = 3;

    /// <summary>By how much the power can be raised for upward regulation, 0 or more in the link's unit (13, 36).</summary>
    public int UpwardAvailability { get; init; } = 4;

    /// <summary>By how much it can be lowered for downward regulation, 0 or more in the link's unit (13, 36).</summary>
    public int DownwardAvailability { get; init; } = 5;

    /// <summary>The set-point in force, as it was taken (13, 36).</summary>
    public int SetPointInForce { get; init; } = 6;

    /// <summary>On while every home that takes part is measured (1, 30).</summary>
    public int IsComplete { get; init; } = 101;

    /// <summary>On while an order is in force (1, 30).</summary>
    public int HasOrder { get; init; } = 102;

    /// <summary>On while a limitation is in force (1, 30).</summary>
    public int IsLimited { get; init; } = 103;

    /// <summary>Energy withdrawn since the gateway's start, kWh (15, 37).</summary>
    public int Withdrawn { get; init; } = 201;

    /// <summary>Energy injected since the gateway's start, kWh (15, 37).</summary>
    public int Injected { get; init; } = 202;

    /// <summary>Regulation asked for, against the program: in the link's sign and unit, upward is positive where injection is (50, 63).</summary>
    public int SetPoint { get; init; } = 1001;

    /// <summary>"On" revokes the order in force (45, 58).</summary>
    public int Revoke { get; init; } = 1002;

    /// <summary>The most that may be injected under a limitation; it counts once the limitation is switched on (50, 63).</summary>
    public int Limit { get; init; } = 1003;

    /// <summary>"On" puts the limitation in force, "off" lifts it (46, 59).</summary>
    public int LimitSwitch { get; init; } = 1004;

    /// <summary>All of them, by name.</summary>
    public ImmutableArray<(string Name, int Address)> All =>
    [
        (nameof(MeasuredPower), MeasuredPower), (nameof(Baseline), Baseline), (nameof(Target), Target), (nameof(UpwardAvailability), UpwardAvailability),
        (nameof(DownwardAvailability), DownwardAvailability), (nameof(SetPointInForce), SetPointInForce), (nameof(IsComplete), IsComplete),
        (nameof(HasOrder), HasOrder), (nameof(IsLimited), IsLimited), (nameof(Withdrawn), Withdrawn), (nameof(Injected), Injected),
        (nameof(SetPoint), SetPoint), (nameof(Revoke), Revoke), (nameof(Limit), Limit), (nameof(LimitSwitch), LimitSwitch),
    ];

    /// <summary>What is wrong with the addresses, or null.</summary>
    public string? Fault()
    {
        if (All.FirstOrDefault(point => point.Address is < 1 or > ObjectAddress.MaxValue) is { Name: { } name, Address: var address })
        {
            return $"{name} is {address}; an object's address is 1 to {ObjectAddress.MaxValue}";
        }

        var twice = All.GroupBy(point => point.Address).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? null : $"{string.Join(" and ", twice.Select(point => point.Name))} have the same address {twice.Key}";
    }
}

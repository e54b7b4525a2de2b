using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A way in or out of a storage.</summary>
/// <param name="Kilowatts">Highest power at the terminals, kW ≥ 0; 0 where there is no such way.</param>
/// <param name="Yield">Inwards, what is stored of a kWh; outwards, what is delivered of one that is drawn. Positive.</param>
public readonly record struct StorageWay(double Kilowatts, double Yield);

/// <summary>What a storage can do for another manager, in EFI's terms; levels in kWh, and of what it stores: heat in a tank or a building.</summary>
/// <param name="Lowest">The lowest level.</param>
/// <param name="Highest">The highest, above the lowest.</param>
/// <param name="In">How it is charged.</param>
/// <param name="Out">How it delivers.</param>
/// <param name="LeakPerHour">The share of its level that it loses in an hour, 0 to 1.</param>
public sealed record StorageOffer(double Lowest, double Highest, StorageWay In, StorageWay Out, double LeakPerHour = 0)
{
    private const int LeakagePieces = 8;
    private const double SecondsAnHour = 3_600;

    internal const int Idle = 0;
    internal const int Charge = 1;
    internal const int Deliver = 2;

    /// <summary>From when on the next two are told.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Where the level should be; empty where there is no such wish.</summary>
    public ValueList<TargetElement> Target { get; init; }

    /// <summary>What leaves it whatever is told, kWh a second; empty where nothing does.</summary>
    public ValueList<ProfileElement> Usage { get; init; }

    /// <summary>The factor of a mode at a share of its highest power.</summary>
    /// <param name="share">0 to 1.</param>
    internal static double FactorOf(int mode, double share) => mode == Deliver ? 1 - share : share;

    /// <summary>The least level that is wanted at a moment; none where nothing is.</summary>
    internal double? LeastAt(DateTimeOffset moment)
    {
        var begins = From;
        foreach (var element in Target)
        {
            begins += element.Duration;
            if (moment < begins)
            {
                return element.Lower;
            }
        }

        return null;
    }

    /// <summary>Its modes: at rest, and in proportion to a factor in and out. Powers ascend with the factor, as some managers want them: out it is 1 less the share.</summary>
    /// <exception cref="ArgumentException">Levels, powers or yields that cannot be.</exception>
    internal StorageSystemDescription Describe(EfiHeader header, Identifier update)
    {
        static StorageModeData Flow(double rate, double watts) => new(rate, new CommodityRates(ElectricalPower: watts));
        StorageRunningMode Mode(int id, string label, StorageModeData lowest, StorageModeData? highest) => new(id, label, [new StorageModeElement(new FillLevelRange(Lowest, Highest), lowest, highest)]);
        List<StorageRunningMode> modes = [Mode(Idle, "idle", Flow(0, 0), null)];
        if (In.Kilowatts > 0)
        {
            modes.Add(Mode(Charge, "charge", Flow(0, 0), Flow(In.Kilowatts * In.Yield / SecondsAnHour, In.Kilowatts * 1_000)));
        }

        if (Out.Kilowatts > 0)
        {
            modes.Add(Mode(Deliver, "discharge", Flow(-Out.Kilowatts / Out.Yield / SecondsAnHour, -Out.Kilowatts * 1_000), Flow(0, 0)));
        }

        return new StorageSystemDescription(
            header,
            update,
            header.Timestamp,
            [new ActuatorBehaviour(
                0, ValueList.From(modes), [],
                ValueList.From(modes.SelectMany(_ => modes, (from, to) => (From: from.Id, To: to.Id)).Where(way => way.From != way.To).Select(way => new RunningModeTransition(way.From, way.To))))],
            Leakage());
    }

    // What leaks grows with the level; it is told in pieces, each by its middle.
    private ValueList<LeakageElement> Leakage()
    {
        if (LeakPerHour == 0)
        {
            return [];
        }

        double Border(int i) => Lowest + (Highest - Lowest) * i / LeakagePieces;
        return ValueList.From(Enumerable.Range(0, LeakagePieces).Select(i => new LeakageElement(
            new FillLevelRange(Border(i), Border(i + 1)), (Border(i) + Border(i + 1)) / 2 * LeakPerHour / SecondsAnHour)));
    }
}

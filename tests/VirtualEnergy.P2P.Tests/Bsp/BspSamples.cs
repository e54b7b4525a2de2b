using System.Globalization;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Tests.Bsp;

/// <summary>Points, units and records that the tests of the BSP side start from.</summary>
internal static class BspSamples
{
    public static readonly MarketProfile Msd = ShippedProfiles.Get(ShippedProfiles.ItalianMsd);

    public static readonly MarketProfile Mfrr = ShippedProfiles.Get(ShippedProfiles.EuropeanMfrr);

    public static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;

    /// <summary>A home that has always delivered all of it.</summary>
    public static readonly DeliveryRecord Sure = DeliveryRecord.Of([], 1, 1000);

    public static readonly UnitId Uvam = new("UVAM-SARD-1");

    public static PodCode Pod(int number) => PodCode.Parse("IT001E" + number.ToString("D8", CultureInfo.InvariantCulture));

    public static MemberId Member(int number) => new("0x" + number.ToString("x40", CultureInfo.InvariantCulture));

    /// <summary>A home in Sardinia with a plant, certified for <paramref name="watts"/> both ways, which it reaches in a minute and holds for three hours.</summary>
    public static DeliveryPoint Point(int number, long watts = 10_000) =>
        new(Pod(number), Member(number), PointKind.Mixed, "SARD", "", watts, watts, watts, 10_800, 4);

    public static UnitPortfolio Portfolio(params DeliveryPoint[] points) =>
        new(points, [new VirtualUnit(Uvam, "UVAM", "SARD", [.. points.Select(point => point.Code)])], []);

    public static VirtualUnit Unit(this UnitPortfolio portfolio) => portfolio.Unit(Uvam)!;

    /// <summary>The period that begins at an instant, as 2026-11-30T17:00:00Z.</summary>
    public static Period At(string instant) => Grid.At(Instant(instant));

    public static DateTimeOffset Instant(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    public static Hash256 Sha256(ReadOnlySpan<byte> bytes) => new(SHA256.HashData(bytes));
}

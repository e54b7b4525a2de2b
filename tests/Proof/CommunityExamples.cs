using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>A provider, homes and their words. Periods count from 10:00 on the first of December 2026, UTC.</summary>
internal static class CommunityExamples
{
    public static readonly DateTimeOffset Ten = new(2026, 12, 1, 10, 0, 0, TimeSpan.Zero);
    public static readonly Period First = PeriodGrid.QuarterHour.At(Ten);
    public static readonly EthereumKey ProviderKey = Key(1);
    public static readonly MemberId Provider = ProviderKey.Address.ToMember();
    public static readonly MarketDomain Domain = new(31337, Key(3).Address);
    public static readonly FlexibilitySigning Signing = new(Domain);

    public static EthereumKey Key(int number)
    {
        var bytes = new byte[EthereumKey.Size];
        (bytes[^2], bytes[^1]) = ((byte)(number >> 8), (byte)(number & 0xFF));
        return EthereumKey.FromBytes(bytes);
    }

    /// <summary>Home 0, 1, …: keys from 100 on.</summary>
    public static EthereumKey HomeKey(int home) => Key(100 + home);

    public static MemberId Member(int home) => HomeKey(home).Address.ToMember();

    public static HomeOptions Home(int home) => new()
    {
        Pod = PodCode.Parse($"IT001E{home + 1:00000000}"), Name = $"Home {home}", Member = Member(home), UpWatts = 4_000, DownWatts = 4_000, RampWattsPerMinute = 4_000, ConnectionWatts = 10_000,
        UpAsk = new Price(100_000), DownAsk = default,
    };

    public static Period After(int periods) => new(First.Index + periods);

    public static NetProgram Program(int home, long number, params long[] wattHours) => new(Member(home), Provider, number, First, [.. wattHours.Select(energy => new Energy(energy))]);

    /// <summary>Headroom of 800 W at 20 ct and 1,200 W at 25 ct up in spans of four periods from the one after the first on.</summary>
    public static HomeHeadroomOffer Headroom(int home, long number, int from = 1, int spans = 2) => new(
        Member(home), Provider, number, (Ten + TimeSpan.FromMinutes(30)).ToUnixTimeMilliseconds(),
        [.. Enumerable.Range(0, spans).Select(span => new FlexibilitySpan(After(from + 4 * span), 4, [new(800, new Price(200_000)), new(1_200, new Price(250_000))], [new(500, new Price(90_000))], [], []))]);

    /// <summary>What is sold of a home in periods after the first: W.</summary>
    public static List<ReservedEnergy> Sold(int home, long watts, params int[] periods) =>
        [.. periods.Select(period => ReservedEnergy.OfPower(new HeadroomKey(Member(home), After(period), RegulationDirection.Up), watts, PeriodGrid.QuarterHour))];

    public static FlexibilityReply Yes(FlexibilityOrder order) => new(order.Member, order.Bsp, order.Number, order.Id, true, 0, null, null);

    public static FlexibilityReply No(FlexibilityOrder order, string reason) => new(order.Member, order.Bsp, order.Number, order.Id, false, 0, reason, null);

    /// <summary>A reservation of periods 1 to 4 after the first.</summary>
    public static FlexibilityOrder Reservation(int home, long number, long watts, int from = 1, int periods = 4) =>
        new(Provider, Member(home), number, number, FlexibilityOrderKind.Reserve, 7, After(from), periods, watts, new Price(230_000));
}

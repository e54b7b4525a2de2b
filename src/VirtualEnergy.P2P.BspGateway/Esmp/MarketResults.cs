using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>One period of what was taken.</summary>
/// <param name="Watts">W, not negative.</param>
/// <param name="MicroEurPerKWh">What its energy is paid, µEUR per kWh, or null where that is not said.</param>
/// <param name="MicroEurPerMW">What the reserve is paid, µEUR per MW, or null.</param>
public readonly record struct AllocatedPeriod(long Watts, long? MicroEurPerKWh, long? MicroEurPerMW);

/// <summary>What was taken of a bid.</summary>
/// <param name="BidDocumentId">The bid's document, or null where the result does not say it.</param>
/// <param name="BidId">The bid.</param>
/// <param name="Direction">Up or down.</param>
/// <param name="Start">When the first period begins.</param>
/// <param name="Periods">What was taken, every period of the interval.</param>
public sealed record AllocatedReserve(string? BidDocumentId, string BidId, RegulationDirection Direction, DateTimeOffset Start, ValueList<AllocatedPeriod> Periods);

/// <summary>One period of an account, Wh in and Wh out as the document counts them, and µEUR per kWh if there is a price.</summary>
public readonly record struct AccountedPeriod(long InWattHours, long OutWattHours, long? MicroEurPerKWh);

/// <summary>One account over successive periods.</summary>
/// <param name="Id">The series.</param>
/// <param name="MeteringPoint">The metering point, or null for an account of a party or area.</param>
/// <param name="Start">When the first period begins.</param>
/// <param name="Periods">Every period of the interval.</param>
public sealed record EnergyAccount(string Id, string? MeteringPoint, DateTimeOffset Start, ValueList<AccountedPeriod> Periods);

/// <summary>A limit on the use of a bid: a grid operator's, as a rule.</summary>
/// <param name="BidDocumentId">The bid's document.</param>
/// <param name="BidDocumentRevision">Its revision.</param>
/// <param name="BidId">The bid.</param>
/// <param name="Interval">When it holds.</param>
/// <param name="MostWatts">The most that may be used, W; zero where the document gives no figure, and the bid cannot be used at all.</param>
/// <param name="Why">The reasons given.</param>
public sealed record BidLimit(string BidDocumentId, int BidDocumentRevision, string BidId, EsmpInterval Interval, long MostWatts, ValueList<EsmpReason> Why);

/// <summary>What results, accounts and availabilities say, in whole numbers; of documents that keep <see cref="EsmpRules"/>.</summary>
public static class MarketResults
{
    public static IEnumerable<AllocatedReserve> Of(AllocationResultDocument document) =>
        from series in document.Series
        from run in series.Periods
        let points = run.Points.ToDictionary(point => point.Position, point => new AllocatedPeriod(
            EsmpQuantity.Watts(point.Quantity, series.QuantityUnit)!.Value,
            (point.EnergyPrice ?? point.BidEnergyPrice) is { } energy ? EsmpQuantity.MicroEurPerKWh(energy, series.EnergyUnit!) : null,
            (point.Price ?? point.BidPrice) is { } reserve ? EsmpQuantity.MicroEurPerMW(reserve, series.PriceUnit!) : null))
        select new AllocatedReserve(series.BidDocumentId, series.BidId ?? series.MRid, ReserveOffers.DirectionOf(series.Direction), run.Interval.Start, EveryPeriod(points, run.Interval, run.Resolution));

    public static IEnumerable<EnergyAccount> Of(EnergyAccountDocument document) =>
        from series in document.Series
        from run in series.Periods
        let points = run.Points.ToDictionary(point => point.Position, point => new AccountedPeriod(
            EsmpQuantity.WattHours(point.In, series.Unit)!.Value,
            EsmpQuantity.WattHours(point.Out, series.Unit)!.Value,
            point.Price is { } price ? EsmpQuantity.MicroEurPerKWh(price, series.Unit) : null))
        select new EnergyAccount(series.MRid, series.MeteringPoint?.Value, run.Interval.Start, EveryPeriod(points, run.Interval, run.Resolution));

    public static IEnumerable<BidLimit> Of(BidAvailabilityDocument document) =>
        from bid in document.Bids
        select new BidLimit(bid.BidDocumentId, bid.BidDocumentRevision, bid.MRid, document.Interval, bid.Limit is { } limit ? EsmpQuantity.Watts(limit, bid.LimitUnit!)!.Value : 0, bid.Reasons);

    // In variable blocks a value holds until the next one; fixed blocks have one for every period, so the same holds.
    private static ValueList<T> EveryPeriod<T>(Dictionary<int, T> points, EsmpInterval interval, TimeSpan resolution)
    {
        var every = new List<T>();
        for (var position = 1; position <= interval.Length / resolution; position++)
        {
            every.Add(points.TryGetValue(position, out var value) ? value : every[^1]);
        }

        return ValueList.From(every);
    }
}

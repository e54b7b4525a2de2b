namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>A series of any document, as far as all are ruled alike.</summary>
/// <param name="MRid">The series' identification.</param>
/// <param name="VariableBlocks">True where a value holds until the next position.</param>
/// <param name="Quantity">The unit's reading of a quantity as W or Wh, or null for a unit that does not belong there.</param>
/// <param name="Runs">Its runs of periods.</param>
internal sealed record SeriesView(string MRid, bool VariableBlocks, Func<decimal, long?> Quantity, IEnumerable<RunView> Runs)
{
    /// <summary>What energy costs, in µEUR/kWh, or null; for documents with prices of energy.</summary>
    public Func<decimal, long?>? EnergyPrice { get; init; }

    /// <summary>What reserve costs, in µEUR/MW, or null; for documents with prices of reserve.</summary>
    public Func<decimal, long?>? ReservePrice { get; init; }

    public Xml.CodedId? Resource { get; init; }

    /// <summary>The series of a document; none for those without.</summary>
    public static IEnumerable<SeriesView> Of(IEsmpDocument document) => document switch
    {
        ReserveBidDocument bids => bids.Bids.Select(bid => new SeriesView(bid.MRid, false, quantity => EsmpQuantity.Watts(quantity, bid.QuantityUnit), bid.Periods.Select(run =>
            new RunView(run.Interval, run.Resolution, [.. run.Points.Select(point => new PointView(point.Position, [point.Quantity, point.MinimumQuantity], [point.EnergyPrice], [point.Price]) { Minimum = point.MinimumQuantity })])))
            {
                EnergyPrice = price => bid.Currency is null ? null : EsmpQuantity.MicroEurPerKWh(price, bid.EnergyPriceUnit ?? ""),
                ReservePrice = price => bid.Currency is null ? null : EsmpQuantity.MicroEurPerMW(price, bid.PriceUnit ?? ""),
                Resource = bid.Resource,
            }),
        ActivationDocument orders => orders.Series.Select(order => new SeriesView(order.MRid, false, quantity => EsmpQuantity.Watts(quantity, order.Unit), order.Periods.Select(run =>
            new RunView(run.Interval, run.Resolution, [.. run.Points.Select(point => new PointView(point.Position, [point.Quantity], [], []))])))
            { Resource = order.Resource }),
        AllocationResultDocument results => results.Series.Select(result => new SeriesView(result.MRid, result.CurveType == EsmpCurve.VariableBlocks, quantity => EsmpQuantity.Watts(quantity, result.QuantityUnit), result.Periods.Select(run =>
            new RunView(run.Interval, run.Resolution, [.. run.Points.Select(point => new PointView(point.Position, [point.Quantity, point.SecondaryQuantity], [point.EnergyPrice, point.BidEnergyPrice], [point.Price, point.BidPrice]))])))
            {
                EnergyPrice = price => result.Currency is null ? null : EsmpQuantity.MicroEurPerKWh(price, result.EnergyUnit ?? ""),
                ReservePrice = price => result.Currency is null ? null : EsmpQuantity.MicroEurPerMW(price, result.PriceUnit ?? ""),
                Resource = result.Resource,
            }),
        EnergyAccountDocument accounts => accounts.Series.Select(account => new SeriesView(account.MRid, account.CurveType == EsmpCurve.VariableBlocks, quantity => EsmpQuantity.WattHours(quantity, account.Unit), account.Periods.Select(run =>
            new RunView(run.Interval, run.Resolution, [.. run.Points.Select(point => new PointView(point.Position, [point.In, point.Out], [point.Price], []))])))
            { EnergyPrice = price => account.Currency is null ? null : EsmpQuantity.MicroEurPerKWh(price, account.Unit) }),
        BidAvailabilityDocument availability => availability.Bids.Select(bid => new SeriesView(bid.MRid, false, _ => null, [])),
        _ => [],
    };
}

/// <summary>A run of periods of any series.</summary>
internal sealed record RunView(EsmpInterval Interval, TimeSpan Resolution, PointView[] Points);

/// <summary>One period of any series.</summary>
internal sealed record PointView(int Position, decimal?[] Quantities, decimal?[] EnergyPrices, decimal?[] ReservePrices)
{
    /// <summary>The least that can be taken of the first quantity.</summary>
    public decimal? Minimum { get; init; }
}

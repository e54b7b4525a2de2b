using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Efi.Bidding;

/// <summary>The bid of a device that follows people or the weather: what it expects; where it can, it produces no more than it must at prices below nothing.</summary>
public sealed class InflexibleBid : EfiBid
{
    private readonly InflexibleCurtailmentOptions? _options;
    private readonly FiniteNumber? _limit;
    private readonly DateTimeOffset _at;
    private readonly TimeSpan _period;

    private InflexibleBid(DemandCurve curve, InflexibleCurtailmentOptions? options, FiniteNumber? limit, DateTimeOffset at, TimeSpan period)
        : base(curve)
    {
        _options = options;
        _limit = limit;
        _at = at;
        _period = period;
    }

    /// <summary>The bid; null where the forecast says nothing about electricity in the period.</summary>
    public static InflexibleBid? Of(InflexibleForecast forecast, InflexibleCurtailmentOptions? options, DateTimeOffset at, TimeSpan period, MarketBasis basis)
    {
        if (forecast.Profiles.Electricity is not { } profile || at < forecast.ValidFrom || at - forecast.ValidFrom >= profile.Duration)
        {
            return null;
        }

        var watts = Averages.Over(profile, at - forecast.ValidFrom, period);
        var limit = watts < 0 ? LeastProduction(options, watts, at, period) : null;
        var demands = new Demand[basis.PriceSteps];
        for (var step = 0; step < demands.Length; step++)
        {
            demands[step] = DemandOf(limit is { } least && basis.PriceOf(step) < 0 ? least : watts);
        }

        return new InflexibleBid(DemandCurve.Create(basis, demands), options, limit, at, period);
    }

    /// <inheritdoc/>
    public override EfiInstruction? InstructionAt(long price, Identifier instructionId) => _limit is { } limit && Curve.Basis.PriceOf(Curve.Basis.IndexOf(price)) < 0
        ? new InflexibleInstruction(_options!.Header, instructionId, _options.UpdateId, false, new CurtailmentProfile(
            CurtailmentQuantity.ElectricityPower, _at, [new CurtailmentProfileElement(_period, limit)]))
        : null;

    // The smallest production to which it can be limited, if that is less than it expects.
    private static FiniteNumber? LeastProduction(InflexibleCurtailmentOptions? options, double watts, DateTimeOffset at, TimeSpan period) =>
        options is null || options.ValidFrom > at ? null
        : options.Options.Where(option => option.Quantity == CurtailmentQuantity.ElectricityPower && option.MinimalDuration <= period)
            .SelectMany(option => option.Ranges)
            .Where(range => range.Lower <= 0)
            .Select(range => (FiniteNumber?)Math.Min(0, range.Upper.Value))
            .Where(limit => limit > watts)
            .Max();
}

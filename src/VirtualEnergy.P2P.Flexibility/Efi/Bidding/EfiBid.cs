using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Efi.Bidding;

/// <summary>What a device takes at each price in the coming period, by what it has told, and what it is instructed at the price that comes.</summary>
/// <remarks>
/// The curve holds only what the device can really do: modes that a transition leads to and no timer blocks, that exist at the fill level and do
/// not leave its range, starts that meet the deadline, limits that were offered.
/// </remarks>
public abstract class EfiBid
{
    /// <summary>A device that tells of more power than this, 100 MW, has no bid: no home has it.</summary>
    public const double MostWattsOfHome = 100_000_000;

    private protected EfiBid(DemandCurve curve) => Curve = curve;

    /// <summary>W at each price step; + consumption, − production.</summary>
    public DemandCurve Curve { get; }

    /// <summary>What the device is told at a price; null when it shall go on as it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The price is outside the basis.</exception>
    public abstract EfiInstruction? InstructionAt(long price, Identifier instructionId);

    /// <summary>The bid of a device; null while it has not told what one needs to know.</summary>
    /// <param name="at">When the period begins, and instructions start.</param>
    /// <param name="period">How long it lasts.</param>
    /// <param name="basis">Prices in µEUR/kWh.</param>
    public static EfiBid? Of(EfiDevice device, DateTimeOffset at, TimeSpan period, MarketBasis basis) => device switch
    {
        _ when MostWatts(device) > MostWattsOfHome => null,
        { Offer: StorageSystemDescription description, StorageStatus: { } status } when description.ValidFrom <= at =>
            StorageBid.Of(description, status, device.Target, at, period, basis),
        { Offer: AdjustableSystemDescription description, AdjustableStatus: { } status } when description.ValidFrom <= at =>
            AdjustableBid.Of(description, status, at, period, basis),
        { Offer: ShiftableUpdate job } => device.Instructions.Values.Any(progress => !progress.IsOver()) ? null : ShiftableBid.Of(job, at, period, basis),
        { Registration: InflexibleRegistration, Forecast: { } forecast } => InflexibleBid.Of(forecast, device.Offer as InflexibleCurtailmentOptions, at, period, basis),
        _ => null,
    };

    internal static Demand DemandOf(double watts) => new(checked((long)Math.Round(watts * Demand.NanoWattsPerWatt, MidpointRounding.AwayFromZero)));

    private static double MostWatts(EfiDevice device)
    {
        static double Most(IEnumerable<CommodityRates?> rates) => rates.Max(rate => Math.Abs(rate?.ElectricalPower ?? 0.0));
        static double MostOf(Profile? profile) => profile?.Elements.Max(element => Math.Abs(element.Value.Expected)) ?? 0;
        return Math.Max(MostOf(device.Forecast?.Profiles.Electricity), device.Offer switch
        {
            StorageSystemDescription description => description.Actuators.Sum(actuator =>
                Most(actuator.Modes.SelectMany(mode => mode.Elements).SelectMany(element => new[] { element.AtZero.Rates, element.AtOne?.Rates }))),
            AdjustableSystemDescription description => Most(description.Modes.SelectMany(mode => new[] { mode.AtZero.Rates, mode.AtOne?.Rates })),
            ShiftableUpdate job => job.Steps.SelectMany(step => step.Alternatives).Max(way => MostOf(way.Profiles.Electricity)),
            _ => 0,
        });
    }
}

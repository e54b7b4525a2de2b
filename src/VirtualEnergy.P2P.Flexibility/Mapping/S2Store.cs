using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>
/// A storage under fill-rate-based control that is a battery: one actuator that charges and delivers electricity at any power up to its highest, in a mode each or in one for both.
/// Such a one is planned by what its fill is worth; every other storage has a bid of its own (<see cref="S2Bid"/>).
/// </summary>
/// <remarks>
/// Ranges go with the factor either way: some devices tell what they deliver as 0 to −5 kW, others, whose libraries want ranges to ascend, as −5 kW to 0.
/// What a unit of the fill level holds is not told, but follows: charging takes a Wh of electricity a unit and delivering gives b, so that √(b/a)
/// arrives each way and a unit holds √(ab).
/// </remarks>
public sealed class S2Store
{
    /// <summary>No home's battery holds more, Wh.</summary>
    private const double MostWattHours = 10_000_000;
    private const double MicroEurPerEur = 1_000_000;

    private readonly Identifier _actuator;
    private readonly Way _charge;
    private readonly Way _deliver;
    private readonly ImmutableArray<(Identifier Mode, double Factor)> _idle;

    private S2Store(Identifier actuator, Way charge, Way deliver, ImmutableArray<(Identifier Mode, double Factor)> idle, BatteryDescription battery) =>
        (_actuator, _charge, _deliver, _idle, Battery) = (actuator, charge, deliver, idle, battery);

    /// <summary>Its data; <see cref="BatteryDescription.InitialFill"/> is what is in it now.</summary>
    public BatteryDescription Battery { get; }

    /// <summary>The battery that a device tells of; null where it is none, follows a target of its own, or has not told enough.</summary>
    /// <param name="at">When it shall be told something.</param>
    public static S2Store? Of(S2Resource resource, DateTimeOffset at)
    {
        if (resource.Selected != ControlType.FillRateBasedControl || resource.Storage.At(at) is not { Actuators: [var actuator] } description
            || resource.StorageStatus is not { } status || resource.StateOf(actuator.Id).Mode is null || (resource.Target is { } target && IsOpen(target, at)))
        {
            return null;
        }

        var range = description.Storage.FillLevelRange;
        var modes = actuator.OperationModes.Where(mode => !mode.AbnormalConditionOnly).ToList();
        var ways = modes.SelectMany(mode => Way.Of(mode, range)).ToList();
        var (charge, deliver) = (ways.Where(way => way is { Watts: > 0, Rate: > 0 }).MaxBy(way => way.Watts), ways.Where(way => way is { Watts: < 0, Rate: < 0 }).MinBy(way => way.Watts));
        if (charge is null || deliver is null)
        {
            return null;
        }

        var (taken, given) = (charge.WattHoursAUnit, deliver.WattHoursAUnit);
        var (unit, share) = (Math.Sqrt(taken * given), Math.Sqrt(given / taken));
        var capacity = (range.EndOfRange - range.StartOfRange) * unit;
        if (!(capacity is >= 1 and <= MostWattHours) || !(share is >= 0.1 and <= 1 + 1e-9) || charge.Watts > PowerProfile.MostWatts || deliver.Watts < -PowerProfile.MostWatts)
        {
            return null;
        }

        var efficiency = new Efficiency((int)Math.Clamp(Math.Round(share * 1e6), 1, 1_000_000));
        var whole = new Energy((long)capacity);
        var battery = new BatteryDescription(
            whole, (long)charge.Watts, (long)-deliver.Watts, efficiency, efficiency,
            initialFill: Energy.Max(Energy.Zero, Energy.Min(whole, new Energy((long)((status.PresentFillLevel - range.StartOfRange) * unit))))) { Wear = charge.Wear };
        var idle = modes.Where(mode => mode.Elements.All(element => element is { FillRate: { StartOfRange.Value: 0, EndOfRange.Value: 0 } })).Select(mode => (mode.Id, 0.0));
        return new S2Store(actuator.Id, charge, deliver, [.. idle, (charge.Mode, charge.FactorFor(0)), (deliver.Mode, deliver.FactorFor(0))], battery);
    }

    /// <summary>What the device is told so that an energy flows over a period: instructions of which the first that it can follow is sent; the last leaves it at rest.</summary>
    /// <param name="energy">Wh at its terminals; + charge, − delivery.</param>
    /// <param name="at">When it begins.</param>
    /// <param name="nextId">Gives ids for messages and instructions.</param>
    public ImmutableArray<FrbcInstruction> InstructionsFor(Energy energy, DateTimeOffset at, TimeSpan period, Func<Identifier> nextId)
    {
        FrbcInstruction Instruction(Identifier mode, double factor) => new(nextId(), nextId(), at, false, _actuator, mode, factor);
        var watts = energy.WattHours / period.TotalHours;
        var rest = _idle.Select(one => Instruction(one.Mode, one.Factor));
        var way = watts > 0 ? _charge : _deliver;
        return watts == 0 ? [.. rest] : [Instruction(way.Mode, way.FactorFor(watts)), .. rest];
    }

    private static bool IsOpen(FrbcFillLevelTargetProfile target, DateTimeOffset at) =>
        (at - target.StartTime).TotalMilliseconds < target.Elements.Sum(element => (double)element.Duration.Milliseconds);

    // From nothing to the highest power in one direction, by a factor that goes with it, at every fill level that the storage may have.
    private sealed record Way(Identifier Mode, double Watts, double Rate, double Nothing, double Full, Price Wear)
    {
        private const double Nearly = 1e-9;

        public double WattHoursAUnit => Watts / (3600 * Rate);

        /// <summary>The factor at a power, W; at the highest where that is less.</summary>
        public double FactorFor(double watts) => Math.Clamp(Nothing + (Full - Nothing) * Math.Min(1, watts / Watts), 0, 1);

        public static IEnumerable<Way> Of(FrbcOperationMode mode, NumberRange range)
        {
            if (mode.Elements is not [var element] || element.FillLevelRange.StartOfRange > range.StartOfRange || element.FillLevelRange.EndOfRange < range.EndOfRange)
            {
                yield break;
            }

            var (atZero, atOne) = (Power(element, atOne: false), Power(element, atOne: true));
            double rateAtZero = element.FillRate.StartOfRange, rateAtOne = element.FillRate.EndOfRange;
            var nothing = -atZero / (atOne - atZero);
            if (!(nothing is >= 0 and <= 1) || Math.Abs(rateAtZero + (rateAtOne - rateAtZero) * nothing) > Nearly * Math.Max(Math.Abs(rateAtZero), Math.Abs(rateAtOne)))
            {
                yield break; // no power at which nothing flows, or something flows without power
            }

            foreach (var (full, watts, rate) in new[] { (0.0, atZero, rateAtZero), (1.0, atOne, rateAtOne) }.Where(end => end.Item2 != 0))
            {
                yield return new Way(mode.Id, watts, rate, nothing, full, WearOf(element, watts));
            }
        }

        private static Price WearOf(FrbcOperationModeElement element, double watts)
        {
            var costs = element.RunningCosts is { } told ? Math.Abs(told.StartOfRange + told.EndOfRange) / 2 : 0;
            return costs * 3600 * 1000 / Math.Abs(watts) * MicroEurPerEur is > 0 and < Planning.StoreStage.Scarcity and var wear ? new Price((long)wear) : BatteryDescription.UsualWear;
        }

        private static double Power(FrbcOperationModeElement element, bool atOne) =>
            element.PowerRanges.Where(one => Quantities.IsElectric(one.CommodityQuantity)).Sum(one => (double)(atOne ? one.EndOfRange : one.StartOfRange));
    }
}

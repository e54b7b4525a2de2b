using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>
/// A storage under fill-rate-based control that is a battery: one actuator that charges and delivers electricity in proportion to its factor. Such a
/// one is planned by what its fill is worth; every other storage has a bid of its own (<see cref="S2Bid"/>).
/// </summary>
/// <remarks>
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
    private readonly ImmutableArray<Identifier> _idle;

    private S2Store(Identifier actuator, Way charge, Way deliver, ImmutableArray<Identifier> idle, BatteryDescription battery) =>
        (_actuator, _charge, _deliver, _idle, Battery) = (actuator, charge, deliver, idle, battery);

    /// <summary>Its data; <see cref="BatteryDescription.InitialFill"/> is what is in it now.</summary>
    public BatteryDescription Battery { get; }

    /// <summary>The battery that a device tells of; null where it is none, follows a target of its own, or has not told enough.</summary>
    /// <param name="at">When it shall be told something.</param>
    public static S2Store? Of(S2Resource resource, DateTimeOffset at)
    {
        if (resource.Selected != ControlType.FillRateBasedControl || resource.Storage.At(at) is not { Actuators: [var actuator] } description
            || resource.StorageStatus is not { } status || resource.StateOf(actuator.Id).Mode is null || resource.Target is not null)
        {
            return null;
        }

        var range = description.Storage.FillLevelRange;
        var modes = actuator.OperationModes.Where(mode => !mode.AbnormalConditionOnly).ToList();
        var ways = modes.Select(mode => Way.Of(mode, range)).OfType<Way>().ToList();
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
        var idle = modes.Where(mode => mode.Elements.All(element => element is { FillRate: { StartOfRange.Value: 0, EndOfRange.Value: 0 } })).Select(mode => mode.Id);
        return new S2Store(actuator.Id, charge, deliver, [.. idle, charge.Mode, deliver.Mode], battery);
    }

    /// <summary>What the device is told so that an energy flows over a period: instructions of which the first that it can follow is sent; the last leaves it at rest.</summary>
    /// <param name="energy">Wh at its terminals; + charge, − delivery.</param>
    /// <param name="at">When it begins.</param>
    /// <param name="nextId">Gives ids for messages and instructions.</param>
    public ImmutableArray<FrbcInstruction> InstructionsFor(Energy energy, DateTimeOffset at, TimeSpan period, Func<Identifier> nextId)
    {
        FrbcInstruction Instruction(Identifier mode, double factor) => new(nextId(), nextId(), at, false, _actuator, mode, factor);
        var watts = energy.WattHours / period.TotalHours;
        var rest = _idle.Select(mode => Instruction(mode, 0));
        return watts == 0 ? [.. rest] : [Instruction((watts > 0 ? _charge : _deliver).Mode, Math.Min(1, watts / (watts > 0 ? _charge : _deliver).Watts)), .. rest];
    }

    // A mode that does in proportion to its factor what it does at 1, at every fill level that the storage may have.
    private sealed record Way(Identifier Mode, double Watts, double Rate, Price Wear)
    {
        public double WattHoursAUnit => Watts / (3600 * Rate);

        public static Way? Of(FrbcOperationMode mode, NumberRange range)
        {
            if (mode.Elements is not [var element] || element.FillLevelRange.StartOfRange > range.StartOfRange || element.FillLevelRange.EndOfRange < range.EndOfRange
                || element.FillRate.StartOfRange != 0 || Power(element, atOne: false) != 0)
            {
                return null;
            }

            var watts = Power(element, atOne: true);
            var costs = element.RunningCosts is { } told ? Math.Abs(told.StartOfRange + told.EndOfRange) / 2 : 0;
            var wear = watts == 0 ? 0 : costs * 3600 * 1000 / Math.Abs(watts) * MicroEurPerEur;
            return new Way(mode.Id, watts, element.FillRate.EndOfRange, wear is > 0 and < Planning.StoreStage.Scarcity ? new Price((long)wear) : BatteryDescription.UsualWear);
        }

        private static double Power(FrbcOperationModeElement element, bool atOne) =>
            element.PowerRanges.Where(one => Quantities.IsElectric(one.CommodityQuantity)).Sum(one => (double)(atOne ? one.EndOfRange : one.StartOfRange));
    }
}

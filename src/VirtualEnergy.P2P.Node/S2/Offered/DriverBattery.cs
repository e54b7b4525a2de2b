using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A real battery of the home, or a car's, reached by its driver, as it is offered over S2.</summary>
/// <remarks>Every order ends by itself after <see cref="DriverOrders.Lasts"/>: a battery whose manager, or whose node, is gone is its own master again.</remarks>
/// <param name="drivers">The home's.</param>
/// <param name="id">As in the book.</param>
/// <param name="time">Until when an order holds.</param>
/// <param name="journeys">Of a car, by the member's calendar, in order.</param>
public sealed class DriverBattery(HomeDrivers drivers, string id, TimeProvider time, ImmutableArray<Journey> journeys) : IStorageBehind
{
    private const double UsualEfficiency = 0.95;

    /// <inheritdoc/>
    public bool IsThere => drivers.Now(id) is not null;

    /// <inheritdoc/>
    public double? FillLevel => drivers.Now(id) is { Device.CapacityWattHours: { } capacity, Reading: { IsEstimated: false, FillPermille: { } fill } } ? capacity * (fill / 1e6) : null;

    /// <inheritdoc/>
    public double? Watts => drivers.Now(id) is { Reading: { IsEstimated: false, Watts: { } watts } } ? watts : null;

    /// <summary>What it can do, by its own word; null while it does not say.</summary>
    public StorageOffer? Offer => drivers.Now(id) is { Device: { CapacityWattHours: > 0, ReservePermille: < 1_000, ChargeWatts: >= 0, DischargeWatts: >= 0 } device }
        && device.ChargeWatts + device.DischargeWatts > 0 && device.Abilities.HasFlag(DeviceAbilities.Charges) ? OfferOf(device) : null;

    /// <inheritdoc/>
    public ValueTask<string?> RunAsync(double? watts, CancellationToken stop) =>
        drivers.TellAsync(id, new ChargeOrder(watts is { } told ? (long)Math.Round(told) : null, time.GetUtcNow() + DriverOrders.Lasts), stop);

    private StorageOffer OfferOf(HomeDevice device)
    {
        var (capacity, reserve) = (device.CapacityWattHours!.Value, device.CapacityWattHours.Value * device.ReservePermille / 1_000);
        var offer = new StorageOffer(
            reserve / 1e3, capacity / 1e3, new StorageWay(device.ChargeWatts!.Value / 1e3, UsualEfficiency), new StorageWay(device.DischargeWatts!.Value / 1e3, UsualEfficiency));
        if (journeys.IsEmpty || device.ChargeWatts == 0)
        {
            return offer;
        }

        var car = new CarStore(id, new Energy(capacity), device.ChargeWatts.Value, journeys, new Energy(reserve), new Energy(capacity)) { Charging = UsualEfficiency };
        return offer.With(car, car.Grid.At(time.GetUtcNow()));
    }
}

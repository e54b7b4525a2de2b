using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>Cars, heat pumps and water heaters of a home, <c>equipment</c> in <c>home.json</c>: what the agent plans beside the battery and the appliances.</summary>
public sealed record EquipmentSource
{
    private const int MostOfAKind = 4;

    public ImmutableArray<CarSource> Cars { get; init; } = [];

    public ImmutableArray<HeatPumpSource> HeatPumps { get; init; } = [];

    public ImmutableArray<WaterHeaterSource> WaterHeaters { get; init; } = [];

    /// <summary>The stores, with what a calendar says of them for a span.</summary>
    /// <param name="first">First period of the span.</param>
    /// <param name="last">Last one.</param>
    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public ImmutableArray<StoreModel> Open(Period first, Period last)
    {
        foreach (var (key, count) in new[] { ("cars", Cars.Length), ("heatPumps", HeatPumps.Length), ("waterHeaters", WaterHeaters.Length) })
        {
            if (count > MostOfAKind)
            {
                throw new UserErrorException($"equipment.{key}: {count} are more than a home has; {MostOfAKind} are possible.");
            }
        }

        var days = LocalDays.Between(first, last);
        return
        [
            .. Cars.Select(car => car.Open(days)),
            .. HeatPumps.Select(pump => pump.Open(first, last)),
            .. WaterHeaters.Select(heater => heater.Open(days, first, last)),
        ];
    }

    internal static T Checked<T>(string key, string name, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException($"equipment.{key}: {name}: {error.Message}", error);
        }
    }

    internal static double Within(string key, string name, string what, double value, double least, double most, string unit) => value >= least && value <= most
        ? value : throw new UserErrorException(FormattableString.Invariant($"equipment.{key}: {name}: {what} is {value}; {least} to {most} {unit} are possible."));
}

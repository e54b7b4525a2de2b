using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Node.Drivers.Batteries;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>A number on the home's broker.</summary>
public sealed record NumberSource
{
    public required string Topic { get; init; }

    /// <summary>Where in the JSON, names divided by points; left out, the payload is the number.</summary>
    public string Path { get; init; } = "";
}

/// <summary>A battery that is controlled by a number on the home's broker, <c>devices.batteries</c> in <c>home.json</c>.</summary>
public sealed record BatterySource
{
    public required string Name { get; init; }

    /// <summary>The name under which the home plans it.</summary>
    public string Role { get; init; } = PlannedHome.Battery;

    /// <summary>How full it is, %.</summary>
    public required NumberSource Fill { get; init; }

    /// <summary>What flows, W.</summary>
    public NumberSource? Power { get; init; }

    /// <summary>Where its power is set, W.</summary>
    public required string Command { get; init; }

    /// <summary>The command is JSON with the power under this name; left out, it is the number alone.</summary>
    public string? CommandField { get; init; }

    public required long CapacityWattHours { get; init; }

    public required long ChargeWatts { get; init; }

    public required long DischargeWatts { get; init; }

    /// <summary>What stays in it, %.</summary>
    public int ReservePercent { get; init; }

    /// <summary>For one that counts discharging as positive.</summary>
    public bool Invert { get; init; }

    /// <summary>Whether it is a car's: then it leaves, and is to be ready by then. Its journeys are those of the car of that name in <c>equipment</c>, and what it did before.</summary>
    public bool Car { get; init; }

    /// <summary>Where the car says whether it is connected; left out, five minutes without a word of its fill say that it is not.</summary>
    public NumberSource? Connected { get; init; }

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public MappedBattery Open()
    {
        if (Name.Length is 0 or > 64 || Role.Length is 0 or > 64 || CommandField is { Length: 0 or > 64 })
        {
            throw new UserErrorException($"devices.batteries: \"{Name}\": a name of 1 to 64 characters is needed, and so are role and commandField where they are there.");
        }

        if (CapacityWattHours is < 100 or > 1_000_000 || ChargeWatts is < 0 or > 100_000 || DischargeWatts is < 0 or > 100_000 || ReservePercent is < 0 or > 100)
        {
            throw new UserErrorException($"devices.batteries: {Name}: 100 to 1000000 capacityWattHours, 0 to 100000 chargeWatts and dischargeWatts and 0 to 100 reservePercent are possible.");
        }

        if (Car ? ChargeWatts == 0 : Connected is not null)
        {
            throw new UserErrorException($"devices.batteries: {Name}: a car needs chargeWatts, and connected is for a car (\"car\": true).");
        }

        PublishedNumber Number(string key, NumberSource source) => new(DeviceSources.Topic($"batteries: {Name}: {key}", source.Topic), source.Path);
        return new MappedBattery(Name, Role, Number("fill", Fill), DeviceSources.Topic($"batteries: {Name}: command", Command))
        {
            CapacityWattHours = CapacityWattHours,
            ChargeWatts = ChargeWatts,
            DischargeWatts = DischargeWatts,
            ReservePermille = ReservePercent * 10,
            Power = Power is { } power ? Number("power", power) : null,
            CommandField = CommandField,
            Invert = Invert,
            IsCar = Car,
            Connected = Connected is { } connected ? Number("connected", connected) : null,
        };
    }
}

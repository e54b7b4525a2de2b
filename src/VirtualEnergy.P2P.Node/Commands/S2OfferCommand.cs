using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Offered;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve s2 offer</c> and <c>ve s2 battery</c>: a device of the home that another energy manager can run, simulated or real.</summary>
internal static class S2OfferCommand
{
    /// <summary>A real device says what it is within this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static Command Offer()
    {
        var device = new Argument<string?>("device") { Description = "Its name in the home's configuration, or a real one's id as ve devices shows it; left out, those that can be offered are listed.", Arity = ArgumentArity.ZeroOrOne };
        var config = new Option<string>("--config") { Description = "The home's configuration file.", DefaultValueFactory = _ => "home.json" };
        var by = new Option<string?>("--by") { Description = "Of an appliance: it is loaded now, and to be done by then, local time; left out, it runs as its household's days have it.", HelpName = "18:00" };
        var pairing = new S2PairingOptions(null);
        var command = new Command("offer", """
            Be a device of the home that an S2 energy manager can run: pair with it by its code, then connect, and come back after a loss. It says every minute how it is, is its own master
            when the manager is gone, and is away while a car is.
            Battery, car, heat pump, water heater and freezer are filled, plants are limited, appliances started, light and a combined heat and power unit switched. What the configuration describes is simulated; a real battery, car or inverter that a driver reaches
            does what the manager says in place of the home's plan: it is to be in no plan of a node that runs.
            Examples: ve s2 offer --config home.json
                      ve s2 offer car --code AAECAwQFBgcI
                      ve s2 offer photovoltaics --pair https://192.168.1.5:8443/pairing/ --code AAECAwQFBgcI
                      ve s2 offer "washing machine" --by 18:00 --wait
                      ve s2 offer car
                      ve s2 offer roof/inverter --config home.json --code AAECAwQFBgcI --json
            """) { device, config, by };
        pairing.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (time, path) = (TimeProvider.System, parsed.GetValue(config)!);
            if (parsed.GetValue(device) is not { } name)
            {
                List(path, OfferedDevice.Of(Described(HomeConfig.Read(path), time), time), pairing.IsJson(parsed));
                return 0;
            }

            await pairing.OfferAsync(parsed, cancel => OpenAsync(path, name, parsed.GetValue(by), time, cancel), time, stop).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    public static Command Battery()
    {
        var config = new Option<string?>("--config") { Description = "The home's configuration file, with --device: a battery of the home is offered, as ve s2 offer does." };
        var device = new Option<string?>("--device") { Description = "Which battery, by its name in the configuration or its id as ve devices shows it; it is to be in no plan of a node that runs.", HelpName = "roof/battery" };
        var capacity = new Option<double>("--capacity") { Description = "kWh of a simulated one.", DefaultValueFactory = _ => 10 };
        var power = new Option<double>("--power") { Description = "kW each way of a simulated one.", DefaultValueFactory = _ => 5 };
        var pairing = new S2PairingOptions("s2-battery.json");
        var command = new Command("battery", """
            Be a battery that an S2 energy manager can run: pair with it by its code, then connect, and come back after a loss. It tells every minute how full it is.
            A simulated one of any size without a configuration; ve s2 offer offers every device of a home.
            Examples: ve s2 battery --code AAECAwQFBgcI
                      ve s2 battery --pair https://192.168.1.5:8443/pairing/ --code AAECAwQFBgcI
                      ve s2 battery --wait
                      ve s2 battery
                      ve s2 battery --config home.json --device roof/battery --code AAECAwQFBgcI
            """) { config, device, capacity, power };
        pairing.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var time = TimeProvider.System;
            var simulated = Simulated(Within("--capacity", parsed.GetValue(capacity)), Within("--power", parsed.GetValue(power)), time);
            await pairing.OfferAsync(
                parsed,
                cancel => (parsed.GetValue(config), parsed.GetValue(device)) switch
                {
                    (null, null) => Task.FromResult(new OpenOffer(simulated, null)),
                    (null, _) => throw new UserErrorException("--device needs --config: the home's configuration names its devices."),
                    (_, null) => throw new UserErrorException("--config needs --device, as ve devices shows its id."),
                    ({ } path, { } name) => OpenAsync(path, name, null, time, cancel),
                },
                time,
                stop).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static OfferedDevice Simulated(double kilowattHours, double kilowatts, TimeProvider time)
    {
        var (capacity, watts) = (new Energy((long)Math.Round(kilowattHours * 1_000)), (long)Math.Round(kilowatts * 1_000));
        var model = new BatteryStore("Battery", new BatteryDescription(capacity, watts, watts, initialFill: new Energy(capacity.WattHours / 2)));
        return OfferedDevice.Of(OfferedIdentity.Simulated("Battery", "battery"), new SimulatedStorage(model, time), time);
    }

    // What the configuration describes goes first: a real one's id has a driver in front.
    private static async Task<OpenOffer> OpenAsync(string path, string name, string? by, TimeProvider time, CancellationToken stop)
    {
        var home = HomeConfig.Read(path);
        var planned = Described(home, time);
        if (planned.Home.Appliances.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase)) is { } appliance)
        {
            return new OpenOffer(OfferedDevice.Of(appliance, Jobs(appliance, by, time.GetUtcNow()), time), null);
        }

        if (by is not null)
        {
            throw new UserErrorException($"--by {by}: {name} is no appliance.");
        }

        var described = OfferedDevice.Of(planned, time);
        if (described.FirstOrDefault(one => string.Equals(one.Who.Name, name, StringComparison.OrdinalIgnoreCase)) is { } simulated)
        {
            return new OpenOffer(simulated, null);
        }

        if (home.Devices is not { } sources)
        {
            throw new UserErrorException($"{name}: {path} has no such device that can be offered; it has {string.Join(", ", described.Select(one => one.Who.Name))}, and names no real devices.");
        }

        var drivers = new HomeDrivers(
            sources.Open(home.HomeBroker?.Open(), home.HomeBroker?.Prefix ?? NodeTopics.DefaultPrefix, $"ve-s2-{time.GetTimestamp():x}", time, NullLogger.Instance), new DeviceBook(time, NullLogger.Instance), time, NullLogger.Instance);
        drivers.Start();
        try
        {
            for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < Patience;)
            {
                if (OfferedDevice.Of(drivers, name, planned, time) is { } real)
                {
                    return new OpenOffer(real, drivers);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop).ConfigureAwait(false);
            }

            throw new UserErrorException($"{name}: no battery, car or inverter of that id is there and says what it holds and what power it takes or gives; ve devices lists them.");
        }
        catch
        {
            await drivers.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static ImmutableArray<ApplianceJob> Jobs(ApplianceDescription appliance, string? by, DateTimeOffset now)
    {
        if (by is null)
        {
            ImmutableArray<ApplianceJob> ahead = [.. ApplianceJob.Of(appliance).Where(job => job.LatestStart(0) >= now)];
            return ahead.IsEmpty ? throw new UserErrorException($"{appliance.Name} has no run ahead in its household's days; load it now and say when it is to be done, as --by 18:00.") : ahead;
        }

        var time = TimeOnly.TryParseExact(by, "HH:mm", out var clock) ? clock : throw new UserErrorException($"--by {by}: write a time of day, as 18:00.");
        var job = Enumerable.Range(0, 2).Select(days => LocalDays.Of(PeriodGrid.QuarterHour.At(now)).AddDays(days))
            .Select(day => ApplianceJob.Of(appliance, "job", now, PeriodGrid.QuarterHour.StartOf(LocalDays.At(day, time)))).First(one => one.By > now);
        return job.LatestStart(0) >= now ? [job] : throw new UserErrorException($"--by {by}: {appliance.Name} takes {job.By - job.LatestStart(0):h\\:mm} hours, which is longer than until then.");
    }

    private static PlannedHome Described(HomeConfig home, TimeProvider time) => home.Plan(home.Household.Open(), time.GetUtcNow());

    private static void List(string path, ImmutableArray<OfferedDevice> devices, bool asJson)
    {
        var shown = devices.Select(one => (one.Who, Control: S2Shown.Word(one.Open(Identifier.Unknown).Control)));
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(shown.Select(one => new { name = one.Who.Name, type = one.Who.Type, model = one.Who.Model, control = one.Control })));
            return;
        }

        foreach (var (who, control) in shown)
        {
            Console.WriteLine($"{OnceLog.Shown(who.Name)}  {who.Model}  {control}");
        }

        if (devices.IsEmpty)
        {
            Console.WriteLine($"{path} describes no device that can be offered. Real ones are offered by their ids: ve devices lists them.");
        }
    }

    private static double Within(string option, double value) => value is > 0 and <= 1_000_000 ? value : throw new UserErrorException($"{option} {value}: more than 0, at most 1,000,000.");
}

using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Recognition;
using VirtualEnergy.P2P.Node.S2;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve devices</c>: what is in the house, found by the drivers that <c>home.json</c> names.</summary>
internal static class DevicesCommand
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var config = new Option<string?>("--config") { Description = "The home's configuration file." };
        var wait = new Option<int>("--wait") { Description = "Seconds to look and listen, at most.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var command = new Command("devices", """
            Show the home's real devices: what is there, what it last said, what the agent may do with it, and what happens to it by default.
            Looks and listens for some seconds and changes nothing; where all devices are asked and none announces itself, until all have answered. A meter that is silent is estimated and marked.
            Devices that speak S2 are those that are paired; how they are says the node that runs by the same configuration on this machine.
            Examples: ve devices --config home.json
                      ve devices --config home.json --wait 30 --json
                      ve devices override car on --for 2h --config home.json
                      ve devices simulate --sun 3000
            """) { config, wait, json, SimulateCommand(), OverrideCommand.Create() };
        command.SetAction(async (parsed, cancellation) =>
        {
            var seconds = parsed.GetValue(wait);
            if (seconds is < 1 or > 600)
            {
                throw new UserErrorException($"--wait {seconds}: 1 to 600 seconds.");
            }

            var path = parsed.GetValue(config) ?? throw new UserErrorException("--config FILE is missing: the home's configuration names its devices.");
            var home = HomeConfig.Read(path);
            if (home is { Devices: null, S2: null })
            {
                throw new UserErrorException($"{path}: names no devices and no s2; see ve node run --help.");
            }

            var found = home.Devices is null ? [] : await FindAsync(home, home.Devices, TimeSpan.FromSeconds(seconds), TimeProvider.System, cancellation).ConfigureAwait(false);
            var (known, isRunning) = home.S2 is { } s2 ? await S2PairCommand.KnownAsync(s2.Folder, cancellation).ConfigureAwait(false) : ([], false);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(ToJson(found, known, isRunning));
            }
            else
            {
                Show(found, known, isRunning, home.Devices is not null);
            }

            return 0;
        });
        return command;
    }

    private static Command SimulateCommand()
    {
        var port = new Option<int>("--port") { Description = "Where it listens, on loopback; 0 takes a free port.", DefaultValueFactory = _ => 1502 };
        var sun = new Option<int>("--sun") { Description = "What the sun gives, W.", DefaultValueFactory = _ => 2_000 };
        var load = new Option<int>("--load") { Description = "What the home draws, W.", DefaultValueFactory = _ => 400 };
        var fill = new Option<int>("--fill") { Description = "How full the battery is, %.", DefaultValueFactory = _ => 50 };
        var command = new Command("simulate", """
            Be a simulated inverter with battery and meter that speaks SunSpec, until stopped: to try the driver without a device.
            Examples: ve devices simulate --sun 3000 --fill 80
            """) { port, sun, load, fill };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(port) is < 0 or > 65_535 || parsed.GetValue(sun) is < 0 or > 20_000 || parsed.GetValue(load) is < 0 or > 20_000 || parsed.GetValue(fill) is < 0 or > 100)
            {
                throw new UserErrorException("--port is 0 to 65535, --sun and --load 0 to 20000 W, --fill 0 to 100 %.");
            }

            await using var device = new Drivers.SunSpec.SimulatedSunSpecDevice(NullLogger.Instance);
            device.Set(parsed.GetValue(sun), parsed.GetValue(load), parsed.GetValue(fill) * 10);
            try
            {
                device.Start(parsed.GetValue(port));
            }
            catch (System.Net.Sockets.SocketException error)
            {
                throw new UserErrorException($"--port {parsed.GetValue(port)}: {error.Message}; 0 takes a free one.", error);
            }

            Console.WriteLine($"A simulated SunSpec device listens on 127.0.0.1:{device.Port}.");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        });
        return command;
    }

    private static async Task<ImmutableArray<DeviceState>> FindAsync(HomeConfig config, DeviceSources sources, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var log = new FirstProblem();
        var broker = config.HomeBroker?.Open();
        await using var drivers = new HomeDrivers(
            sources.Open(broker, config.HomeBroker?.Prefix ?? Drivers.HomeAssistant.NodeTopics.DefaultPrefix, $"ve-devices-{time.GetTimestamp():x}", time, log),
            new DeviceBook(time, NullLogger.Instance), time, log);
        drivers.Start();
        var started = time.GetTimestamp();
        while (!drivers.HasLooked && time.GetElapsedTime(started) < wait)
        {
            await Task.Delay(Glance, time, cancellation).ConfigureAwait(false);
        }

        foreach (var problem in log.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        return drivers.Book.All();
    }

    private static void Show(ImmutableArray<DeviceState> devices, ImmutableArray<S2Shown> known, bool isRunning, bool hasDrivers)
    {
        if (devices.IsEmpty && known.IsEmpty)
        {
            Console.WriteLine(hasDrivers ? "No device was found. Is the home's broker right, and do the devices publish? --wait gives them more time."
                : "No device that speaks S2 is paired: ve s2 code shows a code for one while the node runs, and ve s2 pair takes a device's own.");
            return;
        }

        foreach (var line in DevicesText.Lines(devices, known, isRunning))
        {
            Console.WriteLine(line);
        }
    }

    private static string ToJson(ImmutableArray<DeviceState> devices, ImmutableArray<S2Shown> known, bool isRunning) => JsonSerializer.Serialize(
        devices.Select(Shown).Concat(known.Select(device => (object)new
        {
            id = $"s2/{device.Name}",
            name = device.Name,
            driver = "s2",
            model = device.Model,
            isThere = device.IsThere,
            problem = device.IsThere ? null : isRunning ? "not connected" : "no node runs",
            may = device.Control is { } control ? [control] : Array.Empty<string>(),
            byDefault = "its own control",
            reading = !device.IsThere ? null : new { watts = device.Watts, fillPermille = device.FillPermille },
        })));

    private static object Shown(DeviceState state) => new
    {
        id = state.Device.Id,
        name = state.Device.Name,
        driver = state.Device.Driver,
        kind = DevicesText.Word(state.Device.Kind),
        model = state.Device.Model,
        isThere = state.IsThere,
        problem = state.Problem,
        may = DevicesText.May(state.Device.Abilities),
        byDefault = state.Device.Default,
        looksLike = state.LooksLike == ApplianceKind.Unknown ? null : DevicesText.Word(state.LooksLike),
        role = state.Device.Role,
        ratedWatts = state.Device.RatedWatts,
        capacityWattHours = state.Device.CapacityWattHours,
        reading = state.Reading is not { } said ? null : new
        {
            at = said.At,
            watts = said.Watts,
            importedWattHours = said.ImportedWattHours,
            exportedWattHours = said.ExportedWattHours,
            fillPermille = said.FillPermille,
            isOn = said.IsOn,
            isEstimated = said.IsEstimated,
        },
    };
}

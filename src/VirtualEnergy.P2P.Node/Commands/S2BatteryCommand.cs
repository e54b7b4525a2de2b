using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Connect;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve s2 battery</c>: a simulated battery that an energy manager can run.</summary>
internal static class S2BatteryCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "Where the pairing is kept.", DefaultValueFactory = _ => "s2-battery.json" };
        var pair = new Option<string?>("--pair") { Description = "The manager's pairing address, at the first start; left out, the one manager that is found on the home's network.", HelpName = "https://…/pairing/" };
        var code = new Option<string?>("--code") { Description = "The code that the manager shows." };
        var capacity = new Option<double>("--capacity") { Description = "kWh.", DefaultValueFactory = _ => 10 };
        var power = new Option<double>("--power") { Description = "kW each way.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print each event as a JSON object in a line." };
        var command = new Command("battery", """
            Be a simulated battery that an S2 energy manager can run: pair with it by its code, then connect, and come back after a loss.
            It tells every minute how full it is.
            Examples: ve s2 battery --code k7mwp4qz
                      ve s2 battery --pair https://192.168.1.5:8443/pairing/ --code k7mwp4qz
                      ve s2 battery
            """) { file, pair, code, capacity, power, json };
        command.SetAction(async (parsed, stop) =>
        {
            var time = TimeProvider.System;
            var path = parsed.GetValue(file)!;
            using var random = RandomNumberGenerator.Create();
            var self = new NodeDescription(Uuid.From(random), "VirtualEnergy P2P", "battery", "simulated battery", EnergyManagementRole.Rm);
            var (kilowattHours, kilowatts) = (Within("--capacity", parsed.GetValue(capacity)), Within("--power", parsed.GetValue(power)));
            var pairing = (parsed.GetValue(pair), parsed.GetValue(code)) switch
            {
                (null, null) => Read(path),
                ({ } address, { } word) => await new ConnectClient(self).PairAsync(AddressOf(address), word, stop).ConfigureAwait(false),
                (null, { } word) => await new ConnectClient(self).PairAsync(await FoundAsync(stop).ConfigureAwait(false), word, stop).ConfigureAwait(false),
                _ => throw new UserErrorException("--pair needs --code: the manager shows both."),
            };
            Keep(path, pairing);

            var events = new S2Events(Console.Out, parsed.GetValue(json), time);
            var battery = new SimulatedBattery(new Identifier(pairing.ClientNodeId.ToString()), kilowattHours, kilowatts, 0.95, time);
            S2Connection? current = null;
            var manager = new S2ResourceManager(
                cancel => ConnectClient.SessionAsync(pairing, changed =>
                {
                    Keep(path, pairing = changed);
                    return ValueTask.CompletedTask;
                }, cancel),
                battery.Details,
                (connection, news) =>
                {
                    current = connection;
                    events.Of("manager", news);
                    battery.Hear(connection, news);
                    return ValueTask.CompletedTask;
                },
                time,
                Random.Shared)
            {
                Lost = (reason, wait) => events.Note("battery", wait == Timeout.InfiniteTimeSpan ? reason : $"not connected: {reason} Again in {wait.TotalSeconds:0.#} s."),
            };
            await using var telling = time.CreateTimer(
                _ =>
                {
                    if (current is { IsEstablished: true } connection)
                    {
                        battery.Tell(connection);
                    }
                }, null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
            events.Note("battery", $"{kilowattHours} kWh, {kilowatts} kW; the manager is at {pairing.Sessions}");
            await manager.RunAsync(stop).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task<Uri> FoundAsync(CancellationToken stop) =>
        await S2FindCommand.FindAsync(EnergyManagementRole.Cem, null, TimeSpan.FromSeconds(3), stop).ConfigureAwait(false) switch
        {
            [var only] => only.Pairing,
            [] => throw new UserErrorException("No energy manager was found on the home's network: name it by --pair https://192.168.1.5:8443/pairing/."),
            var several => throw new UserErrorException($"{several.Length} energy managers were found: choose one by --pair, {string.Join(" or ", several.Take(4).Select(one => one.Pairing.AbsoluteUri))}."),
        };

    private static Uri AddressOf(string text) => Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps
        ? address : throw new UserErrorException($"--pair {text}: write the manager's pairing address, as https://192.168.1.5:8443/pairing/.");

    private static double Within(string option, double value) => value is > 0 and <= 1_000_000 ? value : throw new UserErrorException($"{option} {value}: more than 0, at most 1,000,000.");

    private static ManagerPairing Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ConnectJson.Default.ManagerPairing) is { AccessTokens.IsDefault: false } pairing
                ? pairing : throw new JsonException("no access tokens");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserErrorException($"--file {path}: not paired yet ({fault.Message}); pair with --pair and --code.");
        }
    }

    private static void Keep(string path, ManagerPairing pairing)
    {
        try
        {
            PrivateFile.Write(path, file => JsonSerializer.Serialize(file, pairing, ConnectJson.Default.ManagerPairing));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--file {path}: {fault.Message}");
        }
    }
}

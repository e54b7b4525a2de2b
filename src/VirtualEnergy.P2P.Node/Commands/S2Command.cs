using System.CommandLine;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.S2.Connect;
using VirtualEnergy.P2P.Node.S2.Discovery;
using VirtualEnergy.P2P.Node.S2;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve s2</c>: devices that speak S2, from both sides.</summary>
internal static class S2Command
{
    private static readonly Option<string> Folder = new("--folder") { Description = "Where certificate and paired devices are kept; made when it is not there.", DefaultValueFactory = _ => "s2" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print each event as a JSON object in a line." };

    public static Command Create() => new("s2", "Devices that speak S2 (EN 50491-12-2): be their energy manager, list and unpair them, or be such a device.") { Manager(), S2FindCommand.Create(), S2PairCommand.Code(Folder, Json), S2PairCommand.Pair(Folder, Json), Devices(), Unpair(), S2OfferCommand.Offer(), S2OfferCommand.Battery() };

    private static Command Manager()
    {
        var listen = new Option<string>("--listen") { Description = "Address and port.", DefaultValueFactory = _ => "127.0.0.1:8443" };
        var host = new Option<string?>("--host") { Description = "Name or address under which devices reach this machine, when it listens on all (0.0.0.0)." };
        var pair = new Option<bool>("--pair") { Description = "Show a code for pairing one device, good for five minutes." };
        var token = new Option<string[]>("--token") { Description = "A device that knows no pairing, by a name, and the file whose first line is its bearer token. As often as needed.", HelpName = "NAME=FILE" };
        var command = new Command("manager", """
            Be the energy manager of devices that speak S2, over wss, and show what they say. Paired devices come back by themselves.
            With --pair a code is shown: type it in at the device, with the pairing address. A device that shows a code itself is paired by ve s2 pair, and one that knows no pairing comes by a token.
            Examples: ve s2 manager --listen 0.0.0.0:8443 --host 192.168.1.5 --pair
                      ve s2 manager --token "garage battery=garage.token"
            """) { listen, host, pair, token, Folder, Json };
        command.SetAction(async (parsed, stop) =>
        {
            var time = TimeProvider.System;
            var endpoint = S2Source.EndpointOf("--listen", parsed.GetValue(listen)!);
            var name = S2Source.HostFor("--host", parsed.GetValue(listen)!, parsed.GetValue(host));
            using var random = RandomNumberGenerator.Create();
            using var folder = S2Folder.Open(parsed.GetValue(Folder)!, time, random);
            var doors = new S2Doors(time);
            foreach (var (device, secret) in S2Source.TokensOf("--token", (parsed.GetValue(token) ?? []).Select(NamedFile)))
            {
                doors.Admit(device, secret);
            }

            var desk = folder.Desk(doors, time, random);
            var events = new S2Events(Console.Out, parsed.GetValue(Json), time);
            await using var manager = await StartAsync(new S2Listening(endpoint, folder.Certificate, name), doors, events, desk, random, time, stop).ConfigureAwait(false);
            var pairing = ConnectEndpoints.PairingAt(manager.Address);
            await using var announcer = S2Announcer.Start(endpoint, pairing, folder.Self.Id, folder.Self.Brand, time, NullLogger.Instance);
            await using var door = new S2Door(folder, desk, endpoint, manager.Address, () => S2Shown.All(folder.Paired, manager.Devices, time.GetUtcNow()), random, time);
            if (door.Start() is { } why)
            {
                events.Note("manager", $"ve s2 pair and ve s2 code do not reach it: {why}");
            }

            desk.Prepared = new PreparedOnce(events).Tell;
            events.Note("manager", $"listens at {manager.Address}, certificate {folder.Fingerprint}; {folder.Paired.All.Count} devices are paired");
            if (parsed.GetValue(pair))
            {
                events.Note("manager", $"pair at {pairing} with code {desk.IssueCode()}, within five minutes");
            }

            await Stopped.WaitAsync(stop).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static KeyValuePair<string, string> NamedFile(string text) => text.Split('=', 2) is [var name, { Length: > 0 } file]
        ? KeyValuePair.Create(name, file) : throw new UserErrorException($"--token {text}: write the device's name and the file with its token, as garage=garage.token.");

    private static Command Devices()
    {
        var command = new Command("devices", """
            List the devices that are paired.
            Example: ve s2 devices --folder s2 --json
            """) { Folder, Json };
        command.SetAction(parsed =>
        {
            using var folder = Open(Existing(parsed), TimeProvider.System);
            foreach (var node in folder.Paired.All)
            {
                Console.WriteLine(parsed.GetValue(Json)
                    ? System.Text.Json.JsonSerializer.Serialize(new { id = node.Id, name = node.Name, brand = node.Description.Brand, type = node.Description.Type, model = node.Description.ModelName })
                    : string.Concat($"{node.Name ?? "(not here yet)"}  {node.Description.Brand} {node.Description.ModelName} ({node.Description.Type})  {node.Id}".Where(character => !char.IsControl(character))));
            }

            return 0;
        });
        return command;
    }

    private static Command Unpair()
    {
        var device = new Argument<string>("device") { Description = "Its name or its id, as ve s2 devices shows them." };
        var command = new Command("unpair", """
            Forget a device. A manager that runs, or a node, notices within seconds and ends its session.
            Examples: ve s2 unpair "garage battery"
                      ve s2 unpair 0d9f3c54-6a86-4a0e-9d0d-3f0f5c1a7e02
            """) { device, Folder };
        command.SetAction(parsed =>
        {
            using var folder = Open(Existing(parsed), TimeProvider.System);
            var named = parsed.GetValue(device)!;
            var id = folder.Paired.All.FirstOrDefault(node => string.Equals(node.Name, named, StringComparison.OrdinalIgnoreCase) || node.Id.ToString() == named)?.Id;
            return id is { } known && folder.Paired.Remove(known) ? 0 : throw new UserErrorException($"{named}: no such device is paired; ve s2 devices lists them.");
        });
        return command;
    }

    private static S2Folder Open(string path, TimeProvider time)
    {
        using var random = RandomNumberGenerator.Create();
        return S2Folder.Open(path, time, random);
    }

    private static string Existing(ParseResult parsed) => Directory.Exists(parsed.GetValue(Folder)) ? parsed.GetValue(Folder)!
        : throw new UserErrorException($"--folder {parsed.GetValue(Folder)}: it is not there; ve s2 manager makes one.");

    private static async Task<S2EnergyManager> StartAsync(S2Listening listening, S2Doors doors, S2Events events, ConnectDesk desk, RandomNumberGenerator random, TimeProvider time, CancellationToken stop)
    {
        try
        {
            return await S2EnergyManager.StartAsync(
                listening,
                doors,
                S2House.Preference,
                (device, news) =>
                {
                    events.Of(NameOf(device, desk), news);
                    return ValueTask.CompletedTask;
                },
                time,
                random,
                connect: desk,
                ended: (device, why) => events.Note(NameOf(device, desk), $"parted: {why}"),
                stop: stop).ConfigureAwait(false);
        }
        catch (IOException fault)
        {
            throw new UserErrorException($"--listen {listening.Listen}: {fault.Message}");
        }
    }

    private static string NameOf(S2Device device, ConnectDesk desk) =>
        DeviceNames.Of(device, desk.Paired) ?? desk.Paired.All.FirstOrDefault(node => node.Id.ToString() == device.Device)?.Description.ModelName ?? device.Device;

    /// <summary>Tells of devices that are about to be paired, each once, and of so many at most: anybody in the home may say that.</summary>
    private sealed class PreparedOnce(S2Events events)
    {
        private const int Most = 64;

        private readonly HashSet<Guid> _told = [];

        public void Tell(NodeDescription device, bool hasCode)
        {
            lock (_told)
            {
                if (_told.Count < Most && _told.Add(device.Id))
                {
                    events.Note("manager", $"{device.Brand} {device.ModelName} is about to be paired: {(hasCode ? "type the code in there" : "ve s2 code shows a code for it")}");
                }
            }
        }
    }
}

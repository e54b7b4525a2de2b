using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Connect;
using VirtualEnergy.P2P.Node.S2.Offered;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>A device that is to be offered, with what it needs as long as it is.</summary>
/// <param name="Device">The device.</param>
/// <param name="Behind">Its drivers; null for a simulated one.</param>
internal sealed record OpenOffer(OfferedDevice Device, IAsyncDisposable? Behind) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Behind?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>How a device of ours is paired with its energy manager, and where that is kept.</summary>
internal sealed class S2PairingOptions(string? usualFile)
{
    private readonly Option<string?> _file = new("--file") { Description = $"Where the pairing is kept; left out, {usualFile ?? "s2-DEVICE.json"}." };
    private readonly Option<string?> _pair = new("--pair") { Description = "The manager's pairing address, at the first start; left out, the one manager that is found on the home's network.", HelpName = "https://…/pairing/" };
    private readonly Option<string?> _code = new("--code") { Description = "The code that the manager shows." };
    private readonly Option<bool> _wait = new("--wait") { Description = "Show a code of its own, and wait at the manager for five minutes until it is typed in there: ve s2 pair." };
    private readonly Option<bool> _json = new("--json") { Description = "Print each event as a JSON object in a line." };

    private readonly Option<string?> _manager = new("--manager") { Description = "A manager that knows no pairing: the address of its sessions.", HelpName = "wss://…/s2" };
    private readonly Option<string?> _token = new("--token") { Description = "With --manager: a file whose first line is the bearer token that it wants.", HelpName = "FILE" };
    private readonly Option<string?> _fingerprint = new("--fingerprint") { Description = "With --manager: SHA-256 of its certificate, where no public authority signed it.", HelpName = "HEX" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _file, _pair, _code, _wait, _manager, _token, _fingerprint, _json })
        {
            command.Add(option);
        }
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Pairs where that is asked for, and offers the device until it is stopped.</summary>
    /// <param name="open">Finds the device.</param>
    /// <exception cref="UserErrorException">It cannot be found, or paired.</exception>
    public async Task OfferAsync(ParseResult parsed, Func<CancellationToken, Task<OpenOffer>> open, TimeProvider time, CancellationToken stop)
    {
        var events = new S2Events(Console.Out, parsed.GetValue(_json), time);
        using var random = RandomNumberGenerator.Create();
        await using var offer = await open(stop).ConfigureAwait(false);
        var who = offer.Device.Who;
        if (parsed.GetValue(_manager) is { } fixedManager)
        {
            var known = KnownManager.Of(fixedManager, parsed.GetValue(_token), parsed.GetValue(_fingerprint));
            events.Note(who.Type, $"{who.Name}, {who.Model}; the manager is at {known.Address}");
            await new OfferRun(offer.Device, Identifier.Named($"{who.Maker}/{who.Model}/{who.Name}"), _ => ValueTask.FromResult(known), events, random, time).RunAsync(stop).ConfigureAwait(false);
            return;
        }

        if (parsed.GetValue(_token) is not null || parsed.GetValue(_fingerprint) is not null)
        {
            throw new UserErrorException("--token and --fingerprint are for a manager that knows no pairing: name it by --manager.");
        }

        var self = new NodeDescription(Uuid.From(random), who.Maker, who.Type, who.Model, EnergyManagementRole.Rm);
        var (path, address) = (parsed.GetValue(_file) ?? usualFile ?? FileOf(who.Name), parsed.GetValue(_pair));
        var pairing = (parsed.GetValue(_code), parsed.GetValue(_wait)) switch
        {
            (null, false) when address is null => Read(path),
            ({ } word, false) => await new ConnectClient(self, random).PairAsync(await ManagerAsync(address, stop).ConfigureAwait(false), word, stop).ConfigureAwait(false),
            (null, true) => await WaitAsync(await ManagerAsync(address, stop).ConfigureAwait(false), self, random, events, time, stop).ConfigureAwait(false),
            _ => throw new UserErrorException("--pair needs --code, which the manager shows, or --wait: not both."),
        };
        Keep(path, pairing);
        events.Note(who.Type, $"{who.Name}, {who.Model}; the manager is at {pairing.Sessions}");
        await new OfferRun(
            offer.Device,
            new Identifier(pairing.ClientNodeId.ToString()),
            cancel => ConnectClient.SessionAsync(
                pairing,
                changed =>
                {
                    Keep(path, pairing = changed); // each session has a new token
                    return ValueTask.CompletedTask;
                },
                cancel),
            events,
            random,
            time).RunAsync(stop).ConfigureAwait(false);
    }

    // A name may be anything; a file's is plain.
    private static string FileOf(string name) => $"s2-{string.Concat(name.Select(letter => char.IsLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-'))}.json";

    private static async Task<ManagerPairing> WaitAsync(Uri manager, NodeDescription self, RandomNumberGenerator random, S2Events events, TimeProvider time, CancellationToken stop)
    {
        var token = PairingToken.New(random);
        events.Note(self.Type, $"waits at {manager}: type code {token.Text} in there within five minutes, ve s2 pair {token.Text}");
        using var limit = new CancellationTokenSource(ConnectDesk.CodeLasts, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await new WaitingDevice(self, token, random, time) { Told = what => events.Note(self.Type, what) }.WaitAsync(manager, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new UserErrorException("Nobody typed the code in within five minutes; start it again for a new one.");
        }
    }

    private static async Task<Uri> ManagerAsync(string? address, CancellationToken stop) => address is null ? await FoundAsync(stop).ConfigureAwait(false) : AddressOf(address);

    private static async Task<Uri> FoundAsync(CancellationToken stop) =>
        await S2FindCommand.FindAsync(EnergyManagementRole.Cem, null, TimeSpan.FromSeconds(3), stop).ConfigureAwait(false) switch
        {
            [var only] => only.Pairing,
            [] => throw new UserErrorException("No energy manager was found on the home's network: name it by --pair https://192.168.1.5:8443/pairing/."),
            var several => throw new UserErrorException($"{several.Length} energy managers were found: choose one by --pair, {string.Join(" or ", several.Take(4).Select(one => one.Pairing.AbsoluteUri))}."),
        };

    private static Uri AddressOf(string text) => Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps
        ? address : throw new UserErrorException($"--pair {text}: write the manager's pairing address, as https://192.168.1.5:8443/pairing/.");

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

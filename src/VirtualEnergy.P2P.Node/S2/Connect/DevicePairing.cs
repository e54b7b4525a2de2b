using System.Collections.Immutable;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2.Discovery;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>A device that a manager can pair with by the device's own code.</summary>
/// <param name="Name">What it says of itself; nothing in it is certain before it is paired.</param>
/// <param name="Waits">Its id, where it waits at the manager; null where it is a server.</param>
/// <param name="Address">Its pairing address, where it is a server; null where it waits.</param>
public sealed record DeviceCandidate(string Name, Guid? Waits = null, Uri? Address = null);

/// <summary>Pairs devices that show a code of their own, on a display or a sticker: those that wait at the manager, and those that are servers themselves.</summary>
/// <param name="desk">The manager's.</param>
/// <param name="find">Looks for devices on the home's network.</param>
/// <param name="random">Makes challenges and tokens; a source of chance that nobody can foresee.</param>
public sealed class DevicePairing(ConnectDesk desk, Func<CancellationToken, Task<ImmutableArray<S2Endpoint>>> find, RandomNumberGenerator random)
{
    /// <summary>Who can be paired with now: those that wait, and those that are found.</summary>
    public async Task<ImmutableArray<DeviceCandidate>> CandidatesAsync(CancellationToken stop) =>
    [
        .. desk.Waiting.Devices.Select(device => new DeviceCandidate(device.UserDefinedName ?? $"{device.Brand} {device.ModelName}", device.Id, null)),
        .. (await find(stop).ConfigureAwait(false)).Select(endpoint => new DeviceCandidate(endpoint.Name ?? endpoint.Host, null, endpoint.Pairing)),
    ];

    /// <summary>Pairs with a device that waits here, or that is found, by the code that it shows.</summary>
    /// <param name="named">Its name, id or address, as <see cref="CandidatesAsync"/> has it; null takes the only one.</param>
    /// <param name="sessions">Where the manager's sessions begin.</param>
    /// <returns>What it says of itself.</returns>
    /// <exception cref="UserErrorException">There is no such device, more than one, or it does not know the code.</exception>
    public async Task<string> PairAsync(PairingCode code, string? named, Uri sessions, CancellationToken stop)
    {
        if (named is not null && Uri.TryCreate(named.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps)
        {
            return await PairAtAsync(address, code, sessions, stop).ConfigureAwait(false);
        }

        var all = await CandidatesAsync(stop).ConfigureAwait(false);
        var chosen = all.Where(one => named is null || string.Equals(one.Name, named, StringComparison.OrdinalIgnoreCase) || one.Waits?.ToString() == named).ToList();
        switch (chosen)
        {
            case [{ Waits: { } id, Name: var name }]:
                await desk.PairWaitingAsync(id, name, code.Token, stop).ConfigureAwait(false);
                return name;
            case [{ Address: { } at }]:
                return await PairAtAsync(at, code, sessions, stop).ConfigureAwait(false);
            case []:
                throw new UserErrorException(named is null ? "No device waits to be paired, and none is found on the home's network: is it switched on? Name its pairing address, if it has one."
                    : $"{named}: no such device waits or is found; {(all.IsEmpty ? "nor any other" : $"there is {string.Join(", ", all.Select(one => one.Name))}")}.");
            default:
                throw new UserErrorException($"{chosen.Count} devices could be meant, {string.Join(", ", chosen.Take(8).Select(one => $"{one.Name} ({one.Waits?.ToString() ?? one.Address!.AbsoluteUri})"))}: name one.");
        }
    }

    private async Task<string> PairAtAsync(Uri pairing, PairingCode code, Uri sessions, CancellationToken stop)
    {
        try
        {
            using var http = ConnectHttp.WithAnybody();
            var attempt = await PairingAttempt.BeginAsync(http, pairing, desk.Self, code, EnergyManagementRole.Rm, random, stop).ConfigureAwait(false);
            var token = SessionDesk.NewToken(random);
            await attempt.PostDetailsAsync(new ConnectionDetails(sessions, token, new() { [ConnectJson.HashingAlgorithm] = desk.Fingerprint.ToArray() }), stop).ConfigureAwait(false);

            // Before the end, since the device comes at once.
            var before = desk.Paired.Find(attempt.Other.Id);
            desk.Keep(attempt.Other, token);
            try
            {
                await attempt.FinalizeAsync(true, stop).ConfigureAwait(false);
                return attempt.Other.UserDefinedName ?? $"{attempt.Other.Brand} {attempt.Other.ModelName}";
            }
            catch
            {
                desk.Restore(attempt.Other.Id, before);
                throw;
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is TaskCanceledException && !stop.IsCancellationRequested))
        {
            throw new UserErrorException($"{pairing}: {fault.Message}", fault);
        }
    }
}

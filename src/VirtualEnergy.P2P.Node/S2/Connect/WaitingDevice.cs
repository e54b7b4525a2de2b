using System.Net;
using System.Security.Cryptography;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>A device that listens nowhere and shows a code of its own: waits at a manager until somebody has typed that in there.</summary>
/// <remarks>Source: S2 Connect 1.0.0, long-polling.</remarks>
/// <param name="self">Who the device is.</param>
/// <param name="token">Its code.</param>
/// <param name="random">Makes its challenges.</param>
/// <param name="time">For pauses when the manager is away.</param>
public sealed class WaitingDevice(NodeDescription self, PairingToken token, RandomNumberGenerator random, TimeProvider time)
{
    /// <summary>A manager answers within 25 s; the specification has it waited for at least 30.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);

    /// <summary>Pause after a failure, and the least between two requests that were answered with nothing to do.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told what happens meanwhile.</summary>
    public Action<string> Told { get; init; } = _ => { };

    /// <summary>Waits until it is paired.</summary>
    /// <param name="manager">Its address for those who wait, without a version.</param>
    /// <exception cref="UserErrorException">The manager lets nobody wait.</exception>
    public async Task<ManagerPairing> WaitAsync(Uri manager, CancellationToken stop)
    {
        using var http = ConnectHttp.WithAnybody(Patience);
        var next = new WaitForPairing(self.Id);
        while (true)
        {
            var asked = next;
            next = new WaitForPairing(self.Id);
            try
            {
                var address = await http.VersionAsync(manager, stop).ConfigureAwait(false);
                var (status, todo) = await http.AskAsync(
                    new Uri(address, "waitForPairing"), [asked], ConnectJson.Default.WaitForPairingArray, ConnectJson.Default.WaitInstructionArray, stop).ConfigureAwait(false);
                if (status is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound)
                {
                    throw new UserErrorException($"{manager}: it lets no device wait ({(int)status}); pair by the code that the manager shows.");
                }

                switch (todo?.FirstOrDefault(one => one.ClientNodeId == self.Id)?.Action)
                {
                    case WaitActions.RequestPairing when await PairAsync(manager, stop).ConfigureAwait(false) is { } pairing:
                        return pairing;
                    case WaitActions.SendNodeDescription:
                        next = new WaitForPairing(self.Id, self, new EndpointDescription());
                        continue;
                    case WaitActions.PreparePairing:
                        Told("the manager is about to pair");
                        break;
                }
            }
            catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !stop.IsCancellationRequested))
            {
                Told($"{manager}: {fault.Message}");
            }

            await Task.Delay(Pause, time, stop).ConfigureAwait(false);
        }
    }

    // Where somebody has typed in another code, or the manager fails meanwhile, it goes on waiting.
    private async Task<ManagerPairing?> PairAsync(Uri manager, CancellationToken stop)
    {
        try
        {
            return await new ConnectClient(self, random).PairAsync(manager, new PairingCode(null, token), stop).ConfigureAwait(false);
        }
        catch (UserErrorException fault)
        {
            Told(fault.Message);
            return null;
        }
    }
}

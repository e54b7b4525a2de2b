using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>What a device keeps of its pairing.</summary>
/// <param name="Sessions">Where sessions begin.</param>
/// <param name="AccessTokens">Newest first; more than one only where it is not known which of them the manager took.</param>
/// <param name="Fingerprint">SHA-256 of the certificate that is trusted.</param>
public sealed record ManagerPairing(Uri Sessions, Guid ServerNodeId, Guid ClientNodeId, ImmutableArray<string> AccessTokens, string Fingerprint);

/// <summary>A device's side of S2 Connect in a home network: pairs with a manager by a code, and gets a token for each session.</summary>
/// <param name="self">Who the device is.</param>
/// <param name="random">Makes its challenges; a source of chance that nobody can foresee.</param>
public sealed class ConnectClient(NodeDescription self, RandomNumberGenerator random)
{
    /// <summary>Pairs by what a person has typed in.</summary>
    /// <param name="pairing">The manager's pairing address, such as https://192.168.1.5:8443/pairing/.</param>
    /// <param name="code">What the manager shows.</param>
    /// <exception cref="UserErrorException">It is no code; the manager cannot be reached, does not know the code, or is not the one that made it.</exception>
    public Task<ManagerPairing> PairAsync(Uri pairing, string code, CancellationToken stop) => PairAsync(pairing, PairingCode.Parse(code), stop);

    /// <inheritdoc cref="PairAsync(Uri, string, CancellationToken)"/>
    public async Task<ManagerPairing> PairAsync(Uri pairing, PairingCode code, CancellationToken stop)
    {
        try
        {
            using var http = ConnectHttp.WithAnybody();
            var attempt = await PairingAttempt.BeginAsync(http, pairing, self, code, EnergyManagementRole.Cem, random, stop).ConfigureAwait(false);
            var details = await attempt.RequestDetailsAsync(stop).ConfigureAwait(false);
            var isSecure = details.InitiateSessionUrl.IsAbsoluteUri && details.InitiateSessionUrl.Scheme == Uri.UriSchemeHttps;
            await attempt.FinalizeAsync(isSecure, stop).ConfigureAwait(false);
            return !isSecure ? throw new UserErrorException($"{pairing}: its sessions begin without TLS; it is not paired with.")
                : new ManagerPairing(details.InitiateSessionUrl, attempt.Other.Id, self.Id, [details.AccessToken], http.Pinned);
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !stop.IsCancellationRequested))
        {
            throw new UserErrorException($"{pairing}: {fault.Message}", fault);
        }
    }

    /// <summary>Gets an address and a token for one session; tokens change each time.</summary>
    /// <param name="keep">Keeps the pairing durably; called before the manager is told that the new token is kept, and after.</param>
    /// <exception cref="HttpRequestException">No session now; try again later.</exception>
    public static async ValueTask<S2ManagerAddress> SessionAsync(ManagerPairing pairing, Func<ManagerPairing, ValueTask> keep, CancellationToken stop)
    {
        var trust = new S2Trust(pairing.Fingerprint);
        using var http = ConnectHttp.With(trust);
        var sessions = await http.VersionAsync(pairing.Sessions, stop).ConfigureAwait(false);
        var request = new InitiateSession(pairing.ClientNodeId, pairing.ServerNodeId, [S2Codec.ProtocolVersion], [ConnectJson.Protocol]);
        HttpRequestException? refused = null;
        foreach (var token in pairing.AccessTokens)
        {
            try
            {
                var grant = await http.PostAsync(
                    new Uri(sessions, "initiateSession"), token, request, ConnectJson.Default.InitiateSession, ConnectJson.Default.SessionGrant, stop).ConfigureAwait(false);
                await keep(pairing with { AccessTokens = [grant.AccessToken, token] }).ConfigureAwait(false);
                var details = await http.PostAsync(new Uri(sessions, "confirmAccessToken"), grant.AccessToken, ConnectJson.Default.CommunicationDetails, stop).ConfigureAwait(false);
                await keep(pairing with { AccessTokens = [grant.AccessToken] }).ConfigureAwait(false);
                return new S2ManagerAddress(details.WebsocketUrl, details.WebsocketToken, trust);
            }
            catch (HttpRequestException fault) when (fault.StatusCode == HttpStatusCode.Unauthorized)
            {
                refused = fault;
            }
        }

        throw refused ?? new HttpRequestException("There is no access token; pair the device anew.");
    }
}

using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
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
public sealed class ConnectClient(NodeDescription self)
{
    /// <summary>Pairs.</summary>
    /// <param name="pairing">The manager's pairing address, such as https://192.168.1.5:8443/pairing/.</param>
    /// <param name="code">What the manager shows.</param>
    /// <exception cref="UserErrorException">The manager cannot be reached, does not know the code, or is not the one that made it.</exception>
    public async Task<ManagerPairing> PairAsync(Uri pairing, string code, CancellationToken stop)
    {
        var token = code.Contains('-', StringComparison.Ordinal) ? code[(code.IndexOf('-', StringComparison.Ordinal) + 1)..] : code;
        var alias = code.Contains('-', StringComparison.Ordinal) ? code[..code.IndexOf('-', StringComparison.Ordinal)] : null;
        if (token.Length < 4 || !code.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
        {
            throw new UserErrorException("A pairing code is four or more letters and digits, as the energy manager shows it.");
        }

        try
        {
            return await PairAsync(pairing, token, alias, stop);
        }
        catch (HttpRequestException fault)
        {
            throw new UserErrorException($"{pairing}: {fault.Message}");
        }
    }

    /// <summary>Gets an address and a token for one session; tokens change each time.</summary>
    /// <param name="keep">Keeps the pairing durably; called before the manager is told that the new token is kept, and after.</param>
    /// <exception cref="HttpRequestException">No session now; try again later.</exception>
    public static async ValueTask<S2ManagerAddress> SessionAsync(ManagerPairing pairing, Func<ManagerPairing, ValueTask> keep, CancellationToken stop)
    {
        var trust = new S2Trust(pairing.Fingerprint);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, chain, errors) => trust.Trusts(certificate, chain, errors) },
            AllowAutoRedirect = false,
        }) { Timeout = TimeSpan.FromSeconds(15), MaxResponseContentBufferSize = 65_536 };
        var request = new InitiateSession(pairing.ClientNodeId, pairing.ServerNodeId, [S2Codec.ProtocolVersion], [ConnectJson.Protocol]);
        HttpRequestException? refused = null;
        foreach (var token in pairing.AccessTokens)
        {
            try
            {
                var grant = await PostAsync(
                    http, new Uri(pairing.Sessions, "v1/initiateSession"), token, request, ConnectJson.Default.InitiateSession, ConnectJson.Default.SessionGrant, stop);
                await keep(pairing with { AccessTokens = [grant.AccessToken, token] });
                using var confirm = new HttpRequestMessage(HttpMethod.Post, new Uri(pairing.Sessions, "v1/confirmAccessToken"));
                confirm.Headers.Authorization = new AuthenticationHeaderValue("Bearer", grant.AccessToken);
                using var response = await http.SendAsync(confirm, stop);
                response.EnsureSuccessStatusCode();
                var details = await ReadAsync(response, ConnectJson.Default.CommunicationDetails, stop);
                await keep(pairing with { AccessTokens = [grant.AccessToken] });
                return new S2ManagerAddress(details.WebsocketUrl, details.WebsocketToken, trust);
            }
            catch (HttpRequestException fault) when (fault.StatusCode == HttpStatusCode.Unauthorized)
            {
                refused = fault;
            }
        }

        throw refused ?? new HttpRequestException("There is no access token; pair the device anew.");
    }

    private async Task<ManagerPairing> PairAsync(Uri pairing, string token, string? alias, CancellationToken stop)
    {
        // Whoever answers is trusted once he has shown that he knows the code; until then only his being the same each time is asked for.
        (byte[] Leaf, string Pinned)? seen = null;
        using var http = Client((leaf, pinned) =>
        {
            seen ??= (leaf, pinned);
            return seen.Value.Leaf.AsSpan().SequenceEqual(leaf);
        });
        var challenge = RandomNumberGenerator.GetBytes(ChallengeResponse.LeastChallengeBytes);
        var accepted = await PostAsync(
            http,
            new Uri(pairing, "v1/requestPairing"),
            null,
            new RequestPairing(self, new EndpointDescription(), [ConnectJson.Protocol], [S2Codec.ProtocolVersion], [ConnectJson.HashingAlgorithm], challenge, NodeIdAlias: alias),
            ConnectJson.Default.RequestPairing,
            ConnectJson.Default.PairingAccepted,
            stop);
        var finalize = new Uri(pairing, "v1/finalizePairing");
        var fingerprint = seen!.Value.Leaf;
        if (accepted.ServerNodeDescription.Role != EnergyManagementRole.Cem || !ChallengeResponse.Fits(accepted.ClientHmacChallengeResponse, challenge, token, fingerprint))
        {
            await PostAsync(http, finalize, accepted.PairingAttemptId, new FinalizePairing(false), ConnectJson.Default.FinalizePairing, stop);
            throw new UserErrorException("What answers there does not know this code: check the code and the address; someone may be in between.");
        }

        var details = await PostAsync(
            http,
            new Uri(pairing, "v1/requestConnectionDetails"),
            accepted.PairingAttemptId,
            new RequestConnectionDetails(ChallengeResponse.Of(accepted.ServerHmacChallenge, token, fingerprint)),
            ConnectJson.Default.RequestConnectionDetails,
            ConnectJson.Default.ConnectionDetails,
            stop);
        await PostAsync(http, finalize, accepted.PairingAttemptId, new FinalizePairing(true), ConnectJson.Default.FinalizePairing, stop);
        return new ManagerPairing(details.InitiateSessionUrl, accepted.ServerNodeDescription.Id, self.Id, [details.AccessToken], seen.Value.Pinned);
    }

    private static HttpClient Client(Func<byte[], string, bool> isTrusted) => new(new SocketsHttpHandler
    {
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => certificate is not null && isTrusted(
                certificate.GetCertHash(HashAlgorithmName.SHA256),
                (chain?.ChainElements.Count > 0 ? chain.ChainElements[^1].Certificate : certificate).GetCertHashString(HashAlgorithmName.SHA256)),
        },
        AllowAutoRedirect = false,
    }) { Timeout = TimeSpan.FromSeconds(15), MaxResponseContentBufferSize = 65_536 };

    private static async Task<TAnswer> PostAsync<TRequest, TAnswer>(
        HttpClient http, Uri address, string? bearer, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, CancellationToken stop)
        where TAnswer : class
    {
        using var response = await SendAsync(http, address, bearer, request, requestType, stop);
        return await ReadAsync(response, answerType, stop);
    }

    private static async Task PostAsync<TRequest>(
        HttpClient http, Uri address, string? bearer, TRequest request, JsonTypeInfo<TRequest> requestType, CancellationToken stop)
    {
        using var response = await SendAsync(http, address, bearer, request, requestType, stop);
    }

    private static async Task<HttpResponseMessage> SendAsync<TRequest>(
        HttpClient http, Uri address, string? bearer, TRequest request, JsonTypeInfo<TRequest> requestType, CancellationToken stop)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = JsonContent.Create(request, requestType) };
        message.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        var response = await http.SendAsync(message, stop);
        if (response.StatusCode == HttpStatusCode.BadRequest)
        {
            var error = await ReadAsync(response, ConnectJson.Default.ConnectError, stop);
            response.Dispose();
            throw error.ErrorMessage == "NoLongerPaired"
                ? new UserErrorException("The energy manager is not paired with this device any more (NoLongerPaired): pair it anew.")
                : new HttpRequestException($"The energy manager refuses: {error.ErrorMessage}{(error.AdditionalInfo is { } more ? $", {more}" : "")}.", null, response.StatusCode);
        }

        return response.EnsureSuccessStatusCode();
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken stop)
        where T : class
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, stop) ?? throw new HttpRequestException("The energy manager answered with nothing.");
        }
        catch (JsonException)
        {
            throw new HttpRequestException("The energy manager answered with something else than S2 Connect says.");
        }
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>HTTP as S2 Connect speaks it, with one endpoint in the home: bounded, without redirections, over TLS with the certificate that counts.</summary>
internal sealed class ConnectHttp : IDisposable
{
    private const int MostBytes = 65_536;

    private readonly HttpClient _http;
    private (byte[] Leaf, string Pinned)? _seen;

    private ConnectHttp(Func<X509Certificate, X509Chain?, System.Net.Security.SslPolicyErrors, bool> isTrusted, bool isLocal, TimeSpan patience) => _http = new HttpClient(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, chain, errors) => certificate is not null && isTrusted(certificate, chain, errors) },
        AllowAutoRedirect = false,
        ConnectCallback = isLocal ? ConnectAsync : null,
    }) { Timeout = patience, MaxResponseContentBufferSize = MostBytes };

    /// <summary>Whoever answers first is spoken with, at a local address alone; pairing shows who that is. Until then only his being the same each time is asked for.</summary>
    public static ConnectHttp WithAnybody(TimeSpan? patience = null)
    {
        ConnectHttp? http = null;
        http = new ConnectHttp((certificate, chain, _) => http!.IsSame(certificate, chain), isLocal: true, patience ?? Usual);
        return http;
    }

    public static ConnectHttp With(S2Trust trust) => new(trust.Trusts, isLocal: false, Usual);

    private static TimeSpan Usual => TimeSpan.FromSeconds(15);

    /// <summary>SHA-256 of the certificate of who answered.</summary>
    public byte[] Leaf => _seen?.Leaf ?? throw new HttpRequestException("It spoke without a certificate.");

    /// <summary>SHA-256, hexadecimal, of the certificate that is trusted from then on: the last of its chain.</summary>
    public string Pinned => _seen!.Value.Pinned;

    /// <summary>Asks which versions there are.</summary>
    /// <param name="address">Without a version, ends with a slash.</param>
    /// <returns>The address of version 1.</returns>
    /// <exception cref="HttpRequestException">There is none of it, or nobody answers.</exception>
    public async Task<Uri> VersionAsync(Uri address, CancellationToken stop)
    {
        using var response = await _http.GetAsync(address, stop).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        var versions = await ReadAsync(response, ConnectJson.Default.StringArray, stop).ConfigureAwait(false);
        return versions.Contains("v1") ? new Uri(address, "v1/") : throw new HttpRequestException("S2 Connect is spoken there in versions that are not known here.");
    }

    public async Task<TAnswer> GetAsync<TAnswer>(Uri address, JsonTypeInfo<TAnswer> type, CancellationToken stop)
        where TAnswer : class
    {
        using var response = await _http.GetAsync(address, stop).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        return await ReadAsync(response, type, stop).ConfigureAwait(false);
    }

    public async Task<TAnswer> PostAsync<TRequest, TAnswer>(
        Uri address, string? bearer, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, CancellationToken stop)
        where TAnswer : class
    {
        using var response = await SendAsync(address, bearer, JsonContent.Create(request, requestType), stop).ConfigureAwait(false);
        return await ReadAsync(response, answerType, stop).ConfigureAwait(false);
    }

    public async Task PostAsync<TRequest>(Uri address, string? bearer, TRequest request, JsonTypeInfo<TRequest> requestType, CancellationToken stop)
    {
        using var response = await SendAsync(address, bearer, JsonContent.Create(request, requestType), stop).ConfigureAwait(false);
    }

    /// <summary>Posts nothing but a token.</summary>
    public async Task<TAnswer> PostAsync<TAnswer>(Uri address, string bearer, JsonTypeInfo<TAnswer> answerType, CancellationToken stop)
        where TAnswer : class
    {
        using var response = await SendAsync(address, bearer, null, stop).ConfigureAwait(false);
        return await ReadAsync(response, answerType, stop).ConfigureAwait(false);
    }

    /// <summary>Posts, and gives status and answer whatever they are.</summary>
    public async Task<(HttpStatusCode Status, TAnswer? Answer)> AskAsync<TRequest, TAnswer>(
        Uri address, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, CancellationToken stop)
        where TAnswer : class
    {
        using var content = JsonContent.Create(request, requestType);
        using var response = await _http.PostAsync(address, content, stop).ConfigureAwait(false);
        return (response.StatusCode, response.StatusCode == HttpStatusCode.OK ? await ReadAsync(response, answerType, stop).ConfigureAwait(false) : null);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri address, string? bearer, HttpContent? content, CancellationToken stop)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        message.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        var response = await _http.SendAsync(message, stop).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.BadRequest)
        {
            return response.EnsureSuccessStatusCode();
        }

        using (response)
        {
            var error = await ReadAsync(response, ConnectJson.Default.ConnectError, stop).ConfigureAwait(false);
            throw error.ErrorMessage == "NoLongerPaired"
                ? new UserErrorException("The energy manager is not paired with this device any more (NoLongerPaired): pair it anew.")
                : new HttpRequestException($"The other side refuses: {error.ErrorMessage}{(error.AdditionalInfo is { } more ? $", {more}" : "")}.", null, response.StatusCode);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken stop)
        where T : class
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, stop).ConfigureAwait(false) ?? throw new HttpRequestException("The other side answered with nothing.");
        }
        catch (JsonException)
        {
            throw new HttpRequestException("The other side answered with something else than S2 Connect says.");
        }
    }

    // A certificate that vouches for itself says nothing; that it comes from within the home says a little.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, stop).ConfigureAwait(false);
            return HomeNetwork.IsLocal((socket.RemoteEndPoint as IPEndPoint)?.Address) ? new NetworkStream(socket, ownsSocket: true)
                : throw new HttpRequestException($"{context.DnsEndPoint.Host} is no address in a home.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsSame(X509Certificate certificate, X509Chain? chain)
    {
        var leaf = certificate.GetCertHash(HashAlgorithmName.SHA256);
        _seen ??= (leaf, (chain?.ChainElements.Count > 0 ? chain.ChainElements[^1].Certificate : certificate).GetCertHashString(HashAlgorithmName.SHA256));
        return _seen.Value.Leaf.AsSpan().SequenceEqual(leaf);
    }
}

using System.Net;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>The rounds that an exchange publishes over HTTP. What it answers is bounded in size and time, and taken for what it is: its word.</summary>
/// <param name="exchange">Its address, as <c>http://host:8080</c>.</param>
/// <param name="time">Measures the patience.</param>
internal sealed class ExchangeRounds(Uri exchange, TimeProvider time) : IRoundSource, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int MostRounds = 500;

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };

    public string Name { get; } = exchange.GetLeftPart(UriPartial.Authority);

    public IReadOnlyCollection<Period>? Periods => null;

    public async Task<MarketDescription> MarketAsync(CancellationToken cancellation)
    {
        var payload = await MarketBytesAsync(cancellation).ConfigureAwait(false);
        return WireFormat.TryReadMarket(payload, out var market, out var error) ? market : throw Unreadable("api/market", error);
    }

    public async Task<PublishedRound?> RoundAsync(Period period, CancellationToken cancellation)
    {
        if (await RoundBytesAsync(period, cancellation).ConfigureAwait(false) is not { } payload)
        {
            return null;
        }

        if (!WireFormat.TryReadPublishedRound(payload, out var round, out var error))
        {
            throw Unreadable($"api/rounds/{period}", error);
        }

        return round.Period == period ? round : throw Unreadable($"api/rounds/{period}", $"It is of period {round.Period}.");
    }

    public async Task<PublishedMetering?> MeteringAsync(Period period, CancellationToken cancellation) =>
        await MeteringBytesAsync(period, cancellation).ConfigureAwait(false) is not { } payload ? null
        : MeteringReader.TryRead(payload, period, out var metering, out var error) ? metering : throw Unreadable($"api/deviations/{period}", error);

    public async Task<IReadOnlyCollection<ReservationEvidence>?> PromisesAsync(Period period, CancellationToken cancellation) =>
        await PromiseBytesAsync(period, cancellation).ConfigureAwait(false) is not { } payload ? null
        : PromisesReader.TryRead(payload, out var evidence, out var error) ? evidence : throw Unreadable($"api/reservations/{period}", error);

    /// <summary>The rules as they came.</summary>
    public async Task<byte[]> MarketBytesAsync(CancellationToken cancellation) =>
        await GetAsync("api/market", WireFormat.MaxMarketBytes, cancellation).ConfigureAwait(false)
        ?? throw new RoundSourceException($"{Name} has no api/market: is it an exchange of this version?", isUnreadable: true);

    /// <summary>A round as it came; null where it is not published.</summary>
    public Task<byte[]?> RoundBytesAsync(Period period, CancellationToken cancellation) =>
        GetAsync($"api/rounds/{period}", WireFormat.MaxPublishedRoundBytes, cancellation);

    /// <summary>A metered period as it came; null where it is not published.</summary>
    public Task<byte[]?> MeteringBytesAsync(Period period, CancellationToken cancellation) =>
        GetAsync($"api/deviations/{period}", WireFormat.MaxPublishedRoundBytes, cancellation);

    /// <summary>Promises of a period as they came; null from an exchange that publishes none.</summary>
    public Task<byte[]?> PromiseBytesAsync(Period period, CancellationToken cancellation) =>
        GetAsync($"api/reservations/{period}", PromisesReader.MostBytes, cancellation);

    /// <summary>The last cleared period; null before the first.</summary>
    public async Task<Period?> LastPeriodAsync(CancellationToken cancellation)
    {
        var payload = await GetAsync("api/rounds?limit=1", 1 << 20, cancellation).ConfigureAwait(false) ?? [];
        try
        {
            using var page = JsonDocument.Parse(payload);
            var rounds = page.RootElement.GetProperty("rounds");
            return rounds.GetArrayLength() == 0 ? null : new Period(rounds[rounds.GetArrayLength() - 1].GetProperty("period").GetInt64());
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unreadable("api/rounds", wrong.Message);
        }
    }

    /// <summary>Prices of cleared rounds in order, at most 500 from a period on; null where nothing was cleared.</summary>
    public async Task<IReadOnlyList<(Period Period, Price? Price)>> PricesAsync(Period from, CancellationToken cancellation)
    {
        var path = $"api/rounds?from={from}&limit={MostRounds}";
        var payload = await GetAsync(path, 1 << 20, cancellation).ConfigureAwait(false) ?? [];
        try
        {
            using var page = JsonDocument.Parse(payload);
            return [.. page.RootElement.GetProperty("rounds").EnumerateArray().Take(MostRounds).Select(round =>
                (new Period(round.GetProperty("period").GetInt64()),
                round.GetProperty("priceMicroEurPerKWh") is { ValueKind: not JsonValueKind.Null } price ? new Price(price.GetInt64()) : (Price?)null))];
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unreadable(path, wrong.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<byte[]?> GetAsync(string path, int mostBytes, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var response = await _http.GetAsync(new Uri(exchange, path), HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            return response.IsSuccessStatusCode
                ? await ReadAsync(path, response, mostBytes, either.Token).ConfigureAwait(false)
                : throw new RoundSourceException($"{Name} answers HTTP {(int)response.StatusCode} to {path}.", isUnreadable: false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new RoundSourceException($"{Name} did not answer {path} within {Patience.TotalSeconds:0} s.", isUnreadable: false, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new RoundSourceException($"{Name} cannot be reached: {e.Message}", isUnreadable: false, e);
        }
    }

    private async Task<byte[]> ReadAsync(string path, HttpResponseMessage response, int mostBytes, CancellationToken cancellation)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var answer = new MemoryStream();
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                if (answer.Length + read > mostBytes)
                {
                    throw Unreadable(path, $"It has more than {mostBytes} bytes.");
                }

                answer.Write(buffer, 0, read);
            }

            return answer.ToArray();
        }
    }

    private RoundSourceException Unreadable(string path, string why) => new($"{Name}/{path} cannot be used: {why}", isUnreadable: true);
}

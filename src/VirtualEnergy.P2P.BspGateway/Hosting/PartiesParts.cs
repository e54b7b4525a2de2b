using System.Security.Cryptography;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Uftp.Trading;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>What a gateway has for others than the system operator and its customers: a VTN, and the trade with grid operators; each where it is configured.</summary>
internal sealed class PartiesParts : IAsyncDisposable
{
    private const int MostWaitSeconds = 30;

    private readonly GatewayOptions _options;
    private readonly HttpClient _http;

    /// <param name="time">The market's clock.</param>
    /// <param name="machine">The machine's: of repeated deliveries.</param>
    /// <exception cref="GatewayStartException">What was kept cannot be used.</exception>
    public PartiesParts(GatewayOptions options, GatewayBooks books, OfferReservations reservations, UnitClaims claims, HomeBoard board, TimeProvider time, TimeProvider machine, ILoggerFactory logging)
    {
        _options = options;
        // To addresses that partners named: no redirects, no cookies, not for ever.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(MostWaitSeconds) };
        Trader = options.Parties.Uftp is { } uftp ? new GridTrader(options, uftp, books, reservations, claims, board, _http, time, machine, logging.CreateLogger<GridTrader>()) : null;
        Vtn = options.Parties.OpenAdr is { } openAdr ? Open(options, openAdr, _http, time, logging) : null;
    }

    /// <summary>Null where no VTN is configured.</summary>
    public Vtn? Vtn { get; }

    /// <summary>Null where no grid operator is.</summary>
    public GridTrader? Trader { get; }

    /// <summary>What a unit owes grid operators at an instant, W against its program.</summary>
    public long ShiftAt(UnitId unit, DateTimeOffset now) => Trader?.ShiftAt(unit, now) ?? 0;

    /// <summary>A cycle of the operation.</summary>
    public void Cycle(DateTimeOffset now) => Trader?.Cycle(now);

    /// <summary>Before the day's offers to the system operator are made: what was promised to grid operators comes first.</summary>
    public void Prepare(DateTimeOffset now)
    {
        var gate = _options.Profile.BaselineGate(MarketDay.Of(_options.Profile.Grid.At(now), _options.Profile.Grid).Before(-1));
        if (now >= gate - _options.PlanningLead && now < gate)
        {
            Trader?.Prepare(now);
        }
    }

    /// <summary>After planning, and at least once in each period. Not for the thread of the cycles.</summary>
    /// <param name="isPlanned">Whether baselines were frozen just now.</param>
    public void Advance(DateTimeOffset now, bool isPlanned) => Trader?.Advance(now, isPlanned);

    public async ValueTask DisposeAsync()
    {
        if (Trader is not null)
        {
            await Trader.DisposeAsync().ConfigureAwait(false);
        }

        if (Vtn is not null)
        {
            await Vtn.DisposeAsync().ConfigureAwait(false);
        }

        _http.Dispose();
    }

    private static Vtn Open(GatewayOptions options, OpenAdrOptions openAdr, HttpClient http, TimeProvider time, ILoggerFactory logging)
    {
        try
        {
            if (options.DataFolder is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            var store = options.DataFolder is null ? null : Path.Combine(options.DataFolder, OpenAdrOptions.StoreName);
            return new Vtn(
                new VtnOptions(openAdr.Clients, store, openAdr.CallbackHosts), RandomNumberGenerator.GetBytes(32), () => Guid.NewGuid().ToString("N"), http, time, logging.CreateLogger<Vtn>());
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"Bsp:DataFolder: {OpenAdrOptions.StoreName}: {failure.Message}", failure);
        }
    }
}

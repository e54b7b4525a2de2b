using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Notifying;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Store;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>How a VTN is set up.</summary>
/// <param name="Clients">Who may speak to it.</param>
/// <param name="Store">The file that keeps its objects; null keeps them in memory only.</param>
/// <param name="CallbackHosts">Hosts beyond public names and https that notifications may go to.</param>
public sealed record VtnOptions(ImmutableArray<VtnCredential> Clients, string? Store, ImmutableArray<string> CallbackHosts);

/// <summary>
/// A virtual top node of OpenADR 3.1: homes and third parties (VENs) read programs and events, report, and subscribe; the BSP
/// sends orders as events and takes readings from reports.
/// </summary>
public sealed class Vtn : IAsyncDisposable
{
    private readonly VtnLog? _log;
    private readonly CallbackPost _post;
    private readonly VtnDesk _desk;
    private readonly VtnTokens _tokens;
    private readonly FlexibilityProgram _program;

    /// <param name="tokenKey">32 random bytes: signs tokens.</param>
    /// <param name="newId">Random ids of letters and digits.</param>
    /// <param name="http">Sends notifications; should follow no redirects.</param>
    /// <exception cref="InvalidDataException">The store is damaged; the message says where.</exception>
    public Vtn(VtnOptions options, byte[] tokenKey, Func<string> newId, HttpClient http, TimeProvider time, ILogger logger)
    {
        (_log, var kept) = options.Store is { } path ? VtnLog.Open(path) : default;
        _post = new CallbackPost(http, new CallbackPolicy(options.CallbackHosts), time, logger);
        _tokens = new VtnTokens(options.Clients, tokenKey, time);
        var clients = options.Clients.ToDictionary(credential => credential.Client.ClientId, credential => credential.Client);
        var notifier = new VtnNotifier(clients.GetValueOrDefault, _post);
        _desk = new VtnDesk(new VtnObjects(kept ?? [], _log), change =>
        {
            notifier.Changed(change);
            TakeReport(change, logger);
        }, time, newId);
        _program = new FlexibilityProgram(_desk, new VtnClient("bsp", Business: true));
    }

    /// <summary>A reading from a report, in the order of reports. Must be quick.</summary>
    public event Action<VenReading>? Reported;

    internal VtnDesk Desk => _desk;

    /// <summary>Serves the VTN below a prefix such as <c>/openadr3</c>.</summary>
    public void Map(IEndpointRouteBuilder endpoints, string prefix) => endpoints.MapGroup(prefix).MapVtn(
        _desk, _tokens, context => new Uri($"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}{prefix}/auth/token"));

    /// <summary>Puts an order to a VEN, or changes it.</summary>
    /// <param name="eventId">The event of this order, where there is one already.</param>
    /// <returns>The event's id.</returns>
    public string Put(VenOrder order, string? eventId = null) => _program.Put(order, eventId);

    /// <summary>Takes an order back.</summary>
    /// <exception cref="VtnRefusalException">There is no such event.</exception>
    public void Withdraw(string eventId) => _program.Withdraw(eventId);

    /// <summary>The event of an order that was put before; null where there is none.</summary>
    public string? Find(string orderId) => _program.Find(orderId);

    /// <summary>Sees to it that a client has a VEN that is granted a target.</summary>
    /// <exception cref="VtnRefusalException">The name is another VEN's.</exception>
    public void Enrol(string clientId, string name, string target) => _program.Enrol(clientId, name, target);

    /// <summary>Sees to it that the VEN of a target has an event that it may report to without an order.</summary>
    public void AskForReports(string target) => _program.AskForReports(target);

    public async ValueTask DisposeAsync()
    {
        await _post.DisposeAsync().ConfigureAwait(false);
        _log?.Dispose();
    }

    private void TakeReport(VtnChange change, ILogger logger)
    {
        if (change is not { Thing.Kind: ObjectKind.Report, Operation: not ObjectOperation.Delete })
        {
            return;
        }

        var (readings, leftOut) = VenReading.Of(change.Thing);
        foreach (var reading in readings)
        {
            Reported?.Invoke(reading);
        }

        if (leftOut > 0)
        {
            logger.LogInformation("Report {Report} of {Client}: {LeftOut} values are no readings of power.", change.Thing.Id, change.Thing.ClientId, leftOut);
        }
    }
}

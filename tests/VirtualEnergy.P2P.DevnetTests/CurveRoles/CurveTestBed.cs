using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.DevnetTests.Messaging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.CurveRoles;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.CurveRoles;

/// <summary>Starts roles of a curve market at a broker, and waits for what they report.</summary>
internal sealed class CurveTestBed(int port, string? matchersPassword = null, TimeProvider? time = null) : IAsyncDisposable
{
    public static readonly TimeSpan Patience = Hang.After;

    /// <summary>Prices 0.00 to 0.10 EUR/kWh, a cent a step.</summary>
    public static readonly MarketBasis Basis = MarketBasis.Create(11, 0, 100_000);

    private readonly List<IAsyncDisposable> _nodes = [];
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static EthereumKey Key(int number)
    {
        var bytes = new byte[EthereumKey.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(28), number + 1);
        return EthereumKey.FromBytes(bytes);
    }

    public static MemberId Id(int number) => Key(number).Address.ToMember();

    /// <summary>5 W less 1 W a step: zero at step 5, 50,000 µEUR/kWh.</summary>
    public static DemandCurve Falling(long watts = 5) =>
        DemandCurve.Create(Basis, [.. Enumerable.Range(0, 11).Select(step => Demand.FromWatts(watts - step))]);

    public async Task<RecordedRole<AuctioneerNode>> AuctioneerAsync(int key, int periodSeconds = 3600, MatcherOptions? options = null, ClusterTerms? terms = null)
    {
        var events = new RecordedEvents();
        terms ??= new ClusterTerms { Basis = Basis, PeriodSeconds = periodSeconds };
        var node = new AuctioneerNode(Link(key, isMatcher: true), terms, options ?? Eager, events, _time, NullLogger.Instance);
        _nodes.Add(node);
        await node.StartAsync(Cancellation);
        return new RecordedRole<AuctioneerNode>(node, events);
    }

    public async Task<RecordedRole<ConcentratorNode>> ConcentratorAsync(int key, MemberId parent, PeakShaving? shaving = null, int? throughPort = null)
    {
        var events = new RecordedEvents();
        var node = new ConcentratorNode(Link(key, isMatcher: true, throughPort), parent, Eager, shaving, 0, events, _time, NullLogger.Instance);
        _nodes.Add(node);
        await node.StartAsync(Cancellation);
        return new RecordedRole<ConcentratorNode>(node, events);
    }

    public async Task<RecordedRole<AgentNode>> AgentAsync(int key, MemberId parent, Func<DemandCurve> curve, int? throughPort = null)
    {
        var events = new RecordedEvents();
        var node = new AgentNode(Link(key, isMatcher: false, throughPort), "agent", parent, (_, _) => curve(), 0, events, _time, NullLogger.Instance);
        _nodes.Add(node);
        await node.StartAsync(Cancellation);
        return new RecordedRole<AgentNode>(node, events);
    }

    public Task<RecordedRole<AgentNode>> AgentAsync(int key, MemberId parent, DemandCurve curve, int? throughPort = null) => AgentAsync(key, parent, () => curve, throughPort);

    /// <summary>An agent whose curves are a home's and whose allocations run it.</summary>
    public async Task<RecordedRole<AgentNode>> HomeAsync(int key, MemberId parent, HomeDescription home, SupplierTariff tariff, TimeSpan lead)
    {
        var events = new RecordedEvents();
        var devices = new CurveHome(new PlannedHome(home, []), tariff, events, NullLogger.Instance);
        var node = new AgentNode(Link(key, isMatcher: false), "agent", parent, devices.CurveIn, (long)lead.TotalMilliseconds, events, _time, NullLogger.Instance) { Allocated = devices.Take };
        _nodes.Add(node);
        await node.StartAsync(Cancellation);
        return new RecordedRole<AgentNode>(node, events);
    }

    /// <summary>A line of its own, for messages that no honest node would send.</summary>
    /// <param name="asMatcher">With the user name under which the broker lets a matcher speak.</param>
    public async Task<MqttLink> RawAsync(int key, bool asMatcher = false)
    {
        var link = new MqttLink(
            new MqttLinkOptions { Broker = BrokerAddress.Local(port), ClientId = $"raw-{Id(key)}", User = asMatcher ? Id(key).Value : null }, TimeProvider.System, NullLogger.Instance);
        _nodes.Add(link);
        await link.StartAsync(Cancellation);
        return link;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes))
        {
            await node.DisposeAsync();
        }
    }

    private static MatcherOptions Eager => new() { Interval = 20, AgentInterval = 20 };

    private RoleLink Link(int key, bool isMatcher, int? throughPort = null) => new()
    {
        Broker = BrokerAddress.Local(throughPort ?? port), Community = ITestBroker.Community, Key = Key(key), Password = isMatcher ? matchersPassword : null,
    };
}

/// <summary>A role and what it reported.</summary>
internal sealed record RecordedRole<T>(T Node, RecordedEvents Events);

internal sealed class RecordedEvents : IProgress<RoleEvent>
{
    private readonly Channel<(RoleEvent Event, long At)> _events = Channel.CreateUnbounded<(RoleEvent, long)>();

    public void Report(RoleEvent value) => _events.Writer.TryWrite((value, Stopwatch.GetTimestamp()));

    /// <summary>The next event of this kind that is as wanted; others before it are passed over.</summary>
    public async Task<T> NextAsync<T>(Func<T, bool>? isWanted = null)
        where T : RoleEvent =>
        (await NextAtAsync(isWanted)).Event;

    public async Task<(T Event, long At)> NextAtAsync<T>(Func<T, bool>? isWanted = null)
        where T : RoleEvent
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(CurveTestBed.Cancellation);
        patience.CancelAfter(CurveTestBed.Patience);
        while (true)
        {
            var (next, at) = await _events.Reader.ReadAsync(patience.Token);
            if (next is T wanted && isWanted?.Invoke(wanted) != false)
            {
                return (wanted, at);
            }
        }
    }

    /// <summary>Everything that has been reported and not yet taken.</summary>
    public List<RoleEvent> Rest()
    {
        var rest = new List<RoleEvent>();
        while (_events.Reader.TryRead(out var next))
        {
            rest.Add(next.Event);
        }

        return rest;
    }
}

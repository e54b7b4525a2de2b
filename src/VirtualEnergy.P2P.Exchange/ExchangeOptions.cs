using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>Everything one exchange needs to know. Set in code, or read from configuration by <see cref="ExchangeConfiguration"/>.</summary>
public sealed record ExchangeOptions
{
    /// <summary>Name of the community; a level of every topic.</summary>
    public required string Community { get; init; }

    /// <summary>The Ethereum node's JSON-RPC address.</summary>
    public required Uri Rpc { get; init; }

    /// <summary>The <c>EnergySettlement</c> contract. It is checked at the start.</summary>
    public required Address Contract { get; init; }

    /// <summary>Refuse to start on another chain; null takes the node's.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>The exchange's key: settles, and signs receipts.</summary>
    public required EthereumKey Key { get; init; }

    /// <summary>The SQLite file that remembers bids, rounds, settlements and readings.</summary>
    public required string JournalPath { get; init; }

    /// <summary>Who may bid. Each one's id is the address that her node signs with.</summary>
    public required ImmutableArray<Member> Members { get; init; }

    public MarketRules Rules { get; init; } = MarketRules.Default;

    /// <summary>Everyone whom a round may pay: the members, and the accounts of grid operator and community.</summary>
    public ImmutableArray<MemberId> Payees =>
        [.. Members.Select(member => member.Id).Concat(new[] { Rules.Accounts.GridOperator, Rules.Accounts.Community }.OfType<MemberId>()).Distinct()];

    /// <summary>Where the seeds of rounds come from: 32 bytes that nobody can foresee. Only mechanisms that draw lots ask for one.</summary>
    public Func<Hash256> DrawSeed { get; init; } = static () => new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size));

    /// <summary>What the supplier asks and gives; null where nobody knows, and then there are no savings.</summary>
    public SupplierTariff? Tariff { get; init; }

    public GateOptions Gate { get; init; } = new ClockGateOptions();

    public SettlementOptions Settlement { get; init; } = new();

    /// <summary>Where the API, the hub and the viewer listen. Port 0 takes a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    public BrokerOptions Broker { get; init; } = new();

    /// <summary>Rounds in all, those in the journal included; null goes on for ever.</summary>
    public int? Rounds { get; init; }

    /// <summary>
    /// Messages of one member that are handled in a second, on average; the burst is twice as many. Enough for simulated
    /// time flat out; a flood of so many takes about a tenth of one core.
    /// </summary>
    public int MessagesPerMemberAndSecond { get; init; } = 500;

    /// <summary>When a member is warned that her money runs out.</summary>
    public FundsWarningRules FundsWarning { get; init; } = new();

    /// <summary>Whether what meters show beside trades is settled (market rule 9).</summary>
    public bool Deviations { get; init; } = true;

    /// <summary>A market of broadcast prices trades nothing to deviate from.</summary>
    internal bool SettlesDeviations => Deviations && Rules.RealTimePrice is null;

    /// <summary>For how many periods after it a reading can be disputed.</summary>
    public int DisputePeriods { get; init; } = 96;

    /// <summary>How long <see cref="ExchangeHost.Completion"/> waits for the readings of the last round.</summary>
    public TimeSpan MeteringGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Where the gateway of the balancing service provider is that the community belongs to, asked whenever a page is: the viewer shows what it measures and what was ordered.
    /// Null, and nothing is shown. The gateway must allow the viewer's origin to read.
    /// </summary>
    public Func<Uri?> PowerPlant { get; init; } = static () => null;

    /// <summary>Told of each round as it goes. Called on the exchange's threads, in order; must not block.</summary>
    public IProgress<RoundProgress>? Progress { get; init; }

    /// <summary>Log to the console: <c>none</c>, <c>text</c> or <c>json</c>.</summary>
    public string Log { get; init; } = "none";
}

/// <summary>Which broker carries the messages.</summary>
public sealed record BrokerOptions
{
    /// <summary>A broker that runs already; null starts the embedded one.</summary>
    public BrokerAddress? External { get; init; }

    /// <summary>The exchange's user name there.</summary>
    public string User { get; init; } = "exchange";

    /// <summary>Null: none for an external broker, a new random one for the embedded.</summary>
    public string? Password { get; init; }

    /// <summary>Where the embedded broker listens.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port of the embedded broker; 0 takes a free one.</summary>
    public int Port { get; init; }
}

/// <summary>When gates close.</summary>
public abstract record GateOptions;

/// <summary>By the clock: a period's gate closes a fixed time before its delivery starts, and the next one opens.</summary>
public sealed record ClockGateOptions : GateOptions
{
    public TimeSpan ClosesBeforeDelivery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>So long after delivery meter readings are waited for; then a period is settled without those that are missing.</summary>
    public TimeSpan ReadingsDueAfterDelivery { get; init; } = TimeSpan.FromMinutes(15);
}

/// <summary>By the members, for simulated time: a gate closes when every active member has bid.</summary>
public sealed record LockstepGateOptions : GateOptions
{
    /// <summary>A gate stays open at least this long.</summary>
    public TimeSpan MinimumPace { get; init; } = TimeSpan.Zero;

    /// <summary>A gate stays open at most this long, whoever is missing.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What happens while a period runs: begun when everyone has bid for the next one, and waited for before that one's gate closes. Its own time is not bounded here. Null: periods
    /// take no time.
    /// </summary>
    public Func<Period, CancellationToken, Task>? WhileOpen { get; init; }
}

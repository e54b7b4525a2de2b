using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Ethereum;
using VirtualEnergy.P2P.DevnetTests.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.Watching;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>
/// A community on a real chain with a judge and a bond, a real broker, and the node of Anna, who buys and watches. The test is the operator: it
/// takes her bid, signs the receipt, clears with two neighbours who sell, and publishes and settles what it likes.
/// </summary>
internal sealed class CheatedCommunity : IAsyncDisposable
{
    public const long EachMicroEur = 10_000_000;

    /// <summary>Withheld is what is not shown within a quarter of it.</summary>
    public static readonly TimeSpan Challenge = TimeSpan.FromMinutes(20);

    private static readonly Money Bond = new(1_000_000);

    // At night a home without plant and battery can only buy.
    private static readonly HouseholdSource Source = new() { Homes = 2, Seed = 1, Name = "Home 02" };

    private readonly AnvilProcess _anvil;
    private readonly EmbeddedBroker _broker;
    private readonly MqttLink _link;
    private readonly Channel<BidMessage> _bids = Channel.CreateUnbounded<BidMessage>();
    private readonly Channel<MeterReading> _readings = Channel.CreateUnbounded<MeterReading>();
    private readonly Channel<NodeStatus> _statuses = Channel.CreateUnbounded<NodeStatus>();
    private readonly Channel<WatchNews> _news = Channel.CreateUnbounded<WatchNews>();
    private readonly TransactionSender _settler;
    private readonly MarketDescription _description;
    private RoundWatch? _watch;
    private ProsumerNode? _node;

    private CheatedCommunity(
        AnvilProcess anvil, JsonRpcClient client, EnergySettlementContract escrow, EmbeddedBroker broker, MqttLink link, PublishedOverHttp published, MarketDescription description)
    {
        (_anvil, Client, Escrow, _broker, _link, Published, _description) = (anvil, client, escrow, broker, link, published, description);
        Domain = new MarketDomain(description.ChainId, escrow.Address);
        _settler = SenderOf(DevAccounts.Settler);
    }

    /// <summary>Anna, her neighbours Bice and Carlo who sell, and the operator's friend Dario.</summary>
    public static ImmutableArray<EthereumKey> Keys { get; } = [.. DevAccounts.Keys[2..6]];

    public static MemberId Anna => Keys[0].Address.ToMember();

    public static MemberId Dario => Keys[3].Address.ToMember();

    public JsonRpcClient Client { get; }

    public EnergySettlementContract Escrow { get; }

    public PublishedOverHttp Published { get; }

    public MarketDomain Domain { get; }

    public MarketRules Rules => _description.Rules;

    public Uri Rpc => _anvil.RpcUrl;

    public BrokerAddress Broker => BrokerAddress.Local(_broker.Port);

    public Period First { get; private set; }

    /// <summary>What Anna's meter said of the last round that was told.</summary>
    public MeterReading? LastReading { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="rules">The defaults unless given.</param>
    /// <param name="challenges">Whether Anna's node does more than warn.</param>
    public static async Task<CheatedCommunity> StartAsync(MarketRules? rules = null, bool challenges = true)
    {
        var first = Source.Open().First;
        var anvil = await AnvilProcess.StartAsync(new AnvilOptions(), TimeProvider.System, Cancellation);
        var client = new JsonRpcClient(anvil.RpcUrl, TimeProvider.System, new JsonRpcOptions { KnownErrors = [.. EnergySettlementContract.Errors, .. FraudProofsContract.Errors] });
        using var sender = new TransactionSender(client, DevAccounts.Registrar, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(5) });
        var euro = await TestEuro.DeployAsync(sender, Cancellation);
        var judge = await FraudProofsContract.DeployAsync(sender, Cancellation);
        rules ??= MarketRules.Default;
        var escrow = await EnergySettlementContract.DeployAsync(
            sender,
            new EnergySettlementTerms(euro.Address, judge.Address, sender.Address, DevAccounts.Settler.Address, first.Previous)
            {
                Challenge = Challenge, Bond = Bond, Rules = CommittedRules.Of(rules).Hash,
            },
            Cancellation);
        await escrow.RegisterAsync(sender, [.. Keys.Select(key => key.Address)], Cancellation);
        var all = new Money(EachMicroEur * Keys.Length) + Bond;
        await euro.MintAsync(sender, sender.Address, all, Cancellation);
        await euro.ApproveAsync(sender, escrow.Address, all, Cancellation);
        await escrow.PostBondAsync(sender, Bond, Cancellation);
        foreach (var key in Keys)
        {
            await escrow.DepositAsync(sender, key.Address, new Money(EachMicroEur), Cancellation);
        }

        var broker = new EmbeddedBroker(new EmbeddedBrokerOptions { Community = "village", ExchangePassword = "secret" }, NullLogger.Instance);
        await broker.StartAsync();
        var link = new MqttLink(
            new MqttLinkOptions { Broker = BrokerAddress.Local(broker.Port), ClientId = "exchange", User = "exchange", Password = "secret" }, TimeProvider.System, NullLogger.Instance);
        var description = new MarketDescription("village", 31337, escrow.Address.ToString(), DevAccounts.Settler.Address.ToString(), rules);
        var community = new CheatedCommunity(anvil, client, escrow, broker, link, await PublishedOverHttp.StartAsync(description), description) { First = first, Euro = euro };
        await community.JoinAsync(challenges);
        return community;
    }

    public TestEuro Euro { get; private init; } = null!;

    /// <summary>Anna's bid for the period, acknowledged as every honest exchange does.</summary>
    public async Task<SignedBid> AcknowledgedBidAsync(Period period)
    {
        var start = Rules.Grid.StartOf(period);
        await PublishAsync(new Topics("village").RoundOpen, WireFormat.Write(new RoundAnnouncement(period, start, start)), retain: true);
        var message = await NextAsync(_bids, sent => sent.Bid.Period < period);
        Assert.Equal(period, message.Bid.Period);
        var signed = new SignedBid(message.Bid, new BidSigning(Domain).Hash(message.Bid), message.Signature);
        var receipt = ReceiptedBid.Of(signed);
        var acknowledged = new ReceiptSigning(Domain).Sign([receipt], DevAccounts.Settler)[0];
        await PublishAsync(new Topics("village").Receipts(Anna), WireFormat.Write(
            new BidReceipt(Anna, period, receipt.Number, receipt.Bid, Accepted: true, null, null, acknowledged.Signature) { Place = acknowledged.Place, Path = acknowledged.Path }));
        return signed;
    }

    public SignedBid Sign(int member, Bid bid) => new BidSigning(Domain).Sign(bid, Keys[member]);

    public Round Clear(Period period, params ImmutableArray<SignedBid> bids) => RoundCalculator.Clear(period, bids, new Dictionary<MemberId, ZoneId>(), Rules);

    public static PublishedRound Honest(Round round) => PublishedRounds.Of(round);

    /// <summary>Commits to just what is said, whatever that is.</summary>
    public SettlementBatch BatchOf(PublishedRound said) => SettlementBatch.Of(PublishedRounds.RoundOf(said, Rules));

    /// <summary>Publishes one thing, if anything, and settles another, if need be.</summary>
    /// <param name="told">The hash of the round in the message to the members; the published one unless given.</param>
    /// <param name="isByParts">Settles by two parts, the first of which moves nothing.</param>
    public async Task ConcludeAsync(PublishedRound? said, SettlementBatch batch, Hash256? told = null, bool isByParts = false)
    {
        if (said is not null)
        {
            Published.Publish(said);
            await PublishAsync(
                new Topics("village").RoundResult,
                WireFormat.Write(new RoundResult(said.Period, said.Price, said.Volume, said.Bids.Length, said.Trades, said.BidsRoot, said.TradesRoot, told ?? said.RoundHash)),
                retain: true);

            // When her meter's reading comes, her node has dealt with the result, and with the receipt before it.
            LastReading = await NextAsync(_readings, sent => sent.Period < said.Period);
            Assert.Equal(said.Period, LastReading.Period);
        }

        if (isByParts)
        {
            await SettleByPartsAsync(batch);
            return;
        }

        await Escrow.SettleAsync(_settler, batch, Cancellation);
    }

    private async Task SettleByPartsAsync(SettlementBatch batch)
    {
        var first = BatchPart.First([]);
        var second = first.Next((await Escrow.LanesAsync(Cancellation)).Pack(batch));
        foreach (var part in (BatchPart[])[first, second])
        {
            await _settler.SendAndConfirmAsync(Escrow.Address, BatchPartsContract.EncodePart(batch.Period, isMetered: false, part), Cancellation);
        }

        await _settler.SendAndConfirmAsync(Escrow.Address, BatchPartsContract.EncodeSettle(batch.Period, batch.BidsRoot, batch.TradesRoot, second.Chain), Cancellation);
    }

    /// <summary>The same of a metered period, on the last round that was settled.</summary>
    public async Task ConcludeAsync(PublishedMetering? said, MeteredBatch batch)
    {
        if (said is not null)
        {
            Published.Publish(said);
        }

        await new MeteredSettlementContract(Client, Escrow).SettleAsync(_settler, batch, Cancellation);
    }

    /// <summary>The exchange acknowledges Anna's last reading, as every honest one does.</summary>
    public async Task<ReadingReceipt> AcknowledgeReadingAsync()
    {
        var reading = LastReading!;
        var hash = new MeterReadingSigning(Domain).Hash(new MeteredEnergy(
            reading.Member, reading.Period, reading.Number, reading.Import, reading.Export, reading.Production, reading.Charge, reading.Discharge));
        var signature = new ReadingReceiptSigning(Domain).Sign(new ReceiptedBid(hash, reading.Member, reading.Period, reading.Number), DevAccounts.Settler);
        var receipt = new ReadingReceipt(reading.Member, reading.Period, reading.Number, hash, null, signature);
        await PublishAsync(new Topics("village").Readings(Anna), WireFormat.Write(receipt));
        return receipt;
    }

    /// <summary>Shows on the chain what the round's roots stand for.</summary>
    public async Task AnswerHeadsAsync(Round round)
    {
        var batch = SettlementBatch.Of(round);
        var settled = new SettledPeriod(
            round.Period, batch.BidsRoot, batch.TradesRoot, SettlementCommitment.DeltasHash(batch, await Escrow.LanesAsync(Cancellation)));
        var judge = new FraudProofsContract(await Escrow.JudgeAsync(Cancellation));
        await judge.AnswerAsync(
            _settler, new SettledRound(Escrow.Address, settled, CommittedRules.Of(Rules), new CommittedBids(round.Bids), CommittedTrades.Of(round)), RoundPart.Heads, 0, Cancellation);
    }

    /// <summary>The next step of Anna's watch; it must be this one.</summary>
    public async Task<WatchNews> ExpectAsync(WatchStep step)
    {
        var news = await _news.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TestCommunity.Patience, Cancellation);
        Assert.True(news.Step == step, $"{news.Step} instead of {step}: {news.Finding}");
        return news;
    }

    /// <summary>Returns when Anna's node tells everyone this of its audit.</summary>
    public async Task UntilToldAsync(NodeAudit audit)
    {
        while ((await _statuses.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TestCommunity.Patience, Cancellation)).Audit != audit)
        {
        }
    }

    public async Task<ImmutableArray<Money>> BalancesAsync() => await Escrow.BalancesAsync([.. Keys.Select(key => key.Address)], Cancellation);

    /// <summary>
    /// The balances at the end of the block that undid the last period. To be read when later blocks stand: of its newest block Anvil may answer with what
    /// a transaction has changed meanwhile.
    /// </summary>
    public async Task<ImmutableArray<Money>> BalancesAfterRollbackAsync()
    {
        var events = await new EscrowReader(Client, Escrow).EventsAsync(0, await Client.BlockNumberAsync(Cancellation), null, Cancellation);
        return await Escrow.At(events.Last(known => known is PeriodRolledBack or PartWasUndone).Block).BalancesAsync([.. Keys.Select(key => key.Address)], Cancellation);
    }

    public TransactionSender SenderOf(EthereumKey key) =>
        new(Client, key, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(5) });

    /// <summary>Time passes on the chain.</summary>
    public Task PassAsync(TimeSpan time) => AnvilChain.PassAsync(Rpc, time);

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        await _link.DisposeAsync();
        await _broker.DisposeAsync();
        await Published.DisposeAsync();
        _settler.Dispose();
        Client.Dispose();
        await _anvil.DisposeAsync();
    }

    private async Task JoinAsync(bool challenges)
    {
        var topics = new Topics("village");
        await _link.SubscribeAsync(
            topics.Bids(Anna),
            (message, _) =>
            {
                Assert.True(WireFormat.TryReadBid(message.Payload.Span, Anna, out var bid, out BidRefusal? _));
                return _bids.Writer.WriteAsync(bid, Cancellation).AsTask();
            },
            Cancellation);
        await _link.SubscribeAsync(
            topics.Meters(Anna),
            (message, _) =>
            {
                Assert.True(WireFormat.TryReadMeterReading(message.Payload.Span, out var reading, out string? _));
                return _readings.Writer.WriteAsync(reading, Cancellation).AsTask();
            },
            Cancellation);
        await _link.SubscribeAsync(
            topics.Status(Anna),
            (message, _) => WireFormat.TryReadStatus(message.Payload.Span, out var status, out var error)
                ? _statuses.Writer.WriteAsync(status, Cancellation).AsTask() : throw new InvalidDataException(error),
            Cancellation);
        await _link.StartAsync(Cancellation);
        await PublishAsync(topics.Market, WireFormat.Write(_description), retain: true);
        _watch = new RoundWatch(
            new WatchSettings(Rpc, Escrow.Address, Published.Address)
            {
                Challenges = challenges, Patience = TimeSpan.Zero, Interval = TimeSpan.FromMilliseconds(20),
            },
            Keys[0], TimeProvider.System, NullLogger.Instance);
        _watch.News += news => _news.Writer.TryWrite(news);
        _watch.Start();
        var homes = Source.Open();
        _node = new ProsumerNode(
            BrokerAddress.Local(_broker.Port), "village", Keys[0], Source.Plan(homes), new SupplierSource().Open(homes), TimeProvider.System, NullLogger.Instance) { Watch = _watch };
        await _node.StartAsync(Cancellation);
    }

    /// <summary>The next that is not of an earlier period: what has no receipt yet a node sends again, which it promises to do.</summary>
    private static async Task<T> NextAsync<T>(Channel<T> channel, Func<T, bool> isEarlier)
    {
        while (true)
        {
            var sent = await channel.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TestCommunity.Patience, Cancellation);
            if (!isEarlier(sent))
            {
                return sent;
            }
        }
    }

    private Task PublishAsync(string topic, byte[] payload, bool retain = false) => _link.PublishAsync(topic, payload, retain, Cancellation);
}

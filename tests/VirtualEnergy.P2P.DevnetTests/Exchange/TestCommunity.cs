using System.Collections.Immutable;
using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Threading.Channels;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Ethereum;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>A chain with the contract on it, members with 100 euros each, and the options of an exchange for them.</summary>
internal sealed class TestCommunity : IAsyncDisposable
{
    public static readonly Period First = new(1_890_000);
    public static readonly TimeSpan Patience = Hang.After;

    /// <summary>So long after it was announced a meter signs.</summary>
    public static readonly TimeSpan KeyDelay = TimeSpan.FromHours(1);

    private readonly AnvilOptions _chain;
    private AnvilProcess _anvil;
    private readonly JsonRpcClient _client;
    private readonly string _folder = Directory.CreateTempSubdirectory("ve-exchange-").FullName;

    private TestCommunity(AnvilOptions chain, AnvilProcess anvil, JsonRpcClient client, EnergySettlementContract contract, ImmutableArray<EthereumKey> keys)
    {
        (_chain, _anvil, _client, Contract, Keys) = (chain, anvil, client, contract, keys);
        Domain = new MarketDomain(31337, contract.Address);
        Options = new ExchangeOptions
        {
            Community = "test",
            Rpc = anvil.RpcUrl,
            Contract = contract.Address,
            Key = DevAccounts.Settler,
            JournalPath = Path.Combine(_folder, "exchange.db"),
            Members = [.. keys.Select((key, home) => new Member(key.Address.ToMember(), $"Home {home}", new ZoneId("A"), 10_000))],
            Tariff = SupplierTariff.Flat(new Price(300_000), new Price(80_000)),
            Gate = new LockstepGateOptions { Timeout = 2 * Patience },
            MeteringGrace = TimeSpan.Zero, // nobody meters
            Url = "http://127.0.0.1:0",
            Progress = Progress,
        };
    }

    public EnergySettlementContract Contract { get; }

    public JsonRpcClient Client => _client;

    public ImmutableArray<EthereumKey> Keys { get; }

    public MarketDomain Domain { get; }

    public ExchangeOptions Options { get; private set; }

    /// <summary>The same where every member meters every period: the last readings are waited for however long they take.</summary>
    public ExchangeOptions MeteredOptions => Options with { MeteringGrace = Patience / 2 };

    public RecordedProgress Progress { get; } = new();

    public static async Task<TestCommunity> StartAsync(
        int homes, CancellationToken cancellation, TimeSpan? challenge = null, int periodsPerBatch = 1, AnvilOptions? chain = null)
    {
        var anvil = await AnvilProcess.StartAsync(chain ??= new AnvilOptions(), TimeProvider.System, cancellation);
        var client = new JsonRpcClient(anvil.RpcUrl, TimeProvider.System);
        ImmutableArray<EthereumKey> keys =
            [.. Enumerable.Range(1, homes).Select(home => EthereumKey.FromBytes([.. Enumerable.Repeat((byte)home, EthereumKey.Size)]))];
        using var sender = new TransactionSender(
            client, DevAccounts.Registrar, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        var token = await TestEuro.DeployAsync(sender, cancellation);
        var judge = await FraudProofsContract.DeployAsync(sender, cancellation);
        var terms = new EnergySettlementTerms(token.Address, judge.Address, sender.Address, DevAccounts.Settler.Address, First.Previous)
        {
            Challenge = challenge ?? TimeSpan.FromMinutes(10), PeriodsPerBatch = periodsPerBatch, KeyDelay = KeyDelay,
        };
        var contract = await EnergySettlementContract.DeployAsync(sender, terms, cancellation);
        await contract.RegisterAsync(sender, [.. keys.Select(key => key.Address)], cancellation);
        await token.MintAsync(sender, sender.Address, new Money(100_000_000L * homes), cancellation);
        await token.ApproveAsync(sender, contract.Address, new Money(100_000_000L * homes), cancellation);
        foreach (var key in keys)
        {
            await contract.DepositAsync(sender, key.Address, new Money(100_000_000), cancellation);
        }

        return new TestCommunity(chain, anvil, client, contract, keys);
    }

    /// <summary>From here on rounds are cleared so; the last home keeps the community's account and is no member.</summary>
    public void ClearBy(MechanismKind mechanism) => Options = Options with
    {
        Rules = Options.Rules with { Mechanism = mechanism, Accounts = new MoneyAccounts(null, Keys[^1].Address.ToMember()) },
        Members = Options.Members[..^1],
    };

    /// <summary>From here on deviations have a spread; the last home keeps the community's account and is no member.</summary>
    public void SpreadDeviations(Price spread) => Options = Options with
    {
        Rules = Options.Rules with { ImbalanceSpread = spread, Accounts = new MoneyAccounts(null, Keys[^1].Address.ToMember()) },
        Members = Options.Members[..^1],
    };

    /// <summary>From here on only these homes take part; the others keep their lanes.</summary>
    public void KeepMembers(params ImmutableArray<int> homes) => Options = Options with { Members = [.. homes.Select(home => Options.Members[home])] };

    /// <summary>A reading of a home's meter, net + import, signed with its key or another.</summary>
    public MeterReading Reading(int home, Period period, long net, long number = 1, EthereumKey? key = null)
    {
        var metered = new MeteredEnergy(
            Keys[home].Address.ToMember(), period, number, new Energy(Math.Max(0, net)), new Energy(Math.Max(0, -net)), new Energy(Math.Max(0, -net)), Energy.Zero, Energy.Zero);
        return new MeterReading(
            metered.Member, period, number, metered.Import, metered.Export, metered.Production, metered.Charge, metered.Discharge,
            new MeterReadingSigning(Domain).Sign(metered, key ?? Keys[home]));
    }

    /// <summary>The registrar names a home's meter, and so much time passes on the chain that it signs.</summary>
    public async Task RegisterMeterAsync(int home, Address meter, CancellationToken cancellation)
    {
        using var registrar = Sender(DevAccounts.Registrar);
        var judge = new FraudProofsContract(await Contract.JudgeAsync(cancellation));
        var register = await judge.MeteredAsync(_client, cancellation);
        await register.AnnounceMeterAsync(registrar, Contract.Address, Keys[home].Address, meter, cancellation);
        await PassAsync(KeyDelay);
    }

    /// <summary>So much time passes on the chain.</summary>
    public Task PassAsync(TimeSpan time) => AnvilChain.PassAsync(Options.Rpc, time);

    /// <summary>A home's dispute of a reading of hers, or its dismissal by the exchange's key.</summary>
    public DisputeMessage Dispute(int home, Period period, long number = 1, bool dismisses = false)
    {
        var reading = new DisputedReading(Keys[home].Address.ToMember(), period, number);
        return new DisputeMessage(
            reading.Member, period, number, dismisses, new DisputeSigning(Domain).Sign(reading, dismisses, dismisses ? DevAccounts.Settler : Keys[home]));
    }

    /// <summary>Asks the chain to pay out some of a home's money.</summary>
    public async Task WithdrawAsync(int home, Money amount, CancellationToken cancellation)
    {
        using var registrar = Sender(DevAccounts.Registrar);
        await registrar.SendAndConfirmAsync(Keys[home].Address, [], System.Numerics.BigInteger.Pow(10, 18), cancellation); // for gas
        using var sender = Sender(Keys[home]);
        await Contract.RequestWithdrawalAsync(sender, amount, Keys[home].Address, cancellation);
    }

    /// <summary>Pays new tokens into a home's balance.</summary>
    public async Task DepositAsync(int home, Money amount, CancellationToken cancellation)
    {
        using var sender = Sender(DevAccounts.Registrar);
        var token = new TestEuro(_client, await Contract.TokenAsync(cancellation));
        await token.MintAsync(sender, sender.Address, amount, cancellation);
        await token.ApproveAsync(sender, Contract.Address, amount, cancellation);
        await Contract.DepositAsync(sender, Keys[home].Address, amount, cancellation);
    }

    /// <summary>A call of the contract with the exchange's key, behind its back.</summary>
    public async Task SendAsSettlerAsync(byte[] data, CancellationToken cancellation)
    {
        using var settler = Sender(DevAccounts.Settler);
        await settler.SendAndConfirmAsync(Options.Contract, data, cancellation);
    }

    /// <summary>Undoes such parts.</summary>
    public async Task UndoAsSettlerAsync(IReadOnlyList<BatchPart> parts, CancellationToken cancellation)
    {
        using var settler = Sender(DevAccounts.Settler);
        await new BatchPartsContract(_client, Options.Contract).UndoAsync(settler, parts, cancellation);
    }

    public MeteredSettlementContract Metered => new(_client, Contract);

    private TransactionSender Sender(EthereumKey key) =>
        new(_client, key, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) });

    /// <summary>A bid that trades with the others': home 0 buys at 250 000 µEUR/kWh, every other home sells at 150 000.</summary>
    public SignedBid Bid(int home, Period period, long number = 1, long wattHours = 100)
    {
        Step step = new(new Price(home == 0 ? 250_000 : 150_000), new Energy(wattHours));
        return Sign(home, new Bid(Keys[home].Address.ToMember(), period, number, home == 0 ? [step] : [], home == 0 ? [] : [step]));
    }

    public SignedBid Sign(int home, Bid bid) => new BidSigning(Domain).Sign(bid, Keys[home]);

    /// <summary>The n-th period, from 1.</summary>
    public static Period Nth(int n) => new(First.Index + n - 1);

    /// <summary>Homes 0 and 1 trade in the n-th period, and the chain has it.</summary>
    public async Task SettleAsync(ExchangeHost exchange, int n, CancellationToken cancellation)
    {
        await TradeAsync(exchange.Broker, Nth(n), cancellation);
        Xunit.Assert.Equal(Nth(n), (await Progress.NextAsync<RoundSettled>(cancellation)).Period);
    }

    /// <summary>Homes 0 and 1 bid for the period, as soon as it is open.</summary>
    public async Task TradeAsync(BrokerAddress broker, Period period, CancellationToken cancellation)
    {
        for (var home = 0; home < 2; home++)
        {
            await using var node = await TestNode.ConnectAsync(broker, Options.Community, Keys[home].Address.ToMember(), cancellation);
            await node.UntilOpenAsync(period, cancellation);
            Xunit.Assert.True((await node.AskAsync(Bid(home, period), cancellation)).Accepted);
        }
    }

    /// <summary>The chain as it is now, as it would write itself to its file.</summary>
    public async Task<byte[]> ChainStateAsync()
    {
        using var packed = new MemoryStream(Hex.Parse((await AskChainAsync("anvil_dumpState")).GetString()!));
        using var unpacking = new GZipStream(packed, CompressionMode.Decompress);
        using var state = new MemoryStream();
        await unpacking.CopyToAsync(state);
        return state.ToArray();
    }

    /// <summary>SIGKILL for the chain; then it starts on the same port, from a file with this state.</summary>
    public async Task KillAndRestartChainAsync(byte[] state, CancellationToken cancellation)
    {
        using (var process = Process.GetProcessById(_anvil.ProcessId))
        {
            process.Kill();
        }

        await _anvil.DisposeAsync();
        await File.WriteAllBytesAsync(_chain.StateFile!, state, cancellation);
        _anvil = await AnvilProcess.StartAsync(_chain, TimeProvider.System, cancellation);
    }

    /// <summary>Asks the chain for what is not in every node's interface.</summary>
    public Task<JsonElement> AskChainAsync(string method, params object[] parameters) => AnvilChain.AskAsync(Options.Rpc, method, parameters);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _anvil.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>What an exchange reported, to be waited for.</summary>
internal sealed class RecordedProgress : IProgress<RoundProgress>
{
    private readonly Channel<RoundProgress> _reports = Channel.CreateUnbounded<RoundProgress>();

    public void Report(RoundProgress value) => _reports.Writer.TryWrite(value);

    /// <summary>The next report of this kind; those of other kinds before it are passed over.</summary>
    public async Task<T> NextAsync<T>(CancellationToken cancellation)
        where T : RoundProgress
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TestCommunity.Patience);
        while (true)
        {
            if (await _reports.Reader.ReadAsync(patience.Token) is T wanted)
            {
                return wanted;
            }
        }
    }
}

using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Numerics;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Benchmarks.Gas;

/// <summary>A community of simulated members on a chain of its own, and the ways to settle a period of simulated trades.</summary>
internal sealed class GasMarket : IAsyncDisposable
{
    private const int PeriodsPerBatch = 96;
    private const int RegisteredAtOnce = 100;
    private const long EachMicroEur = 500_000_000;

    /// <summary>Where the escrow's balances begin (contracts/snapshots/storage-layout.json), and the bit of a word in use.</summary>
    private const int FirstSlot = 16;

    private static readonly BigInteger InUse = BigInteger.One << 252;

    /// <summary>So many transfers show what each one costs.</summary>
    private const int NaiveSample = 200;

    private readonly AnvilProcess _anvil;
    private readonly JsonRpcClient _client;
    private readonly TransactionSender _registrar;
    private readonly TransactionSender _settler;
    private readonly ImmutableArray<Address> _members;
    private readonly TestEuro _euro;
    private readonly Address _judge;
    private readonly int _trades;
    private readonly Random _random = new(1);

    private GasMarket(AnvilProcess anvil, JsonRpcClient client, TransactionSender registrar, TransactionSender settler, TestEuro euro, Address judge, int members, int trades)
    {
        (_anvil, _client, _registrar, _settler, _euro, _judge, _trades) = (anvil, client, registrar, settler, euro, judge, trades);
        _members = [.. Enumerable.Range(0, members).Select(member => Address.Parse("0x" + Keccak256.Hash(BitConverter.GetBytes(member)).ToString()[^40..]))];
    }

    public static async Task<GasMarket> StartAsync(int members, int trades, CancellationToken cancellation)
    {
        var anvil = await AnvilProcess.StartAsync(new AnvilOptions(), TimeProvider.System, cancellation);
        var client = new JsonRpcClient(anvil.RpcUrl, TimeProvider.System, new JsonRpcOptions { KnownErrors = EnergySettlementContract.Errors });
        var options = new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(2) };
        var chainId = await client.ChainIdAsync(cancellation);
        var registrar = new TransactionSender(client, DevAccounts.Registrar, chainId, TimeProvider.System, options);
        var settler = new TransactionSender(client, DevAccounts.Settler, chainId, TimeProvider.System, options);
        var euro = await TestEuro.DeployAsync(registrar, cancellation);
        var judge = await FraudProofsContract.DeployAsync(registrar, cancellation);
        return new GasMarket(anvil, client, registrar, settler, euro, judge.Address, members, trades);
    }

    public async ValueTask DisposeAsync()
    {
        _registrar.Dispose();
        _settler.Dispose();
        _client.Dispose();
        await _anvil.DisposeAsync();
    }

    /// <summary>Net money of each member, packed.</summary>
    public async Task<GasUse> PackedAsync(CancellationToken cancellation)
    {
        var contract = await EscrowAsync(1, cancellation);
        var period = await contract.LastPeriodAsync(cancellation);
        var receipt = await contract.SettleAsync(_settler, BatchOf(period.Next, Trades(), []), cancellation);
        return new GasUse(1, _trades, 1, receipt.GasUsed);
    }

    /// <summary>The same by parts, as the exchange sends them.</summary>
    public async Task<GasUse> PartsAsync(CancellationToken cancellation)
    {
        var contract = await EscrowAsync(1, cancellation);
        var period = (await contract.LastPeriodAsync(cancellation)).Next;
        var (gas, transactions) = await SettleByPartsAsync(contract, BatchOf(period, Trades(), []), cancellation);
        return new GasUse(1, _trades, transactions, gas);
    }

    private async Task<(ulong Gas, int Transactions)> SettleByPartsAsync(EnergySettlementContract contract, SettlementBatch batch, CancellationToken cancellation)
    {
        var words = (await contract.LanesAsync(cancellation)).Pack(batch);
        var most = new SettlementGas(SettlementGas.Default).MostWords;
        var (gas, transactions, part) = (0UL, 0, (BatchPart?)null);
        async Task SendAsync(byte[] data)
        {
            gas += (await _settler.SendAndConfirmAsync(contract.Address, data, cancellation)).GasUsed;
            transactions++;
        }

        for (var start = 0; start < words.Length; start += most)
        {
            var slice = words[start..Math.Min(words.Length, start + most)];
            part = part?.Next(slice) ?? BatchPart.First(slice);
            await SendAsync(BatchPartsContract.EncodePart(batch.Period, isMetered: false, part));
        }

        await SendAsync(BatchPartsContract.EncodeSettle(batch.Period, batch.BidsRoot, batch.TradesRoot, part!.Chain));
        return (gas, transactions);
    }

    /// <summary>A root in each of 96 periods, and the money of all of them with the last.</summary>
    public async Task<GasUse> TwoTierAsync(CancellationToken cancellation)
    {
        var contract = await EscrowAsync(PeriodsPerBatch, cancellation);
        var (gas, before, transactions, period) = (0UL, new List<Trade>(), 0, await contract.LastPeriodAsync(cancellation));
        do
        {
            period = period.Next;
            var here = Trades();
            var receipt = (period.Index + 1) % PeriodsPerBatch == 0
                ? await contract.SettleAsync(_settler, BatchOf(period, here, before), cancellation)
                : await contract.CommitRootsAsync(_settler, period, BidsRoot(period), TradesRoot([.. here]), cancellation);
            gas += receipt.GasUsed;
            before.AddRange(here);
            transactions++;
        }
        while (transactions < PeriodsPerBatch);
        return new GasUse(PeriodsPerBatch, before.Count, transactions, gas);
    }

    /// <summary>The contract adds the trades up itself.</summary>
    public async Task<GasUse> VerifiedAsync(CancellationToken cancellation)
    {
        var contract = await EscrowAsync(1, cancellation);
        var period = await contract.LastPeriodAsync(cancellation);
        var trades = Trades();
        var payments = trades.Select(trade => new Payment(trade.Buyer, trade.Seller, trade.Energy, trade.Price)).ToList();
        var receipt = await contract.SettleVerifiedAsync(_settler, period.Next, BidsRoot(period), TradesRoot([.. trades]), payments, cancellation);
        return new GasUse(1, _trades, 1, receipt.GasUsed);
    }

    /// <summary>A transfer of the token for each trade, from a sample of them between accounts that hold some already.</summary>
    public async Task<GasUse> NaiveAsync(CancellationToken cancellation)
    {
        await _euro.MintAsync(_settler, _settler.Address, new Money(EachMicroEur), cancellation);
        await _euro.MintAsync(_registrar, _registrar.Address, new Money(EachMicroEur), cancellation);
        var (sample, gas) = (Math.Min(NaiveSample, _trades), 0UL);
        for (var trade = 0; trade < sample; trade++)
        {
            gas += (await _euro.TransferAsync(_settler, _registrar.Address, new Money(1 + trade), cancellation)).GasUsed;
        }

        return new GasUse(1, _trades, _trades, gas * (ulong)_trades / (ulong)sample);
    }

    /// <summary>Members paid in, and one batch settled, so that no slot is written for the first time.</summary>
    private async Task<EnergySettlementContract> EscrowAsync(int periodsPerBatch, CancellationToken cancellation)
    {
        var terms = new EnergySettlementTerms(_euro.Address, _judge, _registrar.Address, _settler.Address, new Period(PeriodsPerBatch - 2))
        {
            PeriodsPerBatch = periodsPerBatch, Challenge = TimeSpan.Zero,
        };
        var contract = await EnergySettlementContract.DeployAsync(_registrar, terms, cancellation);
        foreach (var some in _members.Chunk(RegisteredAtOnce))
        {
            await contract.RegisterAsync(_registrar, some, cancellation);
        }

        await PayInAsync(contract, cancellation);
        var first = BatchOf(new Period(PeriodsPerBatch - 1), Trades(), []);
        await SettleByPartsAsync(contract, first, cancellation);
        return contract;
    }

    /// <summary>
    /// The escrow gets its tokens, and balances are written straight into the chain's storage, six to a word: what is measured is settling, and a deposit each of
    /// twenty thousand members takes longer than all the rest.
    /// </summary>
    private async Task PayInAsync(EnergySettlementContract contract, CancellationToken cancellation)
    {
        await _euro.MintAsync(_registrar, contract.Address, new Money(EachMicroEur * _members.Length), cancellation);
        using var http = new HttpClient { BaseAddress = _anvil.RpcUrl };
        foreach (var slots in Enumerable.Range(0, (_members.Length + DeltaWords.LanesPerSlot - 1) / DeltaWords.LanesPerSlot).Chunk(RegisteredAtOnce))
        {
            using var answer = await http.PostAsJsonAsync("", slots.Select(slot => new
            {
                jsonrpc = "2.0", id = slot, method = "anvil_setStorageAt", @params = new[] { contract.Address.ToString(), Word(FirstSlot + slot), Word(Balances(slot)) },
            }), cancellation);
            answer.EnsureSuccessStatusCode();
        }

        if (await contract.BalanceOfAsync(_members[^1], cancellation) != new Money(EachMicroEur))
        {
            throw new InvalidOperationException("The balances are not where the storage layout was thought to have them: see contracts/snapshots/storage-layout.json.");
        }
    }

    private BigInteger Balances(int slot) => Enumerable.Range(0, Math.Min(DeltaWords.LanesPerSlot, _members.Length - slot * DeltaWords.LanesPerSlot))
        .Aggregate(InUse, (word, lane) => word | (BigInteger)EachMicroEur << (lane * DeltaWords.LaneBits));

    private static string Word(BigInteger number) => $"0x{number:x64}";

    /// <summary>50 to 500 Wh at 0 to 30 ct/kWh: a quarter of an hour between homes.</summary>
    private List<Trade> Trades()
    {
        var trades = new List<Trade>(_trades);
        while (trades.Count < _trades)
        {
            var (buyer, seller) = (_random.Next(_members.Length), _random.Next(_members.Length));
            if (buyer != seller)
            {
                trades.Add(new Trade(
                    _members[buyer].ToMember(), _members[seller].ToMember(), new Energy(_random.NextInt64(50, 500)), new Price(100 * _random.NextInt64(1, 3_000))));
            }
        }

        return trades;
    }

    /// <summary>The root of this period's trades, and the money of those before it, too.</summary>
    private static SettlementBatch BatchOf(Period period, List<Trade> trades, IEnumerable<Trade> before) =>
        new(period, BidsRoot(period), TradesRoot([.. trades]), Netting.DeltasOf(before.Concat(trades), [], new MoneyAccounts(null, null)));

    private static Hash256 TradesRoot(ImmutableArray<Trade> trades) => new CommittedTrades(trades, LedgerEntry.Book(trades, [], default)).Root;

    // Of a root only its 32 bytes cost gas.
    private static Hash256 BidsRoot(Period period) => Keccak256.Hash(BitConverter.GetBytes(period.Index));
}

using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.Contracts;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>The process ends, as far as what comes after it can see.</summary>
internal sealed class CrashException() : Exception("The process was ended here.");

/// <summary>Counts what payments do that outlives the process, and ends it at one of the steps.</summary>
internal sealed class Crashing(int at)
{
    private int _steps;

    public bool Happened => _steps >= at;

    public void Step()
    {
        if (++_steps == at)
        {
            throw new CrashException();
        }
    }
}

/// <summary>A node beside which the process may end: before a transaction arrives, after it did, and before its receipt is seen.</summary>
internal sealed class CrashingClient(IEthereumClient node, Crashing crashing) : IEthereumClient
{
    public async Task<Hash256> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken)
    {
        crashing.Step();
        var hash = await node.SendRawTransactionAsync(raw, cancellationToken);
        crashing.Step();
        return hash;
    }

    public async Task<TransactionReceipt?> ReceiptAsync(Hash256 transaction, CancellationToken cancellationToken)
    {
        var receipt = await node.ReceiptAsync(transaction, cancellationToken);
        if (receipt is not null)
        {
            crashing.Step(); // How often a receipt is asked for in vain depends on the machine.
        }

        return receipt;
    }

    public Task<ulong> ChainIdAsync(CancellationToken cancellationToken) => node.ChainIdAsync(cancellationToken);

    public Task<ulong> BlockNumberAsync(CancellationToken cancellationToken) => node.BlockNumberAsync(cancellationToken);

    public Task<byte[]> CallAsync(EthereumCall call, CancellationToken cancellationToken) => node.CallAsync(call, cancellationToken);

    public Task<ulong> EstimateGasAsync(EthereumCall call, CancellationToken cancellationToken) => node.EstimateGasAsync(call, cancellationToken);

    public Task<EthereumFees> FeesAsync(CancellationToken cancellationToken) => node.FeesAsync(cancellationToken);

    public Task<ulong> TransactionCountAsync(Address account, bool pending, CancellationToken cancellationToken) => node.TransactionCountAsync(account, pending, cancellationToken);

    public Task<BigInteger> BalanceAsync(Address account, CancellationToken cancellationToken) => node.BalanceAsync(account, cancellationToken);

    public Task<bool> KnowsTransactionAsync(Hash256 transaction, CancellationToken cancellationToken) => node.KnowsTransactionAsync(transaction, cancellationToken);

    public Task<IReadOnlyList<LogEntry>> LogsAsync(LogFilter filter, CancellationToken cancellationToken) => node.LogsAsync(filter, cancellationToken);

    public Task<byte[]> CodeAsync(Address account, CancellationToken cancellationToken) => node.CodeAsync(account, cancellationToken);
}

/// <summary>An escrow on Anvil, a wallet that pays into it, and a file of payments that outlives the desk.</summary>
internal sealed class PaymentBed(DevChain chain, Escrow escrow)
{
    public static readonly MarketProfile Profile = ShippedProfiles.Get(ShippedProfiles.ItalianMsd);

    /// <summary>The period of the first settled one; the market's time is a day after it.</summary>
    public static readonly Period First = new(1_994_832);

    private readonly List<byte> _file = [];

    public static EthereumKey Wallet { get; } = DevAccounts.Keys[9];

    public Escrow Escrow => escrow;

    /// <summary>The system operator's account; null where it is paid by hand.</summary>
    public Address? Operator { get; init; }

    public List<PeriodSettlement> Settled { get; } = [];

    public PaymentBook Book { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<PaymentBed> OfAsync(DevChain chain, int members) => new(chain, await Escrow.OfAsync(chain, members));

    /// <summary>Money for the wallet, as the operator would transfer it.</summary>
    public Task FundAsync(long microEur) => escrow.Euro.MintAsync(chain.Registrar, Wallet.Address, new Money(microEur), Ct);

    /// <summary>A unit's period up, of members that were told and delivered so many Wh and ask nothing, at a fee of 10 %.</summary>
    public void Settle(Period period, ImmutableArray<OrderedEnergy> ordered, params (int Member, long Told, long Delivered)[] homes)
    {
        Settled.Add(new UnitSettlement(Profile, feePermille: 100).Settle(Delivered(period, ordered, homes)).Settlement!);
    }

    /// <summary>1,000 Wh down at 20 ct by one member who gives 25 ct for a kWh: the provider owes the operator 200,000 µEUR.</summary>
    public void SettleDown(Period period, int member) => Settled.Add(new UnitSettlement(Profile, feePermille: 100).Settle(new UnitPeriod(
        new UnitId("UVAM-1"), period, RegulationDirection.Down, [new(new Energy(1_000), new Price(200_000))],
        [new PointDelivery(PodCode.Parse($"IT001E0000000{member}"), Escrow.AddressOf(member).ToMember(), new Energy(1_000), new Energy(2_000), new Energy(1_000), new Price(-250_000))])).Settlement!);

    public Task<Money> BalanceAsync(Address account) => escrow.Euro.BalanceOfAsync(account, Ct);

    public static UnitPeriod Delivered(Period period, ImmutableArray<OrderedEnergy> ordered, params (int Member, long Told, long Delivered)[] homes) => new(
        new UnitId("UVAM-1"), period, RegulationDirection.Up, ordered,
        [
            .. homes.Select(home => new PointDelivery(
                PodCode.Parse($"IT001E0000000{home.Member}"), Escrow.AddressOf(home.Member).ToMember(), new Energy(1_000), new Energy(1_000 - home.Delivered), new Energy(home.Told))),
        ]);

    /// <summary>A desk as a process that starts now has it: of what was there before it knows the file.</summary>
    public PaymentDesk Start(Crashing? crashing = null, IEthereumClient? client = null)
    {
        var options = new PaymentOptions { Rpc = chain.Rpc, ChainId = DevChain.ChainId, Contract = escrow.Contract.Address, Key = Wallet };
        var parties = new PaymentParties(DevChain.ChainId, escrow.Contract.Address, Wallet.Address) { Operator = Operator };
        Book = PaymentBook.Open(parties, _file.ToArray(), line => Append(line, crashing), out var whole);
        Assert.Equal(_file.Count, whole);
        var sender = new TransactionSender(
            crashing is null ? client ?? chain.Client : new CrashingClient(chain.Client, crashing), Wallet, DevChain.ChainId, TimeProvider.System,
            new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(5) });
        return new PaymentDesk(() => [.. Settled], Book, sender, options, Profile.Grid, new FixedTime(Profile.Grid.StartOf(First).AddDays(1).AddHours(1)));
    }

    public Task<Money> WalletAsync() => escrow.Euro.BalanceOfAsync(Wallet.Address, Ct);

    /// <summary>Ends the process before or after the line is on the disk.</summary>
    private void Append(ReadOnlyMemory<byte> line, Crashing? crashing)
    {
        crashing?.Step();
        _file.AddRange(line.Span);
        crashing?.Step();
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

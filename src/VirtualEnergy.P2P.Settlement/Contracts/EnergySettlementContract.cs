using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>A community's escrow on the chain: <c>contracts/EnergySettlement.sol</c> at an address. Holds no state but that.</summary>
/// <remarks>
/// What the contract refuses throws <see cref="EthereumRevertException"/>, by name where the client was given
/// <see cref="Errors"/>; an answer that cannot be its own, <see cref="ContractAnswerException"/>.
/// </remarks>
public sealed class EnergySettlementContract(IEthereumClient client, Address address)
{
    // A call that returns this many members or balances stays far under any node's limits.
    private const int PageSize = 1000;

    private static readonly ContractArtifact Artifact = ContractArtifact.Embedded("EnergySettlement");

    /// <summary>Every error a call can end with, the token's included: for <see cref="JsonRpcOptions.KnownErrors"/>.</summary>
    public static ImmutableArray<AbiError> Errors { get; } =
        [.. Artifact.Errors.Concat(TestEuro.Errors).DistinctBy(error => error.CanonicalSignature)];

    public Address Address { get; } = address;

    /// <summary>The block at whose end everything is read; null is the latest.</summary>
    private ulong? Block { get; init; }

    /// <summary>The same escrow as it was at the end of a block. Nodes forget the states of old ones.</summary>
    public EnergySettlementContract At(ulong block) => new(client, Address) { Block = block };

    /// <summary>Creates a new contract and waits until it is there.</summary>
    public static async Task<EnergySettlementContract> DeployAsync(
        TransactionSender sender, EnergySettlementTerms terms, CancellationToken cancellationToken)
    {
        object[] values =
        [
            terms.Token, terms.Admin, terms.Registrar, terms.Pauser, terms.Settler, terms.Judge, terms.Treasury, terms.LastPeriod.Index,
            terms.WindowPeriods, terms.PeriodsPerBatch, Seconds(terms.Challenge), Seconds(terms.Silence), Seconds(terms.KeyDelay), terms.Bond.MicroEur, terms.Rules,
        ];
        var arguments = EnergySettlementAbi.Constructor.EncodeArguments([values]);
        var receipt = await sender.SendAndConfirmAsync(null, [.. Artifact.CreationCode, .. arguments], cancellationToken);
        return new EnergySettlementContract(sender.Client, receipt.ContractAddress!.Value);
    }

    /// <summary>Registers members, in this order. The sender is the registrar.</summary>
    public Task<TransactionReceipt> RegisterAsync(
        TransactionSender sender, IReadOnlyList<Address> members, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(
            Address, EnergySettlementAbi.Register.Encode([members.Select(member => (object)member).ToArray()]), cancellationToken);

    /// <summary>Registers an account that may come to hold more than a lane does, 4.4 million euros. The sender is the registrar.</summary>
    public Task<TransactionReceipt> RegisterWideAsync(TransactionSender sender, Address account, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EnergySettlementAbi.RegisterWide.Encode(account), cancellationToken);

    /// <summary>Pays the sender's tokens into a member's balance. The sender has approved this contract to take them.</summary>
    public Task<TransactionReceipt> DepositAsync(
        TransactionSender sender, Address member, Money amount, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EnergySettlementAbi.Deposit.Encode(member, amount.MicroEur), cancellationToken);

    /// <summary>Asks for money of the sender, a member, to be paid to an account; see <see cref="RequestOfAsync"/> for when.</summary>
    public Task<TransactionReceipt> RequestWithdrawalAsync(
        TransactionSender sender, Money amount, Address to, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EnergySettlementAbi.RequestWithdrawal.Encode(amount.MicroEur, to), cancellationToken);

    /// <summary>Puts what the sender asked for back into her balance.</summary>
    public Task<TransactionReceipt> CancelWithdrawalAsync(TransactionSender sender, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EnergySettlementAbi.CancelWithdrawal.Encode(), cancellationToken);

    /// <summary>Has a member paid what she asked for. Anyone may send it, once the time has come.</summary>
    public Task<TransactionReceipt> FinaliseWithdrawalAsync(TransactionSender sender, Address member, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EnergySettlementAbi.FinaliseWithdrawal.Encode(member), cancellationToken);

    /// <summary>Adds the sender's tokens to the operator's bond.</summary>
    public Task<TransactionReceipt> PostBondAsync(TransactionSender sender, Money amount, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EnergySettlementAbi.PostBond.Encode(amount.MicroEur), cancellationToken);

    /// <summary>Moves the last period's money back after fraud was proved. Anyone may send it.</summary>
    /// <param name="sender">Pays the gas.</param>
    /// <param name="batch">What was settled; its period is the last one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<TransactionReceipt> RollbackAsync(TransactionSender sender, SettlementBatch batch, CancellationToken cancellationToken)
    {
        var lanes = await LanesAsync(cancellationToken);
        var data = EnergySettlementAbi.Rollback.Encode(batch.BidsRoot, batch.TradesRoot, lanes.Pack(batch).Select(word => (object)word).ToArray());
        return await sender.SendAndConfirmAsync(Address, data, cancellationToken);
    }

    /// <summary>The same by the words themselves, as the settlement's call data has them.</summary>
    public Task<TransactionReceipt> RollbackAsync(
        TransactionSender sender, Hash256 bidsRoot, Hash256 tradesRoot, ImmutableArray<BigInteger> words, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(
            Address, EnergySettlementAbi.Rollback.Encode(bidsRoot, tradesRoot, words.Select(word => (object)word).ToArray()), cancellationToken);

    /// <summary>Opens the exit when the operator has been silent for too long. Anyone may send it.</summary>
    public Task<TransactionReceipt> OpenExitAsync(TransactionSender sender, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EnergySettlementAbi.OpenExit.Encode(), cancellationToken);

    /// <summary>Pays a member all that she has, once the exit is open. Anyone may send it.</summary>
    public Task<TransactionReceipt> ExitAsync(TransactionSender sender, Address member, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EnergySettlementAbi.Exit.Encode(member), cancellationToken);

    /// <summary>Keeps the roots of a period whose money moves with a later one. The sender is the settler.</summary>
    public Task<TransactionReceipt> CommitRootsAsync(
        TransactionSender sender, Period period, Hash256 bidsRoot, Hash256 tradesRoot, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, EncodeCommitRoots(period, bidsRoot, tradesRoot), cancellationToken);

    /// <summary>Settles a period by its payments, which the contract adds up itself. The sender is the settler.</summary>
    /// <exception cref="ArgumentException">A payment's member is not registered, or it does not fit; nothing was sent.</exception>
    public async Task<TransactionReceipt> SettleVerifiedAsync(
        TransactionSender sender, Period period, Hash256 bidsRoot, Hash256 tradesRoot, IReadOnlyList<Payment> payments, CancellationToken cancellationToken)
    {
        var data = EncodeSettleVerified(period, bidsRoot, tradesRoot, payments, await LanesAsync(cancellationToken));
        return await sender.SendAndConfirmAsync(Address, data, cancellationToken);
    }

    /// <summary>Settles a period and waits until it is mined. The sender is the settler.</summary>
    /// <exception cref="ArgumentException">A delta's member is not registered, or it does not fit; nothing was sent.</exception>
    public async Task<TransactionReceipt> SettleAsync(
        TransactionSender sender, SettlementBatch batch, CancellationToken cancellationToken)
    {
        var lanes = await LanesAsync(cancellationToken);
        return await sender.SendAndConfirmAsync(Address, EncodeSettle(batch, lanes), cancellationToken);
    }

    /// <summary>The call data of <c>settle</c>, for a caller that writes it down before it sends it.</summary>
    /// <exception cref="ArgumentException">A delta's member is not registered, or it does not fit.</exception>
    public static byte[] EncodeSettle(SettlementBatch batch, MemberLanes lanes) =>
        EnergySettlementAbi.Settle.Encode(
            batch.Period.Index, batch.BidsRoot, batch.TradesRoot, lanes.Pack(batch).Select(word => (object)word).ToArray());

    /// <summary>The call data of <c>commitRoots</c>.</summary>
    public static byte[] EncodeCommitRoots(Period period, Hash256 bidsRoot, Hash256 tradesRoot) =>
        EnergySettlementAbi.CommitRoots.Encode(period.Index, bidsRoot, tradesRoot);

    /// <summary>The call data of <c>settleVerified</c>.</summary>
    /// <exception cref="ArgumentException">A payment's member is not registered, or it does not fit.</exception>
    public static byte[] EncodeSettleVerified(Period period, Hash256 bidsRoot, Hash256 tradesRoot, IEnumerable<Payment> payments, MemberLanes lanes) =>
        EnergySettlementAbi.SettleVerified.Encode(period.Index, bidsRoot, tradesRoot, PaymentWords.Pack(payments, lanes).Select(word => (object)word).ToArray());

    /// <summary>Balances move in every so many periods; in the others only roots are kept.</summary>
    public Task<int> PeriodsPerBatchAsync(CancellationToken cancellationToken) =>
        ReadAsync(EnergySettlementAbi.PeriodsPerBatch, (BigInteger periods) => (int)(uint)periods, cancellationToken);

    public Task<Address> TokenAsync(CancellationToken cancellationToken) =>
        ReadAsync<Address>(EnergySettlementAbi.Token, cancellationToken);

    /// <summary>Hash of the market rules that the escrow was deployed with; see <see cref="Commitments.CommittedRules"/>.</summary>
    public Task<Hash256> RulesAsync(CancellationToken cancellationToken) =>
        ReadAsync(EnergySettlementAbi.Rules, (byte[] hash) => new Hash256(hash), cancellationToken);

    public Task<Address> SettlerAsync(CancellationToken cancellationToken) =>
        ReadAsync<Address>(EnergySettlementAbi.Settler, cancellationToken);

    /// <summary>The contract that takes proofs of fraud.</summary>
    public Task<Address> JudgeAsync(CancellationToken cancellationToken) =>
        ReadAsync<Address>(EnergySettlementAbi.Judge, cancellationToken);

    /// <summary>How long a settled period can be challenged.</summary>
    public Task<TimeSpan> ChallengeAsync(CancellationToken cancellationToken) =>
        ReadAsync(EnergySettlementAbi.ChallengeSeconds, (BigInteger seconds) => TimeSpan.FromSeconds((uint)seconds), cancellationToken);

    /// <summary>How long an announced key, a settler's or a meter's, waits until it signs.</summary>
    public Task<TimeSpan> KeyDelayAsync(CancellationToken cancellationToken) =>
        ReadAsync(EnergySettlementAbi.KeyDelaySeconds, (BigInteger seconds) => TimeSpan.FromSeconds((uint)seconds), cancellationToken);

    /// <summary>The last period settled, or the one before the first.</summary>
    public Task<Period> LastPeriodAsync(CancellationToken cancellationToken) =>
        ReadAsync(EnergySettlementAbi.LastPeriod, (BigInteger period) => new Period((uint)period), cancellationToken);

    /// <summary>What the contract keeps of a settled period; see <see cref="SettlementCommitment"/>.</summary>
    /// <exception cref="EthereumRevertException">Not settled yet, or further back than the window.</exception>
    public Task<Hash256> CommitmentOfAsync(Period period, CancellationToken cancellationToken) =>
        ReadAsync(EnergySettlementAbi.CommitmentOf, (byte[] commitment) => new Hash256(commitment), cancellationToken, period.Index);

    /// <summary>What a member asked for and has not been paid: how much, from when on she can be, and to whom.</summary>
    public Task<WithdrawalRequest> RequestOfAsync(Address member, CancellationToken cancellationToken) => client.ReadAtAsync(
        Block,
        Address,
        EnergySettlementAbi.RequestOf,
        values => new WithdrawalRequest(ToMoney((BigInteger)values[0]), DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)values[1]), (Address)values[2]),
        cancellationToken,
        member);

    /// <summary>Whether the escrow settles, or why not.</summary>
    public Task<EscrowState> StateAsync(CancellationToken cancellationToken) => client.ReadAtAsync(
        Block, Address, EnergySettlementAbi.State, values => new EscrowState((bool)values[0], (bool)values[1], (bool)values[2], (bool)values[3]), cancellationToken);

    /// <summary>Whether the contract at the address is this one: the code that this version was built with, byte by byte, immutables apart.</summary>
    public async Task<bool> IsThisVersionAsync(CancellationToken cancellationToken) =>
        Artifact.RuntimeCode.IsThatOf(await client.CodeAsync(Address, cancellationToken));

    public Task<bool> IsMemberAsync(Address account, CancellationToken cancellationToken) =>
        ReadAsync<bool>(EnergySettlementAbi.IsMember, cancellationToken, account);

    /// <summary>What really arrived of a deposit, by the log of its transaction.</summary>
    /// <exception cref="AbiFormatException">The transaction deposited nothing here.</exception>
    public Money ReceivedBy(TransactionReceipt deposit) =>
        deposit.Logs.FirstOrDefault(log => log.Contract == Address && !log.Topics.IsEmpty && log.Topics[0] == EnergySettlementAbi.Deposited.Topic) is { } log
            ? ToMoney((BigInteger)EnergySettlementAbi.Deposited.Decode(log.Topics, log.Data.AsSpan())[2])
            : throw new AbiFormatException($"Transaction {deposit.TransactionHash} deposited nothing in {Address}.");

    /// <summary>The lane of every member and wide account. None is ever removed, so what was read stays true; there may be more later.</summary>
    public async Task<MemberLanes> LanesAsync(CancellationToken cancellationToken)
    {
        var members = new List<Address>();
        var known = new HashSet<Address>();
        int read;
        do
        {
            read = await ReadAsync(EnergySettlementAbi.Members, (object[] page) => Append(members, known, page, DeltaWords.FirstWideLane), cancellationToken, members.Count, PageSize);
        }
        while (read == PageSize);
        var wide = new List<Address>();
        await ReadAsync(EnergySettlementAbi.WideAccounts, (object[] all) => Append(wide, known, all, DeltaWords.WideAccounts), cancellationToken);
        return new MemberLanes(members, wide);
    }

    public Task<Money> BalanceOfAsync(Address member, CancellationToken cancellationToken) =>
        ReadAsync(EnergySettlementAbi.BalanceOf, (BigInteger units) => ToMoney(units), cancellationToken, member);

    /// <summary>The balances of many members, in the order asked.</summary>
    public async Task<ImmutableArray<Money>> BalancesAsync(IReadOnlyList<Address> members, CancellationToken cancellationToken)
    {
        var balances = ImmutableArray.CreateBuilder<Money>(members.Count);
        foreach (var page in members.Chunk(PageSize))
        {
            var accounts = page.Select(member => (object)member).ToArray();
            balances.AddRange(await ReadAsync(EnergySettlementAbi.BalancesOf, (object[] units) => BalancesOf(page, units), cancellationToken, [accounts]));
        }

        return balances.ToImmutable();
    }

    /// <summary>The settlements in blocks from <paramref name="fromBlock"/> on, oldest first.</summary>
    public async Task<ImmutableArray<SettledEvent>> SettledEventsAsync(ulong fromBlock, CancellationToken cancellationToken)
    {
        var logs = await client.LogsAsync(new LogFilter(Address, EnergySettlementAbi.Settled.Topic, fromBlock), cancellationToken);
        return [.. ContractAnswers.ReadAll(Address, "Settled", logs, ReadSettled)];
    }

    internal static SettledEvent ReadSettled(LogEntry log)
    {
        var values = EnergySettlementAbi.Settled.Decode(log.Topics, log.Data.AsSpan());
        return new SettledEvent(
            new Period((long)(BigInteger)values[0]),
            new Hash256((byte[])values[1]),
            new Hash256((byte[])values[2]),
            new Hash256((byte[])values[3]),
            log.BlockNumber,
            log.TransactionHash);
    }

    private Task<T> ReadAsync<T>(AbiFunction function, CancellationToken cancellationToken, params object[] arguments) =>
        ReadAsync(function, (T answer) => answer, cancellationToken, arguments);

    private Task<T> ReadAsync<TAnswer, T>(AbiFunction function, Func<TAnswer, T> read, CancellationToken cancellationToken, params object[] arguments) =>
        client.ReadAtAsync(Block, Address, function, values => read((TAnswer)values[0]), cancellationToken, arguments);

    // A node that lies could list members without end, and the same one twice would have two lanes.
    private static int Append(List<Address> members, HashSet<Address> known, object[] page, int most)
    {
        if (page.Length > PageSize || members.Count + page.Length > most)
        {
            throw new ArgumentException($"{page.Length} more members after {members.Count}.");
        }

        foreach (Address member in page)
        {
            members.Add(known.Add(member) ? member : throw new ArgumentException($"{member} is listed twice."));
        }

        return page.Length;
    }

    private static IEnumerable<Money> BalancesOf(Address[] members, object[] units) =>
        units.Length == members.Length
            ? [.. units.Select(balance => ToMoney((BigInteger)balance))]
            : throw new ArgumentException($"{units.Length} balances of {members.Length} members.");

    private static long Seconds(TimeSpan span) => checked((long)span.TotalSeconds);

    private static Money ToMoney(BigInteger units) => new((long)units);
}

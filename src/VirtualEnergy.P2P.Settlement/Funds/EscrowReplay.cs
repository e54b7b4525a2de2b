using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Funds;

/// <summary>
/// Follows the money of some members through an escrow's events: what each event does to each balance is worked out here, by the
/// contract's rules, and the deltas of settlements are taken from call data that the contract's log vouches for.
/// </summary>
/// <remarks>Not for two callers at once. After an exception it is of no more use: begin anew.</remarks>
public sealed class EscrowReplay
{
    /// <summary>The longest ring that a contract can have: a batch further back is never rolled back.</summary>
    private const int LongestWindow = 288;

    /// <summary>How many logs' call data and blocks are fetched at a time.</summary>
    private const int Portion = 500;

    private readonly JsonRpcClient _client;
    private readonly EnergySettlementContract _escrow;
    private readonly Dictionary<Address, FundsState> _funds;
    private readonly SortedDictionary<Period, Batch> _batches = [];
    private readonly SortedDictionary<Period, Batch> _metered = [];
    private readonly List<Part> _parts = [];
    private bool _isReopened;
    private MemberLanes _lanes = new([]);

    /// <param name="client">The node, over HTTP.</param>
    /// <param name="escrow">The contract, on the same node.</param>
    /// <param name="opening">Whom to follow, and what each had before <paramref name="fromBlock"/>.</param>
    /// <param name="fromBlock">The first block to read.</param>
    public EscrowReplay(JsonRpcClient client, EnergySettlementContract escrow, IEnumerable<KeyValuePair<Address, FundsState>> opening, ulong fromBlock)
    {
        (_client, _escrow, _funds, NextBlock) = (client, escrow, opening.ToDictionary(), fromBlock);
    }

    /// <summary>The first block that is not read yet.</summary>
    public ulong NextBlock { get; private set; }

    /// <summary>The settlements of the last periods that stand, oldest first: what the contract's ring can be held against.</summary>
    public IEnumerable<(SettledEvent Settled, SettledMeteredEvent? Metered)> Standing => _batches.Values.Select(batch =>
        (batch.Settled!, _metered.Values.LastOrDefault(metered => metered.Metered!.StandsOn == batch.Settled!.Period)?.Metered));

    /// <exception cref="FundsHistoryException">Nobody who is followed.</exception>
    public FundsState Of(Address member) =>
        _funds.TryGetValue(member, out var state) ? state : throw new FundsHistoryException($"{member} is not followed.");

    /// <summary>Reads on to a block: the entries of those who are followed, in the chain's order, a page at a time.</summary>
    /// <exception cref="FundsHistoryException">The events contradict themselves, or the node what they vouch for.</exception>
    /// <exception cref="EthereumException">The node does not answer.</exception>
    public async IAsyncEnumerable<ImmutableArray<FundsEntry>> ReadToAsync(ulong lastBlock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        _lanes = await _escrow.LanesAsync(cancellation);
        await foreach (var page in EscrowLogPages.ReadAsync(_client, _escrow.Address, NextBlock, lastBlock, cancellation))
        {
            var entries = ImmutableArray.CreateBuilder<FundsEntry>();
            foreach (var logs in page.Logs.Where(IsAboutMoney).Chunk(Portion))
            {
                var calls = await CallsAsync(logs, cancellation);
                var times = await TimesAsync(logs, cancellation);
                foreach (var log in logs)
                {
                    entries.AddRange(Apply(log, times[log.BlockNumber], calls));
                }
            }

            NextBlock = page.LastBlock + 1;
            yield return entries.ToImmutable();
        }
    }

    private IEnumerable<FundsEntry> Apply(LogEntry log, DateTimeOffset at, Dictionary<Hash256, MinedCall> calls)
    {
        if (IsOfParts(log))
        {
            return ApplyPart(log, at, calls);
        }

        if (Decode(EnergySettlementAbi.Settled, log) is not null)
        {
            var settled = EnergySettlementContract.ReadSettled(log);
            var (parts, deltas) = PartsOf(settled.DeltasHash, log, calls, settled.Period, isMetered: false, $"Period {settled.Period}");
            Keep(_batches, settled.Period, new Batch(settled, null, parts));
            return Move(deltas, FundsEntryKind.Trades, settled.Period, log, at, (state, delta) => state.Settled(delta));
        }

        if (Decode(EnergySettlementAbi.SettledMetered, log) is not null)
        {
            var metered = MeteredSettlementContract.ReadSettled(log);
            var (parts, deltas) = PartsOf(
                metered.DeltasHash, log, calls, metered.MeteredPeriod, isMetered: true, $"The deviations of period {metered.MeteredPeriod}");
            Keep(_metered, metered.MeteredPeriod, new Batch(null, metered, parts));
            return Move(deltas, FundsEntryKind.Deviations, metered.MeteredPeriod, log, at, (state, delta) => state.Settled(delta));
        }

        if (Decode(EnergySettlementAbi.RolledBack, log) is [var period])
        {
            return Undo(_batches, PeriodOf(period), FundsEntryKind.TradesRolledBack, log, at);
        }

        return Decode(EnergySettlementAbi.RolledBackMetered, log) is [var meteredPeriod]
            ? Undo(_metered, PeriodOf(meteredPeriod), FundsEntryKind.DeviationsRolledBack, log, at)
            : Own(log, at);
    }

    /// <summary>Events about one member.</summary>
    private IEnumerable<FundsEntry> Own(LogEntry log, DateTimeOffset at)
    {
        var values = OwnEvents.Select(known => Decode(known, log)).First(decoded => decoded is not null)!;
        var member = (Address)values[0];
        if (!_funds.TryGetValue(member, out var before))
        {
            return [];
        }

        var (kind, after, other) = log.Topics[0] == EnergySettlementAbi.Deposited.Topic ? (FundsEntryKind.Deposit, before.Deposited(Amount(values[2])), values[1])
            : log.Topics[0] == EnergySettlementAbi.WithdrawalRequested.Topic ? (FundsEntryKind.WithdrawalRequest, before.Asked(Amount(values[2])), values[1])
            : log.Topics[0] == EnergySettlementAbi.WithdrawalReduced.Topic ? (FundsEntryKind.WithdrawalReduced, before.Reduced(Amount(values[1])), (object?)null)
            : log.Topics[0] == EnergySettlementAbi.WithdrawalCancelled.Topic ? (FundsEntryKind.WithdrawalCancelled, before.Cancelled(Amount(values[1])), (object?)null)
            : before.Paid(Amount(values[2])) is var (paid, isExit) ? (isExit ? FundsEntryKind.Exit : FundsEntryKind.Withdrawal, paid, values[1])
            : default;
        _funds[member] = after;
        return [new FundsEntry(member, kind, before, after, null, (Address?)other, log.BlockNumber, at, log.TransactionHash)];
    }

    private List<FundsEntry> Undo(SortedDictionary<Period, Batch> kept, Period period, FundsEntryKind kind, LogEntry log, DateTimeOffset at)
    {
        if (!kept.Remove(period, out var batch))
        {
            throw new FundsHistoryException($"Period {period} was rolled back, and was settled before the first block read: read from an earlier one.");
        }

        if (!_isReopened)
        {
            return Move([.. batch.Parts.SelectMany(part => part.Deltas)], kind, period, log, at, (state, delta) => state.RolledBack(delta));
        }

        // Its money moves back with its parts.
        _isReopened = false;
        _parts.AddRange(batch.Parts);
        return [];
    }

    /// <summary>What each transaction of a batch by parts moves, and moves back.</summary>
    private List<FundsEntry> ApplyPart(LogEntry log, DateTimeOffset at, Dictionary<Hash256, MinedCall> calls)
    {
        if (Decode(EnergySettlementAbi.PartSettled, log) is [var number, bool isMetered, var from, byte[] hash])
        {
            var (period, first) = (PeriodOf(number), SlotOf(from));
            var part = new Part(period, isMetered, first, DeltasOf(new Hash256(hash), log, calls, $"A part of period {period}", first));
            _parts.Add(part);
            return Move(part.Deltas, isMetered ? FundsEntryKind.Deviations : FundsEntryKind.Trades, period, log, at, (state, delta) => state.Settled(delta));
        }

        if (Decode(EnergySettlementAbi.PartUndone, log) is not [var slot])
        {
            _isReopened = true;
            return [];
        }

        if (_parts is not [.., var last])
        {
            throw new FundsHistoryException("A part of a batch was undone, and was settled before the first block read: read from an earlier one.");
        }

        var due = SlotOf(slot);
        var undone = last.Deltas.Where(delta => DeltaWords.SlotOf(delta.Lane) >= due).ToImmutableArray();
        _parts.RemoveAt(_parts.Count - 1);
        if (due > last.From)
        {
            _parts.Add(last with { Deltas = [.. last.Deltas.Except(undone)] });
        }

        var kind = last.IsMetered ? FundsEntryKind.DeviationsRolledBack : FundsEntryKind.TradesRolledBack;
        return Move(undone, kind, last.Period, log, at, (state, delta) => state.RolledBack(delta));
    }

    /// <summary>The parts of a batch that is settled now, and what that moves: nothing where they moved it before.</summary>
    private (ImmutableArray<Part> Parts, ImmutableArray<LaneDelta> Deltas) PartsOf(
        Hash256 deltasHash, LogEntry log, Dictionary<Hash256, MinedCall> calls, Period period, bool isMetered, string what)
    {
        if (_parts.Count > 0 || (!SettledDeltas.AreNone(deltasHash) && SettledDeltas.AreInParts(calls[log.TransactionHash], _escrow.Address, deltasHash)))
        {
            ImmutableArray<Part> parts = [.. _parts];
            _parts.Clear();
            return (parts, []);
        }

        var deltas = DeltasOf(deltasHash, log, calls, what);
        return ([new Part(period, isMetered, 0, deltas)], deltas);
    }

    private List<FundsEntry> Move(
        ImmutableArray<LaneDelta> deltas, FundsEntryKind kind, Period period, LogEntry log, DateTimeOffset at, Func<FundsState, Money, FundsState> move)
    {
        var entries = new List<FundsEntry>();
        foreach (var (lane, delta) in deltas)
        {
            if (_lanes.OwnerOf(lane) is { } owner && _funds.TryGetValue(owner, out var before))
            {
                var after = _funds[owner] = move(before, delta);
                entries.Add(new FundsEntry(owner, kind, before, after, period, null, log.BlockNumber, at, log.TransactionHash));
            }
        }

        return entries;
    }

    private ImmutableArray<LaneDelta> DeltasOf(Hash256 deltasHash, LogEntry log, Dictionary<Hash256, MinedCall> calls, string what, int from = 0) =>
        SettledDeltas.AreNone(deltasHash) ? [] : SettledDeltas.Read(calls[log.TransactionHash], _escrow.Address, deltasHash, what, from);

    private async Task<Dictionary<Hash256, MinedCall>> CallsAsync(IEnumerable<LogEntry> logs, CancellationToken cancellation)
    {
        var transactions = logs.Where(MovesManyBalances).Select(log => log.TransactionHash).Distinct().ToArray();
        var batch = _client.NewBatch();
        var answers = transactions.Select(transaction => batch.Client.MinedCallAsync(transaction, cancellation)).ToArray();
        await batch.SendAsync(cancellation);
        var calls = new Dictionary<Hash256, MinedCall>(transactions.Length);
        foreach (var (transaction, answer) in transactions.Zip(answers))
        {
            calls[transaction] = await answer ?? await _client.LoggedCallAsync(transaction, cancellation)
                ?? throw new FundsHistoryException($"The node has the log of transaction {transaction} and not the transaction.");
        }

        return calls;
    }

    private async Task<Dictionary<ulong, DateTimeOffset>> TimesAsync(IEnumerable<LogEntry> logs, CancellationToken cancellation)
    {
        var blocks = logs.Select(log => log.BlockNumber).Distinct().ToArray();
        var batch = _client.NewBatch();
        var answers = blocks.Select(block => batch.Client.BlockAsync(block, cancellation)).ToArray();
        await batch.SendAsync(cancellation);
        var heads = await Task.WhenAll(answers);
        return blocks.Zip(heads, (block, head) => KeyValuePair.Create(
            block, head?.Time ?? throw new FundsHistoryException($"The node has logs of block {block} and not the block."))).ToDictionary();
    }

    private static readonly AbiEvent[] OwnEvents =
        [EnergySettlementAbi.Deposited, EnergySettlementAbi.WithdrawalRequested, EnergySettlementAbi.WithdrawalCancelled, EnergySettlementAbi.WithdrawalReduced, EnergySettlementAbi.Withdrawn];

    private static readonly Hash256[] PartTopics =
        [EnergySettlementAbi.PartSettled.Topic, EnergySettlementAbi.PartUndone.Topic, EnergySettlementAbi.BatchReopened.Topic];

    private static readonly HashSet<Hash256> MoneyTopics =
    [
        .. OwnEvents.Select(known => known.Topic), EnergySettlementAbi.Settled.Topic, EnergySettlementAbi.SettledMetered.Topic,
        EnergySettlementAbi.RolledBack.Topic, EnergySettlementAbi.RolledBackMetered.Topic, .. PartTopics,
    ];

    private static bool IsAboutMoney(LogEntry log) => !log.Topics.IsEmpty && MoneyTopics.Contains(log.Topics[0]);

    private static bool MovesManyBalances(LogEntry log) =>
        (Decode(EnergySettlementAbi.Settled, log) is { } && !SettledDeltas.AreNone(EnergySettlementContract.ReadSettled(log).DeltasHash))
        || (Decode(EnergySettlementAbi.SettledMetered, log) is { } && !SettledDeltas.AreNone(MeteredSettlementContract.ReadSettled(log).DeltasHash))
        || (Decode(EnergySettlementAbi.PartSettled, log) is [_, _, _, byte[] hash] && !SettledDeltas.AreNone(new Hash256(hash)));

    private static bool IsOfParts(LogEntry log) => PartTopics.Contains(log.Topics[0]);

    private static void Keep(SortedDictionary<Period, Batch> batches, Period period, Batch batch)
    {
        batches[period] = batch;
        if (batches.Count > LongestWindow)
        {
            batches.Remove(batches.Keys.First());
        }
    }

    /// <summary>Null when the log is of another event.</summary>
    private static object[]? Decode(AbiEvent known, LogEntry log)
    {
        try
        {
            return log.Topics[0] == known.Topic ? known.Decode(log.Topics, log.Data.AsSpan()) : null;
        }
        catch (AbiFormatException e)
        {
            throw new FundsHistoryException($"The node tells a log of {known.Name} that is none: {e.Message}");
        }
    }

    private static Period PeriodOf(object number) => new((long)(BigInteger)number);

    private static int SlotOf(object number) => (int)BigInteger.Min((BigInteger)number, int.MaxValue);

    private static Money Amount(object number) =>
        (BigInteger)number is var units && units <= long.MaxValue ? new Money((long)units) : throw new FundsHistoryException($"An event tells of {units} µEUR, more than there can be.");

    /// <summary>What one transaction moved of a batch: all of it, where it was settled in one piece.</summary>
    private sealed record Part(Period Period, bool IsMetered, int From, ImmutableArray<LaneDelta> Deltas);

    private sealed record Batch(SettledEvent? Settled, SettledMeteredEvent? Metered, ImmutableArray<Part> Parts);
}

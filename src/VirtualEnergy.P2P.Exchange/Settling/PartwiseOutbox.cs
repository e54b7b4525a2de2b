using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>A batch that may have to be settled by parts.</summary>
/// <param name="Kind">With <paramref name="Period"/> what it is known by.</param>
/// <param name="Period">For a metered batch the period that was metered.</param>
/// <param name="Words">All its delta words.</param>
/// <param name="InOnePiece">The data of the call that settles it alone.</param>
/// <param name="ByParts">The data of the call that settles it by the chain of its parts.</param>
public sealed record PartwiseBatch(BatchKind Kind, Period Period, ImmutableArray<BigInteger> Words, Func<byte[]> InOnePiece, Func<Hash256, byte[]> ByParts);

/// <summary>
/// Batches that do not fit into one transaction, on their way through the outbox: part after part, and then the call that settles the period by
/// them. Which words a part has is what was signed: so it is the same after every restart, whatever the configuration says by then.
/// </summary>
/// <remarks>Used by one at a time: at the start, and then by the settlement worker; what only reads the journal by anyone.</remarks>
public sealed class PartwiseOutbox(ExchangeJournal journal, BatchPartsContract contract, MeteredSettlementContract metered, Outbox outbox, SettlementGas gas)
{
    /// <summary>Brings a batch to the chain, or finds it there, and returns once that is written down: in one piece where that fits, else by parts.</summary>
    /// <param name="batch">What is settled.</param>
    /// <param name="isSettled">Whether the contract has settled it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="EthereumException">It is not on the chain, or not known to be: call again.</exception>
    public async Task<OutboxBatch> DeliverAsync(PartwiseBatch batch, Func<CancellationToken, Task<bool>> isSettled, CancellationToken cancellation)
    {
        var (kind, period, words) = (batch.Kind, batch.Period, batch.Words);
        if (words.IsEmpty || (words.Length <= gas.MostWords && journal.Parts(kind, period).Count == 0))
        {
            try
            {
                return await outbox.DeliverAsync(new OutboxCall(kind, period, batch.InOnePiece(), isSettled), cancellation);
            }
            catch (TransactionTooLargeException) when (words.Length > 1)
            {
                // More than the words show. Nothing was signed.
            }
        }

        if (journal.Batch(kind, period) is { IsOnChain: true } settled)
        {
            return settled;
        }

        try
        {
            var chain = await DeliverAsync(kind, period, words, isSettled, cancellation);
            return await outbox.DeliverAsync(new OutboxCall(kind, period, batch.ByParts(chain), isSettled), cancellation);
        }
        catch (EthereumRevertException refusal) when (refusal.ErrorName == "PartsTooLate")
        {
            await UndoAsync(kind, period, cancellation);
            throw;
        }
    }

    /// <summary>Whether some of a batch is signed already.</summary>
    public bool HasBegun(BatchKind kind, Period period) => journal.Parts(kind, period).Count > 0;

    /// <returns>The chain of all parts.</returns>
    private async Task<Hash256> DeliverAsync(
        BatchKind kind, Period period, ImmutableArray<BigInteger> words, Func<CancellationToken, Task<bool>> isSettled, CancellationToken cancellation)
    {
        BatchPart? last = null;
        for (var (number, start) = (1, 0); start < words.Length; number++)
        {
            last = await DeliverAsync(kind, period, number, last, words[start..], isSettled, cancellation);
            start += last.Words.Length;
        }

        return last!.Chain;
    }

    /// <summary>The chain of parts by which a batch was settled, or is to be; null for one in one piece.</summary>
    public Hash256? ChainOf(BatchKind kind, Period period) =>
        journal.Batch(kind, period) is { Versions: [.., var newest] } ? SettlementCallData.PartsIn(DataOf(newest).AsSpan()) : null;

    /// <summary>Brings the outbox in line with the chain: the parts that the chain has are written down as mined, those that it lost as to be sent again.</summary>
    /// <param name="lastTraded">The last trading period that the contract has settled.</param>
    /// <param name="cancellation">Stops it; what is done stays done.</param>
    /// <returns>Why the chain's parts are not this journal's; null where they are, or there are none.</returns>
    public async Task<string?> CompareAsync(Period lastTraded, CancellationToken cancellation)
    {
        var unfinished = await contract.UnfinishedAsync(cancellation);
        var begun = await BegunAsync(lastTraded, cancellation);
        foreach (var parts in begun)
        {
            var there = CountUpTo(parts, unfinished.Parts);
            foreach (var part in parts.Take(there).Where(part => !part.IsOnChain))
            {
                await outbox.MinedAsync(part, cancellation);
            }

            // Newest first: should this end in between, the next run finds a shorter loss, and no hole.
            foreach (var part in parts.Skip(there).Where(part => part.IsOnChain).Reverse())
            {
                await outbox.AppendAsync(part.Lose());
            }
        }

        return unfinished.IsNone || begun.Any(parts => CountUpTo(parts, unfinished.Parts) > 0) ? null
            : "The contract has parts of a batch that is not this journal's: somebody else settles with this exchange's key, or the journal is another one or an old copy.";
    }

    /// <summary>What the parts of a batch that is not finished have moved on the chain, by lane.</summary>
    /// <param name="lastTraded">The last trading period that the contract has settled.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<ImmutableArray<LaneDelta>> MovedAsync(Period lastTraded, CancellationToken cancellation)
    {
        var begun = await BegunAsync(lastTraded, cancellation);
        if (begun.Count == 0 || await contract.UnfinishedAsync(cancellation) is not { IsNone: false } unfinished)
        {
            return [];
        }

        return [.. begun.SelectMany(parts => DeltaWords.Unpack(parts.Take(CountUpTo(parts, unfinished.Parts)).SelectMany(part => WordsOf(part))))];
    }

    /// <summary>Takes back the parts of a batch that cannot be finished: it came too late, or somebody cannot pay any more.</summary>
    /// <exception cref="EthereumException">The chain does not answer, or not all are taken back: call again.</exception>
    public async Task UndoAsync(BatchKind kind, Period period, CancellationToken cancellation)
    {
        var unfinished = await contract.UnfinishedAsync(cancellation);
        var parts = journal.Parts(kind, period);
        await contract.UndoAsync(outbox.Sender, [.. ChainedOf(parts.Take(CountUpTo(parts, unfinished.Parts)))], cancellation);
        foreach (var part in parts.Where(part => part.IsOnChain).Reverse())
        {
            await outbox.AppendAsync(part.Lose());
        }
    }

    private async Task<BatchPart> DeliverAsync(
        BatchKind kind, Period period, int number, BatchPart? last, ImmutableArray<BigInteger> rest, Func<CancellationToken, Task<bool>> isSettled, CancellationToken cancellation)
    {
        for (var count = Signed(kind, period, number, rest) ?? Math.Min(gas.MostWords, rest.Length); ; count /= 2)
        {
            var part = last?.Next(rest[..count]) ?? BatchPart.First(rest[..count]);
            var call = new OutboxCall(
                kind, period, BatchPartsContract.EncodePart(period, kind == BatchKind.Metered, part),
                async stop => (await contract.UnfinishedAsync(stop)).Parts == part.Chain || await isSettled(stop), number);
            try
            {
                await outbox.DeliverAsync(call, cancellation);
                return part;
            }
            catch (TransactionTooLargeException) when (count > 1)
            {
                // Requests of withdrawal that a part takes from cost more than its words do. Nothing was signed.
            }
        }
    }

    /// <summary>How many of these words the part has that was signed; null where none was, or of other words.</summary>
    private int? Signed(BatchKind kind, Period period, int number, ImmutableArray<BigInteger> rest) =>
        journal.Batch(kind, period, number) is { Versions.IsEmpty: false } known && WordsOf(known) is { Length: > 0 } words
        && words.Length <= rest.Length && words.AsSpan().SequenceEqual(rest.AsSpan()[..words.Length]) ? words.Length : null;

    /// <summary>The parts, in order, of each batch of which some are signed and which the contract has not settled.</summary>
    private async Task<IReadOnlyList<IReadOnlyList<OutboxBatch>>> BegunAsync(Period lastTraded, CancellationToken cancellation)
    {
        var traded = journal.PartsAfter(BatchKind.Trades, lastTraded);
        var after = journal.LastParts(BatchKind.Metered);
        var deviations = after is null ? [] : journal.PartsAfter(BatchKind.Metered, (await metered.MeteringAsync(cancellation)).Period);
        return [.. traded.Concat(deviations).GroupBy(part => (part.Kind, part.Period)).Select(own => own.OrderBy(part => part.Part).ToList())];
    }

    private static int CountUpTo(IReadOnlyList<OutboxBatch> parts, Hash256 chain) =>
        chain == default ? 0 : ChainedOf(parts).Select((part, i) => part.Chain == chain ? i + 1 : 0).FirstOrDefault(count => count > 0);

    private static IEnumerable<BatchPart> ChainedOf(IEnumerable<OutboxBatch> parts)
    {
        BatchPart? last = null;
        foreach (var part in parts.TakeWhile(part => !part.Versions.IsEmpty))
        {
            yield return last = last?.Next(WordsOf(part)) ?? BatchPart.First(WordsOf(part));
        }
    }

    private static ImmutableArray<BigInteger> WordsOf(OutboxBatch part) =>
        SettlementCallData.WordsIn(DataOf(part.Versions[^1]).AsSpan()) ?? throw new JournalException($"The journal has a part of period {part.Period} that is none: it is damaged.");

    private static ImmutableArray<byte> DataOf(SignedTransaction signed) => TransactionReader.ReadForAnyChain(signed.Raw.AsSpan()).Content.Data;
}

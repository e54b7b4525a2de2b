using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>What a cleared round says to the contract, and what the contract keeps of it: by cadence and mode, the same after every restart.</summary>
public sealed class SettlementCalls(SettlementMode mode, SettlementCadence cadence, SettlementGas gas, Func<Period, Period, IReadOnlyList<JournalledRound>> rounds)
{
    private const int PaymentBytes = 16;

    // What a transaction is beside its payments fits into a kilobyte.
    private const int MostPayments = (TransactionReader.MaxSize - 1024) / PaymentBytes;

    // A charge is an amount; as a payment it is the energy of one kWh at that price.
    private static readonly Energy OneKilowattHour = new(1000);

    public SettlementCadence Cadence => cadence;

    /// <summary>All delta words of the round; none where no balances move.</summary>
    /// <exception cref="ArgumentException">A member of the round has no lane on the chain.</exception>
    public ImmutableArray<BigInteger> WordsOf(JournalledRound round, MemberLanes lanes) => cadence.MovesBalances(round.Period) ? lanes.Pack(BatchOf(round)) : [];

    /// <summary>The data of the call that settles the round in one piece.</summary>
    /// <exception cref="ArgumentException">A member of the round has no lane on the chain.</exception>
    public byte[] DataOf(JournalledRound round, MemberLanes lanes)
    {
        if (!cadence.MovesBalances(round.Period))
        {
            return EnergySettlementContract.EncodeCommitRoots(round.Period, round.BidsRoot, round.TradesRoot);
        }

        return mode == SettlementMode.Verified && PaymentsOf(round) is { Count: <= MostPayments } payments && gas.HasRoomFor(payments.Count, WordsOf(round, lanes))
            ? EnergySettlementContract.EncodeSettleVerified(round.Period, round.BidsRoot, round.TradesRoot, payments, lanes)
            : EnergySettlementContract.EncodeSettle(BatchOf(round), lanes);
    }

    /// <summary>What the contract keeps of the round alone, without a metered batch on it.</summary>
    /// <param name="round">The round.</param>
    /// <param name="lanes">The members' lanes.</param>
    /// <param name="parts">The chain of parts by which it was settled; null for one in one piece.</param>
    public Hash256 CommitmentOf(JournalledRound round, MemberLanes lanes, Hash256? parts = null) =>
        SettlementCommitment.Of(round.Batch(), DeltasHashOf(round, lanes, parts));

    /// <summary>The hash of deltas in the commitment: zero where none move.</summary>
    /// <inheritdoc cref="CommitmentOf"/>
    public Hash256 DeltasHashOf(JournalledRound round, MemberLanes lanes, Hash256? parts = null) =>
        cadence.MovesBalances(round.Period) ? parts ?? SettlementCommitment.DeltasHash(BatchOf(round), lanes) : default;

    /// <summary>The round's roots with the net money of all periods that move together with it.</summary>
    private SettlementBatch BatchOf(JournalledRound round) => round.Batch() with
    {
        Deltas = [.. Together(round).SelectMany(one => one.Deltas()).GroupBy(delta => delta.Member)
            .Select(own => new MemberDelta(own.Key, own.Aggregate(Money.Zero, (sum, delta) => sum + delta.Delta))).OrderBy(delta => delta.Member)],
    };

    private List<Payment> PaymentsOf(JournalledRound round) => [.. Together(round).SelectMany(one =>
        one.Trades.SelectMany(trade => Payment.Of(trade, one.Accounts)).Concat(one.Charges.Select(charge => new Payment(
            charge.Member, one.Accounts.Community!.Value, OneKilowattHour, new Price(charge.Amount.MicroEur)))))];

    private IReadOnlyList<JournalledRound> Together(JournalledRound round) =>
        cadence.FirstOfBatch(round.Period) is var first && first == round.Period ? [round] : [.. rounds(first, round.Period.Previous), round];
}

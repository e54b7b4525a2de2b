using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>What a cleared round says to the contract, and what the contract keeps of it: by cadence and mode, the same after every restart.</summary>
public sealed class SettlementCalls(SettlementMode mode, SettlementCadence cadence, Func<Period, Period, IReadOnlyList<JournalledRound>> rounds)
{
    /// <summary>
    /// The most lanes that a packed batch may touch. All of them are 2,500 slots: at the 5,900 gas of a touched slot and the 37,200 of an empty batch
    /// (docs/contract.md) 14.8 million of the 16,777,216 gas that a transaction may take, and 80,164 of the 131,072 bytes that nodes let it have.
    /// </summary>
    public const int MostLanes = 15_000;

    private const int PaymentBytes = 16;

    // What a transaction is beside its payments fits into a kilobyte.
    private const int MostPayments = (TransactionReader.MaxSize - 1024) / PaymentBytes;

    // A charge is an amount; as a payment it is the energy of one kWh at that price.
    private static readonly Energy OneKilowattHour = new(1000);

    public SettlementCadence Cadence => cadence;

    /// <summary>The call's data.</summary>
    /// <exception cref="ArgumentException">A member of the round has no lane on the chain.</exception>
    public byte[] DataOf(JournalledRound round, MemberLanes lanes)
    {
        if (!cadence.MovesBalances(round.Period))
        {
            return EnergySettlementContract.EncodeCommitRoots(round.Period, round.BidsRoot, round.TradesRoot);
        }

        return mode == SettlementMode.Verified && PaymentsOf(round) is { Count: <= MostPayments } payments
            ? EnergySettlementContract.EncodeSettleVerified(round.Period, round.BidsRoot, round.TradesRoot, payments, lanes)
            : EnergySettlementContract.EncodeSettle(BatchOf(round), lanes);
    }

    /// <summary>What the contract keeps of the round alone, without a metered batch on it.</summary>
    public Hash256 CommitmentOf(JournalledRound round, MemberLanes lanes) =>
        cadence.MovesBalances(round.Period) ? SettlementCommitment.Of(BatchOf(round), lanes) : SettlementCommitment.OfRoots(round.Batch());

    /// <summary>The hash of deltas in the commitment: zero where none move.</summary>
    public Hash256 DeltasHashOf(JournalledRound round, MemberLanes lanes) =>
        cadence.MovesBalances(round.Period) ? SettlementCommitment.DeltasHash(BatchOf(round), lanes) : default;

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

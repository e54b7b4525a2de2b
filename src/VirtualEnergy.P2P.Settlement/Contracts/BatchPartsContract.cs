using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>How far a batch is settled that takes several transactions.</summary>
/// <param name="Parts">The chain of its parts; zero where there is no such batch.</param>
/// <param name="Due">The slot that is due: what the batch moves in those before it has moved.</param>
public readonly record struct UnfinishedBatch(Hash256 Parts, int Due)
{
    public bool IsNone => Parts == default;
}

/// <summary>
/// The part of <c>contracts/EnergySettlement.sol</c> that settles a batch by several transactions, and undoes it by as many. Holds no state
/// but the escrow's address.
/// </summary>
public sealed class BatchPartsContract(IEthereumClient client, Address escrow)
{
    /// <summary>
    /// So many words are undone by one transaction. Whatever members have done with their money meanwhile, a word of six lanes takes less than 60,000 gas: a
    /// lane's account (2,100), what was taken of its request (2,100 and 5,000) and the request (2,100 and 2,900 or less), and the slot (5,000).
    /// </summary>
    public const int UndoneAtOnce = 200;

    /// <summary>The call data of <c>settlePart</c>.</summary>
    public static byte[] EncodePart(Period period, bool isMetered, BatchPart part) =>
        EnergySettlementAbi.SettlePart.Encode(period.Index, isMetered, part.Before, Of(part.Words));

    /// <summary>The call data of <c>settleParts</c>.</summary>
    /// <param name="parts">The chain of all parts.</param>
    public static byte[] EncodeSettle(Period period, Hash256 bidsRoot, Hash256 tradesRoot, Hash256 parts) =>
        EnergySettlementAbi.SettleParts.Encode(period.Index, bidsRoot, tradesRoot, parts);

    /// <summary>The call data of <c>settleMeteredParts</c>.</summary>
    /// <inheritdoc cref="EncodeSettle"/>
    public static byte[] EncodeSettleMetered(Period period, Hash256 meterRoot, Hash256 parts) =>
        EnergySettlementAbi.SettleMeteredParts.Encode(period.Index, meterRoot, parts);

    public Task<UnfinishedBatch> UnfinishedAsync(CancellationToken cancellationToken) => client.ReadAsync(
        escrow, EnergySettlementAbi.Unfinished,
        values => new UnfinishedBatch(new Hash256((byte[])values[1]), (int)(BigInteger)((object[])values[0])[2]), cancellationToken);

    /// <summary>Undoes parts, the last one first, each by as many transactions as it takes. The sender is the settler, unless they are undone by everyone.</summary>
    /// <param name="sender">Pays the gas.</param>
    /// <param name="parts">All parts of the batch that is not finished, in order.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="EthereumRevertException">There are other parts, or it is too early.</exception>
    public async Task UndoAsync(TransactionSender sender, IReadOnlyList<BatchPart> parts, CancellationToken cancellationToken)
    {
        foreach (var part in parts.Reverse())
        {
            var left = part.Words;
            do
            {
                var keep = Math.Max(0, left.Length - UndoneAtOnce);
                await sender.SendAndConfirmAsync(escrow, EnergySettlementAbi.UndoPart.Encode(part.Before, part.From, Of(left), keep), cancellationToken);
                left = left[..keep];
            }
            while (left.Length > 0);
        }
    }

    /// <summary>
    /// Takes back the commitment of the last period, after fraud was proved, and leaves its money to be undone. Anyone may send it. Of any batch:
    /// one in one piece is a part then.
    /// </summary>
    public Task<TransactionReceipt> RollbackAsync(
        TransactionSender sender, Hash256 bidsRoot, Hash256 tradesRoot, Hash256 deltasHash, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(escrow, EnergySettlementAbi.RollbackParts.Encode(bidsRoot, tradesRoot, deltasHash), cancellationToken);

    /// <summary>The same of the metered batch that stands on it.</summary>
    /// <param name="settled">The commitment of that period alone.</param>
    public Task<TransactionReceipt> RollbackMeteredAsync(
        TransactionSender sender, Hash256 settled, Metering before, Hash256 meterRoot, Hash256 deltasHash, CancellationToken cancellationToken)
    {
        object[] standing = [before.Period.Index, before.StandsOn.Index];
        return sender.SendAndConfirmAsync(escrow, EnergySettlementAbi.RollbackMeteredParts.Encode(settled, standing, meterRoot, deltasHash), cancellationToken);
    }

    private static object[] Of(ImmutableArray<BigInteger> words) => [.. words.Select(word => (object)word)];
}

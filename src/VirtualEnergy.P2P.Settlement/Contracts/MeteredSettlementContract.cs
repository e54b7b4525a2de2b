using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// The part of <c>contracts/EnergySettlement.sol</c> that settles deviations: one batch for each metered period, each standing on a
/// trading period that was settled before. Holds no state but the escrow's address.
/// </summary>
public sealed class MeteredSettlementContract(IEthereumClient client, EnergySettlementContract escrow)
{
    /// <summary>Settles a period's deviations and waits until that is mined. The sender is the settler.</summary>
    /// <exception cref="ArgumentException">A delta's member is not registered, or it does not fit; nothing was sent.</exception>
    /// <exception cref="EthereumRevertException">Refused by name, as <c>MeteredAlready</c> where another batch stands on the last trading period.</exception>
    public async Task<TransactionReceipt> SettleAsync(TransactionSender sender, MeteredBatch batch, CancellationToken cancellationToken) =>
        await sender.SendAndConfirmAsync(escrow.Address, EncodeSettle(batch, await escrow.LanesAsync(cancellationToken)), cancellationToken);

    /// <summary>The call data of <c>settleMetered</c>, for a caller that writes it down before it sends it.</summary>
    /// <exception cref="ArgumentException">A delta's member is not registered, or it does not fit.</exception>
    public static byte[] EncodeSettle(MeteredBatch batch, MemberLanes lanes) =>
        EnergySettlementAbi.SettleMetered.Encode(batch.Period.Index, batch.MeterRoot, Words(batch, lanes));

    /// <summary>Moves back the money of the metered batch that stands on the last trading period, after fraud was proved. Anyone may send it.</summary>
    /// <param name="sender">Pays the gas.</param>
    /// <param name="settled">The commitment of that trading period alone.</param>
    /// <param name="before">From the batch's event.</param>
    /// <param name="batch">What was settled.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<TransactionReceipt> RollbackAsync(
        TransactionSender sender, Hash256 settled, Metering before, MeteredBatch batch, CancellationToken cancellationToken)
    {
        var lanes = await escrow.LanesAsync(cancellationToken);
        return await RollbackAsync(sender, settled, before, batch.MeterRoot, lanes.Pack(batch.Deltas), cancellationToken);
    }

    /// <summary>The same by the words themselves, as the settlement's call data has them.</summary>
    public Task<TransactionReceipt> RollbackAsync(
        TransactionSender sender, Hash256 settled, Metering before, Hash256 meterRoot, ImmutableArray<BigInteger> words, CancellationToken cancellationToken)
    {
        object[] standing = [before.Period.Index, before.StandsOn.Index];
        var data = EnergySettlementAbi.RollbackMetered.Encode(settled, standing, meterRoot, words.Select(word => (object)word).ToArray());
        return sender.SendAndConfirmAsync(escrow.Address, data, cancellationToken);
    }

    /// <summary>How far deviations are settled.</summary>
    public Task<Metering> MeteringAsync(CancellationToken cancellationToken) =>
        client.ReadAsync(escrow.Address, EnergySettlementAbi.Metering, values => Read((object[])values[0]), cancellationToken);

    /// <summary>The metered batches in blocks from <paramref name="fromBlock"/> on, oldest first.</summary>
    public async Task<ImmutableArray<SettledMeteredEvent>> EventsAsync(ulong fromBlock, CancellationToken cancellationToken)
    {
        var logs = await client.LogsAsync(new LogFilter(escrow.Address, EnergySettlementAbi.SettledMetered.Topic, fromBlock), cancellationToken);
        return [.. ContractAnswers.ReadAll(escrow.Address, "SettledMetered", logs, ReadSettled)];
    }

    internal static SettledMeteredEvent ReadSettled(LogEntry log)
    {
        var values = EnergySettlementAbi.SettledMetered.Decode(log.Topics, log.Data.AsSpan());
        return new SettledMeteredEvent(
            PeriodOf(values[0]), PeriodOf(values[1]), Read((object[])values[2]), new Hash256((byte[])values[3]), new Hash256((byte[])values[4]),
            log.BlockNumber, log.TransactionHash);
    }

    private static Metering Read(object[] fields) => new(PeriodOf(fields[0]), PeriodOf(fields[1]));

    private static Period PeriodOf(object number) => new((long)(BigInteger)number);

    private static object[] Words(MeteredBatch batch, MemberLanes lanes) => [.. lanes.Pack(batch.Deltas).Select(word => (object)word)];
}

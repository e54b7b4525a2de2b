using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>Something in an escrow's log that an auditor of its rounds must know of.</summary>
/// <param name="Block">Where.</param>
/// <param name="Transaction">By which transaction.</param>
public abstract record ChainEvent(ulong Block, Hash256 Transaction)
{
    private static readonly (AbiEvent Event, Func<Period, LogEntry, ChainEvent> Read)[] OfPeriods =
    [
        (EnergySettlementAbi.RolledBack, (period, log) => new PeriodRolledBack(period, log.BlockNumber, log.TransactionHash)),
        (EnergySettlementAbi.RolledBackMetered, (period, log) => new MeteredRolledBack(period, log.BlockNumber, log.TransactionHash)),
        (EnergySettlementAbi.FraudProved, (period, log) => new FraudWasProved(period, log.BlockNumber, log.TransactionHash)),
        (EnergySettlementAbi.ExitOpened, (period, log) => new ExitWasOpened(period, log.BlockNumber, log.TransactionHash)),
    ];

    /// <summary>A log as an event; null for all others.</summary>
    /// <exception cref="AbiFormatException">A log of this topic that is not of its form.</exception>
    public static ChainEvent? Of(LogEntry log)
    {
        var topic = log.Topics.IsEmpty ? default : log.Topics[0];
        if (topic == EnergySettlementAbi.Settled.Topic)
        {
            return new PeriodSettled(EnergySettlementContract.ReadSettled(log));
        }

        if (topic == EnergySettlementAbi.SettledMetered.Topic)
        {
            return new MeteredSettled(MeteredSettlementContract.ReadSettled(log));
        }

        if (OfParts(log, topic) is { } part)
        {
            return part;
        }

        var known = OfPeriods.FirstOrDefault(entry => entry.Event.Topic == topic);
        return known.Event is null ? null : known.Read(new Period((long)(BigInteger)known.Event.Decode(log.Topics, log.Data.AsSpan())[0]), log);
    }

    // No escrow has a slot beyond: a node that tells of one is found out by the hashes.
    private static int SlotOf(object number) => (int)BigInteger.Min((BigInteger)number, int.MaxValue);

    private static ChainEvent? OfParts(LogEntry log, Hash256 topic)
    {
        if (topic == EnergySettlementAbi.PartSettled.Topic)
        {
            var values = EnergySettlementAbi.PartSettled.Decode(log.Topics, log.Data.AsSpan());
            return new PartWasSettled(
                new Period((long)(BigInteger)values[0]), (bool)values[1], SlotOf(values[2]), new Hash256((byte[])values[3]), log.BlockNumber, log.TransactionHash);
        }

        return topic == EnergySettlementAbi.PartUndone.Topic
            ? new PartWasUndone(SlotOf(EnergySettlementAbi.PartUndone.Decode(log.Topics, log.Data.AsSpan())[0]), log.BlockNumber, log.TransactionHash)
            : topic == EnergySettlementAbi.BatchReopened.Topic
                ? new BatchWasReopened(new Hash256((byte[])EnergySettlementAbi.BatchReopened.Decode(log.Topics, log.Data.AsSpan())[0]), log.BlockNumber, log.TransactionHash)
                : null;
    }
}

/// <summary>A part of a batch was settled.</summary>
/// <param name="Period">Of a metered batch the one metered.</param>
/// <param name="From">The slot that was due at its first word.</param>
/// <param name="DeltasHash">keccak-256 of its words.</param>
public sealed record PartWasSettled(Period Period, bool IsMetered, int From, Hash256 DeltasHash, ulong Block, Hash256 Transaction) : ChainEvent(Block, Transaction);

/// <summary>The last part of a batch that is not finished was undone, from a slot on.</summary>
public sealed record PartWasUndone(int Slot, ulong Block, Hash256 Transaction) : ChainEvent(Block, Transaction);

/// <summary>The batch that is rolled back next will be undone by parts.</summary>
public sealed record BatchWasReopened(Hash256 DeltasHash, ulong Block, Hash256 Transaction) : ChainEvent(Block, Transaction);

/// <summary>A period was settled.</summary>
public sealed record PeriodSettled(SettledEvent Settled) : ChainEvent(Settled.BlockNumber, Settled.TransactionHash);

/// <summary>A metered batch was settled.</summary>
public sealed record MeteredSettled(SettledMeteredEvent Settled) : ChainEvent(Settled.BlockNumber, Settled.TransactionHash);

/// <summary>A period's money was moved back.</summary>
public sealed record PeriodRolledBack(Period Period, ulong Block, Hash256 Transaction) : ChainEvent(Block, Transaction);

/// <summary>A metered batch's money was moved back.</summary>
public sealed record MeteredRolledBack(Period Period, ulong Block, Hash256 Transaction) : ChainEvent(Block, Transaction);

/// <summary>Somebody proved a period fraudulent.</summary>
public sealed record FraudWasProved(Period Period, ulong Block, Hash256 Transaction) : ChainEvent(Block, Transaction);

/// <summary>Everyone can leave.</summary>
/// <param name="LastPeriod">The last one that stands.</param>
public sealed record ExitWasOpened(Period LastPeriod, ulong Block, Hash256 Transaction) : ChainEvent(Block, Transaction);

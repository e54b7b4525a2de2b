using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Benchmarks.Rounds;

/// <summary>The parts of an exchange between a bid's bytes and the settling transaction, with a journal on this machine's disk.</summary>
internal sealed class MeasuredExchange : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ve-round-").FullName;
    private readonly SignedMarket _market;
    private readonly MemberDirectory _members;
    private readonly OpenRound _open = new(MarketRules.Default);
    private readonly FundsLedger _ledger = new();
    private readonly RoundHistory _history = new();
    private readonly CommunityAccounts _accounts = new();
    private readonly ExchangeJournal _journal;
    private readonly AdmissionDesk _desk;
    private readonly TransactionSender _sender;
    private readonly MemberLanes _lanes;

    public MeasuredExchange(SignedMarket market)
    {
        _market = market;
        _members = new MemberDirectory(market.Members);
        _ledger.Observe(market.Members.Select(member => KeyValuePair.Create(member.Id, new Money(SignedMarket.Funds.MicroEur * 1_000))));
        var contract = market.Domain.Contract;
        _journal = ExchangeJournal.Open(
            Path.Combine(_folder, "journal.db"), new JournalIdentity("measured", market.Domain.ChainId, contract.ToString()), TimeProvider.System);
        _desk = new AdmissionDesk(MarketRules.Default, _members, _open, _ledger, new MandateBook(MarketRules.Default), _journal, market.Domain, SignedMarket.ExchangeKey);
        _sender = new TransactionSender(new InstantNode(market.Domain.ChainId), SignedMarket.ExchangeKey, market.Domain.ChainId, TimeProvider.System);
        _lanes = new MemberLanes([.. market.Members.Select(member => Address.FromMember(member.Id))]);
    }

    public void Open(Period period) => _ = _open.Open(period, default, _members.Active, []);

    /// <summary>From the bytes of the bids to the bytes of their receipts, each bid durable before.</summary>
    /// <returns>Seconds by the clock, and of the processor's time.</returns>
    /// <exception cref="InvalidOperationException">A bid was refused: then nothing was measured.</exception>
    public async Task<(double Seconds, double Processor)> AdmitAsync((MemberId Sender, byte[] Payload)[] bids, CancellationToken cancellation)
    {
        var (accepted, bytes) = (0, 0L);
        var queue = new AdmissionQueue(
            _desk,
            (_, receipt) =>
            {
                Interlocked.Add(ref bytes, WireFormat.Write(receipt).Length);
                Interlocked.Add(ref accepted, receipt.Accepted ? 1 : 0);
            },
            NullLogger.Instance);
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var answering = Task.Run(() => queue.RunAsync(cancellation), cancellation);
        foreach (var (sender, payload) in bids)
        {
            await queue.AddAsync(new IncomingBid(sender, payload), cancellation);
        }

        queue.Complete();
        await answering;
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var processor = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        return accepted == bids.Length && bytes > 0 ? (seconds, processor) : throw new InvalidOperationException($"{bids.Length - accepted} of {bids.Length} bids were refused.");
    }

    /// <summary>From the closing of the gate to the settling transaction at the node, in the steps of the round clock and the settler.</summary>
    /// <returns>Seconds, and the round.</returns>
    public async Task<(double Seconds, Round Round, JournalledRound Journalled)> CloseAsync(Period period, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var bids = await _open.CloseAsync();
        var round = RoundCalculator.Clear(period, bids, _members.Zones, MarketRules.Default, default, _members.Green);
        var commitment = RoundCommitment.Of(round);
        var journalled = new JournalledRound(
            period, round.Clearing.Price, round.Clearing.Interval, round.Clearing.Volume, bids.Length, round.Trades, commitment.BidsRoot,
            commitment.TradesRoot, commitment.RoundHash, null);
        await _journal.AppendRoundAsync(journalled);
        _ledger.Clear(period, round.Deltas);
        _accounts.Clear(period, round.Trades, [], null);
        _history.Add(journalled, bids);
        var data = EnergySettlementContract.EncodeSettle(journalled.Batch(), _lanes);
        await _sender.SendAsync(
            _market.Domain.Contract, data,
            version => _journal.AppendAsync(new OutboxBatch(BatchKind.Trades, period).Sign(version, Keccak256.Hash(data))), cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _ledger.Settle(period);
        return (seconds, round, journalled);
    }

    public IReadOnlyList<JournalledBid> Journalled(Period period) => _journal.Bids(period);

    public async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

using System.Buffers.Binary;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Benchmarks.Auditing;

/// <summary><c>audit</c>: how long a whole round takes from published bytes to the auditor's word, the chain's part included.</summary>
internal static class AuditCommand
{
    private static readonly Period Period = new(2_000_000);

    public static Command Create()
    {
        var bids = new Option<int>("--bids") { Description = "Signed bids of as many members.", DefaultValueFactory = _ => 10_000 };
        var json = new Option<bool>("--json") { Description = "Print {bids, trades, bytes, readMilliseconds, auditMilliseconds}." };
        var command = new Command("audit", """
            Audit a published round of signed bids: read it, verify every signature, clear it again, hash it again, compare all of it.
            Example: audit --bids 10000 --json
            """) { bids, json };
        command.SetAction(parsed => Run(parsed.GetValue(bids), parsed.GetValue(json)));
        return command;
    }

    private static int Run(int bids, bool asJson)
    {
        var market = new AuditedMarket(new MarketDomain(31337, Address.Parse("0x" + new string('c', 40))), MarketRules.Default);
        EthereumKey[] keys = [.. Enumerable.Range(1, bids).Select(Key)];
        Console.Error.WriteLine($"Signing {bids} bids...");
        var signed = keys.AsParallel().Select((key, i) => market.Bids.Sign(BidOf(key, i), key)).ToArray();
        var round = RoundCalculator.Clear(Period, signed, new Dictionary<MemberId, ZoneId>(), market.Rules);
        var payload = PublishedRounds.JsonOf(PublishedRounds.Of(round));
        var chain = OnChain(round, new MemberLanes([.. keys.Select(key => key.Address)]));

        // Once for the code to be compiled, then counted.
        var (read, audit) = Measure(payload, market, chain);
        (read, audit) = Measure(payload, market, chain);
        var (readMs, auditMs) = (read.TotalMilliseconds, audit.TotalMilliseconds);
        Console.Out.WriteLine(asJson
            ? JsonSerializer.Serialize(new { bids, trades = round.Trades.Length, bytes = payload.Length, readMilliseconds = readMs, auditMilliseconds = auditMs })
            : string.Create(
                CultureInfo.InvariantCulture, $"{bids:N0} bids, {round.Trades.Length:N0} trades, {payload.Length:N0} bytes: read in {readMs:0} ms, audited in {auditMs:0} ms"));
        return 0;
    }

    private static (TimeSpan Read, TimeSpan Audit) Measure(byte[] payload, AuditedMarket market, SettledOnChain chain)
    {
        var start = Stopwatch.GetTimestamp();
        var isRead = WireFormat.TryReadPublishedRound(payload, out var published, out var error);
        var between = Stopwatch.GetTimestamp();
        var audit = isRead ? new RoundAuditor(market).Audit(published!, chain) : throw new InvalidOperationException(error);
        return audit.IsGood
            ? (Stopwatch.GetElapsedTime(start, between), Stopwatch.GetElapsedTime(between))
            : throw new InvalidOperationException(audit.First!.ToString());
    }

    private static SettledOnChain OnChain(Round round, MemberLanes lanes)
    {
        var batch = SettlementBatch.Of(round);
        var words = lanes.Pack(batch);
        return new SettledOnChain(
            new SettledEvent(batch.Period, batch.BidsRoot, batch.TradesRoot, SettlementCommitment.DeltasHash(words), 1, default), default, CommitmentCheck.Kept, words, lanes);
    }

    // Buyers and sellers in turn, whose limits cross; two steps each.
    private static Bid BidOf(EthereumKey key, int i)
    {
        var price = 100_000 + 100 * (i * 7919L % 1_000);
        Step[] steps = [new(new Price(price), new Energy(100 + i % 400)), new(new Price(i % 2 == 0 ? price - 20_000 : price + 20_000), new Energy(200))];
        return new Bid(key.Address.ToMember(), Period, 1, i % 2 == 0 ? [.. steps] : [], i % 2 == 0 ? [] : [.. steps]);
    }

    private static EthereumKey Key(int number)
    {
        var bytes = new byte[EthereumKey.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(^4), number);
        return EthereumKey.FromBytes(bytes);
    }
}

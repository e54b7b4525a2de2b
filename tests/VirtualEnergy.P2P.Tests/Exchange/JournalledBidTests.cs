using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

/// <summary>What the journal keeps of bids and their receipts, in its own rows and in those that version 8 wrote.</summary>
public sealed class JournalledBidTests : IDisposable
{
    /// <summary>The tables as version 8 had them: hash, message and receipt as texts, and batches without parts.</summary>
    private const string TablesOf8 = """
        DROP INDEX outbox_parts;
        DROP INDEX outbox_by_period;
        ALTER TABLE outbox DROP COLUMN part;
        CREATE INDEX outbox_by_period ON outbox(kind, period);
        INSERT INTO outbox(kind, period, state, call_data_hash, at) VALUES('trades', 1000, 'mined', '0x' || hex(zeroblob(32)), 'then');
        DROP TABLE bids;
        CREATE TABLE bids(
          hash TEXT PRIMARY KEY, period INTEGER NOT NULL, member TEXT NOT NULL, number INTEGER NOT NULL,
          message TEXT NOT NULL, receipt TEXT NOT NULL, at TEXT NOT NULL,
          UNIQUE(period, member, number)) STRICT;
        PRAGMA user_version = 8;
        """;

    private static readonly Period Period = new(1_000);
    private static readonly EthereumKey Anna = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly EthereumKey Bice = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)2, 32)]);
    private static readonly EthereumKey ExchangeKey = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)9, 32)]);
    private static readonly MarketDomain Domain = new(31337, ExchangeKey.Address);

    private readonly string _folder = Directory.CreateTempSubdirectory("ve-bids-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Bids_and_receipts_come_back_as_they_were_in_the_order_of_admission()
    {
        var bids = Bids();
        await using (var journal = Open())
        {
            await journal.AppendBidsAsync(bids[..3]);
            await journal.AppendBidsAsync(bids[3..]);
        }

        await using var again = Open();
        AssertHolds(again, bids);
    }

    [Fact]
    public async Task A_bid_is_found_by_what_it_says_and_no_other_of_its_number()
    {
        var bids = Bids();
        await using var journal = Open();
        await journal.AppendBidsAsync(bids);

        var other = bids[0].Signed.Bid with { Buy = [new Step(new Price(100), new Energy(1))] };
        Assert.Null(journal.FindBid(new BidSigning(Domain).Sign(other, Anna)));
        Assert.Null(journal.FindBid(new BidSigning(Domain).Sign(other with { Number = 77 }, Anna)));
    }

    [Fact]
    public async Task A_number_twice_is_refused_with_all_that_was_written_beside_it()
    {
        var bids = Bids();
        await using var journal = Open();
        await journal.AppendBidsAsync(bids[..1]);

        await Assert.ThrowsAsync<JournalException>(() => journal.AppendBidsAsync([bids[1], bids[0]]));
        AssertHolds(journal, bids[..1]);
        await journal.AppendBidsAsync(bids[1..]);
        AssertHolds(journal, bids);
    }

    [Fact]
    public async Task A_journal_of_version_8_opens_with_its_bids_and_receipts_and_takes_more()
    {
        var bids = Bids();
        await WriteAsVersion8Async(bids[..4]);

        await using (var journal = Open())
        {
            AssertHolds(journal, bids[..4]);
            await journal.AppendBidsAsync(bids[4..]);
        }

        await using var again = Open();
        AssertHolds(again, bids);
        Assert.Equal(BatchState.Mined, again.Batch(BatchKind.Trades, Period)!.State);
        Assert.Empty(again.Parts(BatchKind.Trades, Period));
        Assert.Equal(10, Ask("PRAGMA user_version"));
        Assert.Empty(again.Reservations(Period));
        Assert.Equal(0, Ask("SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE '%text%'"));
        Assert.Equal(4, Ask("SELECT COUNT(*) FROM bids WHERE at = 'then'"));
    }

    [Fact]
    public async Task A_journal_of_version_8_with_a_damaged_bid_is_refused_and_left_as_it_was()
    {
        await WriteAsVersion8Async(Bids());
        Execute("UPDATE bids SET receipt = '{}' WHERE number = 2");

        var refused = Assert.Throws<JournalException>(Open);

        Assert.Contains("does not read", refused.Message, StringComparison.Ordinal);
        Assert.Equal(8, Ask("PRAGMA user_version"));
        Assert.Equal(Bids().Length, Ask("SELECT COUNT(*) FROM bids WHERE message LIKE '{\"member\"%'"));
    }

    [Fact]
    public async Task A_journal_of_version_8_of_another_contract_is_refused_and_left_as_it_was()
    {
        await WriteAsVersion8Async(Bids());
        Execute("UPDATE identity SET contract = '0x00'");

        Assert.Contains("belongs to 'test', contract 0x00", Assert.Throws<JournalException>(Open).Message, StringComparison.Ordinal);
        Assert.Equal(8, Ask("PRAGMA user_version"));
    }

    [Fact]
    public async Task A_journal_of_version_9_gets_room_for_reservations_and_keeps_its_bids()
    {
        var bids = Bids();
        await using (var journal = Open())
        {
            await journal.AppendBidsAsync(bids);
        }

        Execute("DROP TABLE reservations");
        Execute("PRAGMA user_version = 9");

        await using var again = Open();

        AssertHolds(again, bids);
        Assert.Empty(again.ReservationsFrom(Period));
        Assert.Equal(10, Ask("PRAGMA user_version"));
    }

    [Fact]
    public async Task A_journal_of_version_7_is_refused_by_name()
    {
        await using (Open())
        {
        }

        Execute("PRAGMA user_version = 7");
        Assert.Contains("has schema version 7", Assert.Throws<JournalException>(Open).Message, StringComparison.Ordinal);
    }

    private static void AssertHolds(ExchangeJournal journal, JournalledBid[] bids)
    {
        Assert.Equal(bids.Select(Said), journal.Bids(Period).Select(Said));
        Assert.All(bids, bid => Assert.Equal(Said(bid), Said(journal.FindBid(bid.Signed)!)));
        Assert.All(journal.Bids(Period), bid => Assert.True(new ReceiptSigning(Domain).IsSignedBy(
            ExchangeKey.Address, ReceiptedBid.Of(bid.Signed), new ReceiptSignature(bid.Receipt.Place, bid.Receipt.Path, bid.Receipt.Signature))));
    }

    private static (Bid, Hash256, string, BidReceipt) Said(JournalledBid bid) =>
        (bid.Signed.Bid, bid.Signed.Hash, Convert.ToHexString(bid.Signed.Signature.AsSpan()), bid.Receipt);

    /// <summary>Four bids under one signature, one with preferences, one that withdraws; and one whose receipt is signed alone.</summary>
    private static JournalledBid[] Bids()
    {
        Step[] steps = [new(new Price(210_000), new Energy(500)), new(new Price(-120_000), new Energy(1_500))];
        var (anna, bice) = (Anna.Address.ToMember(), Bice.Address.ToMember());
        (Bid Bid, EthereumKey Key)[] bids =
        [
            (new Bid(anna, Period, 1, [.. steps], [new Step(new Price(300_000), new Energy(800))]), Anna),
            (new Bid(bice, Period, 2, [], [.. steps.Reverse()]), Bice),
            (new Bid(anna, Period, 3, [steps[0]], []) { Preferences = new Preferences(new Price(100), new Price(200), bice, new Price(300)) }, Anna),
            (new Bid(anna, Period, 4, [], []), Anna),
            (new Bid(bice, Period, long.MaxValue, [steps[0]], []), Bice),
        ];
        var (signing, receipts) = (new BidSigning(Domain), new ReceiptSigning(Domain));
        SignedBid[] signed = [.. bids.Select(bid => signing.Sign(bid.Bid, bid.Key))];
        ReceiptSignature[] signatures =
            [.. receipts.Sign([.. signed[..4].Select(ReceiptedBid.Of)], ExchangeKey), .. receipts.Sign([ReceiptedBid.Of(signed[4])], ExchangeKey)];
        return [.. signed.Zip(signatures, (bid, receipt) => new JournalledBid(bid, new BidReceipt(
            bid.Bid.Member, Period, bid.Bid.Number, bid.Hash, true, null, null, receipt.Signature) { Place = receipt.Place, Path = receipt.Path }))];
    }

    private async Task WriteAsVersion8Async(IEnumerable<JournalledBid> bids)
    {
        await using (Open())
        {
        }

        Execute("DROP TABLE reservations");
        Execute(TablesOf8);
        foreach (var (signed, receipt) in bids)
        {
            Execute(
                "INSERT INTO bids VALUES($hash, $period, $member, $number, $message, $receipt, 'then')",
                ("$hash", signed.Hash.ToString()), ("$period", signed.Bid.Period.Index), ("$member", signed.Bid.Member.Value), ("$number", signed.Bid.Number),
                ("$message", Encoding.UTF8.GetString(WireFormat.Write(new BidMessage(signed.Bid, signed.Signature)))),
                ("$receipt", Encoding.UTF8.GetString(WireFormat.Write(receipt))));
        }
    }

    private ExchangeJournal Open() => ExchangeJournal.Open(
        Path.Combine(_folder, "journal.db"), new JournalIdentity("test", 31337, ExchangeKey.Address.ToString()), new FakeTimeProvider());

    private void Execute(string sql, params (string Name, object Value)[] values) => Use(sql, values, command => command.ExecuteNonQuery());

    private long Ask(string sql) => Use(sql, [], command => (long)command.ExecuteScalar()!);

    private T Use<T>(string sql, (string Name, object Value)[] values, Func<SqliteCommand, T> use)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "journal.db"), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return use(command);
    }
}

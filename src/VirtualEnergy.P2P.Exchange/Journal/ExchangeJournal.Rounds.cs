using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Exchange.Journal;

public sealed partial class ExchangeJournal
{
    /// <summary>Writes down the seed of a round that is about to be announced. Durable first: a restart must reveal what was promised.</summary>
    public Task AppendSeedAsync(Period period, Hash256 seed) => _writer.AppendAsync(transaction =>
        transaction.Execute("INSERT INTO seeds VALUES(@0, @1, @2)", period.Index, seed.ToString(), Now()));

    /// <summary>The seed that was promised for a period; null where none was.</summary>
    public Hash256? Seed(Period period) => Read(connection =>
        connection.Query("SELECT seed FROM seeds WHERE period = @0", row => (Hash256?)JournalText.Hash(row.GetString(0)), period.Index)).FirstOrDefault();

    /// <summary>Writes a round with its trades, all or nothing.</summary>
    public Task AppendRoundAsync(JournalledRound round) => _writer.AppendAsync(transaction =>
    {
        transaction.Execute(
            "INSERT INTO rounds VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14)",
            round.Period.Index, round.Price?.MicroEurPerKWh, round.Interval?.Low.MicroEurPerKWh, round.Interval?.High.MicroEurPerKWh,
            round.Volume.WattHours, round.Bids, round.BidsRoot.ToString(), round.TradesRoot.ToString(), round.RoundHash.ToString(),
            round.Supplier?.Import.MicroEurPerKWh, round.Supplier?.Export.MicroEurPerKWh, round.Accounts.GridOperator?.Value,
            round.Accounts.Community?.Value, round.Seed?.ToString(), Now());
        for (var i = 0; i < round.Trades.Length; i++)
        {
            var trade = round.Trades[i];
            transaction.Execute(
                "INSERT INTO trades VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8)",
                round.Period.Index, i, trade.Buyer.Value, trade.Seller.Value, trade.Energy.WattHours, trade.Price.MicroEurPerKWh,
                trade.GridFee.MicroEurPerKWh, trade.Spread.MicroEurPerKWh, (int)trade.Quality);
        }

        for (var i = 0; i < round.Charges.Length; i++)
        {
            var (member, amount) = round.Charges[i];
            transaction.Execute("INSERT INTO charges VALUES(@0, @1, @2, @3)", round.Period.Index, i, member.Value, amount.MicroEur);
        }
    });

    /// <summary>The period of the last cleared round, or null before the first.</summary>
    public Period? LastCleared() => Read(connection =>
        connection.Query("SELECT MAX(period) FROM rounds", row => row.LongOrNull(0))[0] is { } period ? new Period(period) : (Period?)null);

    /// <summary>The period of the first cleared round, or null before it.</summary>
    public Period? FirstCleared() => Read(connection =>
        connection.Query("SELECT MIN(period) FROM rounds", row => row.LongOrNull(0))[0] is { } period ? new Period(period) : (Period?)null);

    public JournalledRound? Round(Period period) => Rounds(period, period) is [var round] ? round : null;

    /// <summary>The cleared rounds from <paramref name="from"/> to <paramref name="to"/>, both included, oldest first.</summary>
    public IReadOnlyList<JournalledRound> Rounds(Period from, Period to) => Read(connection =>
    {
        var trades = connection.Query(
            "SELECT period, buyer, seller, energy_wh, price, grid_fee, spread, quality FROM trades WHERE period BETWEEN @0 AND @1 ORDER BY period, position",
            row => (
                Period: row.GetInt64(0),
                Trade: new Trade(new MemberId(row.GetString(1)), new MemberId(row.GetString(2)), new Energy(row.GetInt64(3)), new Price(row.GetInt64(4)))
                {
                    GridFee = new Price(row.GetInt64(5)), Spread = new Price(row.GetInt64(6)), Quality = (Quality)row.GetInt32(7),
                }),
            from.Index, to.Index).ToLookup(row => row.Period, row => row.Trade);
        var charges = connection.Query(
            "SELECT period, member, amount FROM charges WHERE period BETWEEN @0 AND @1 ORDER BY period, position",
            row => (Period: row.GetInt64(0), Charge: new Charge(new MemberId(row.GetString(1)), new Money(row.GetInt64(2)))),
            from.Index, to.Index).ToLookup(row => row.Period, row => row.Charge);
        return connection.Query(
            "SELECT period, price, price_low, price_high, volume_wh, bids, bids_root, trades_root, round_hash, supplier_import, supplier_export, grid_account, community_account, seed "
            + "FROM rounds WHERE period BETWEEN @0 AND @1 ORDER BY period",
            row => RoundOf(row, [.. trades[row.GetInt64(0)]], [.. charges[row.GetInt64(0)]]), from.Index, to.Index);
    });

    private static JournalledRound RoundOf(SqliteDataReader row, ImmutableArray<Trade> trades, ImmutableArray<Charge> charges) => new(
        new Period(row.GetInt64(0)),
        row.LongOrNull(1) is { } price ? new Price(price) : null,
        row.LongOrNull(2) is { } low && row.LongOrNull(3) is { } high ? new PriceInterval(new Price(low), new Price(high)) : null,
        new Energy(row.GetInt64(4)), row.GetInt32(5), trades,
        JournalText.Hash(row.GetString(6)), JournalText.Hash(row.GetString(7)), JournalText.Hash(row.GetString(8)),
        row.LongOrNull(9) is { } import && row.LongOrNull(10) is { } export ? new SupplierPrices(new Price(import), new Price(export)) : null)
    {
        Charges = charges,
        Accounts = new MoneyAccounts(Account(row, 11), Account(row, 12)),
        Seed = row.IsDBNull(13) ? null : JournalText.Hash(row.GetString(13)),
    };

    private static MemberId? Account(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : new MemberId(row.GetString(column));
}

using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Journal;

public sealed partial class ExchangeJournal
{
    /// <summary>Writes a metered period down, as it will be published; once more where it is settled anew before the chain has it.</summary>
    public Task AppendDeviationsAsync(JournalledDeviations deviations) => _writer.AppendAsync(transaction => transaction.Execute(
        "INSERT INTO deviations(period, message, grid_account, community_account, at) VALUES(@0, @1, @2, @3, @4)",
        deviations.Period.Index, Encoding.UTF8.GetString(WireFormat.Write(deviations.Result)), deviations.Accounts.GridOperator?.Value,
        deviations.Accounts.Community?.Value, Now()));

    public JournalledDeviations? Deviations(Period period) => Deviations(period, period) is [var found] ? found : null;

    /// <summary>The metered periods, as they were written last, from <paramref name="from"/> to <paramref name="to"/>, both included, oldest first.</summary>
    public IReadOnlyList<JournalledDeviations> Deviations(Period from, Period to) => Read(connection => connection.Query(
        "SELECT message, grid_account, community_account, MAX(id) FROM deviations WHERE period BETWEEN @0 AND @1 GROUP BY period ORDER BY period",
        row => new JournalledDeviations(JournalText.Deviations(row.GetString(0)), new MoneyAccounts(Account(row, 1), Account(row, 2))), from.Index, to.Index));

    /// <summary>The last metered period; null before the first.</summary>
    public JournalledDeviations? LastDeviations() => Read(connection =>
        connection.Query("SELECT MAX(period) FROM deviations", row => row.LongOrNull(0))[0]) is { } last ? Deviations(new Period(last)) : null;

    /// <summary>The metered periods whose settlement the journal has not seen confirmed, oldest first.</summary>
    public IReadOnlyList<JournalledDeviations> UnsettledDeviations() => Read(connection => connection.Query(
        "SELECT message, grid_account, community_account, MAX(id) FROM deviations "
        + "WHERE period NOT IN (SELECT period FROM metered_settlements WHERE state = @0) GROUP BY period ORDER BY period",
        row => new JournalledDeviations(JournalText.Deviations(row.GetString(0)), new MoneyAccounts(Account(row, 1), Account(row, 2))), Confirmed));

    /// <summary>Of each member the reading of a period that has the highest number, unless it is disputed; by member.</summary>
    public IReadOnlyList<MeterReading> CountingReadings(Period period)
    {
        var disputed = Disputes(period, period).GroupBy(dispute => (dispute.Member, dispute.Number)).Where(same => !same.Last().Dismisses).Select(same => same.Key).ToHashSet();
        return [.. Readings(period, period).GroupBy(reading => reading.Member).Select(own => own.Last())
            .Where(reading => !disputed.Contains((reading.Member, reading.Number)))];
    }

    public Task AppendDisputeAsync(DisputeMessage dispute) => _writer.AppendAsync(transaction => transaction.Execute(
        "INSERT INTO disputes VALUES(@0, @1, @2, @3, @4, @5)",
        dispute.Period.Index, dispute.Member.Value, dispute.Number, dispute.Dismisses ? 1 : 0, JournalText.Hex(dispute.Signature), Now()));

    /// <summary>Disputes and their dismissals, in the order in which they came.</summary>
    public IReadOnlyList<DisputeMessage> Disputes(Period from, Period to) => Read(connection => connection.Query(
        "SELECT period, member, number, dismisses, signature FROM disputes WHERE period BETWEEN @0 AND @1 ORDER BY rowid",
        row => new DisputeMessage(
            new MemberId(row.GetString(1)), new Period(row.GetInt64(0)), row.GetInt64(2), row.GetInt64(3) == 1, JournalText.Bytes(row.GetString(4))),
        from.Index, to.Index));

    public Task AppendMeteredSettlementAsync(JournalledMeteredSettlement settlement) => _writer.AppendAsync(transaction => transaction.Execute(
        "INSERT INTO metered_settlements(period, stands_on, before_period, before_stands_on, state, transaction_hash, sender, nonce, raw, block, gas, at) "
        + "VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11)",
        settlement.Period.Index, settlement.StandsOn.Index, settlement.Before.Period.Index, settlement.Before.StandsOn.Index,
        settlement.State == SettlementState.Confirmed ? Confirmed : Sent, settlement.Sent.Hash.ToString(), settlement.Sent.Sender.ToString(),
        (long)settlement.Sent.Nonce, JournalText.Hex(settlement.Sent.Raw), (long?)settlement.Block, (long?)settlement.Gas, Now()));

    /// <summary>The last step of a metered period's settlement; null where none was tried.</summary>
    public JournalledMeteredSettlement? MeteredSettlement(Period period) => MeteredSettlements("period = @0", period) is [var last] ? last : null;

    /// <summary>The metered batch that stands on a trading period; null where there is none.</summary>
    public JournalledMeteredSettlement? MeteredSettlementOn(Period tradingPeriod) => MeteredSettlements($"state = '{Confirmed}' AND stands_on = @0", tradingPeriod) is [var last] ? last : null;

    private List<JournalledMeteredSettlement> MeteredSettlements(string where, Period period) => Read(connection => connection.Query(
        "SELECT period, stands_on, before_period, before_stands_on, state, transaction_hash, sender, nonce, raw, block, gas "
        + $"FROM metered_settlements WHERE {where} ORDER BY id DESC LIMIT 1",
        row => new JournalledMeteredSettlement(
            new Period(row.GetInt64(0)), new Period(row.GetInt64(1)), new Settlement.Contracts.Metering(new Period(row.GetInt64(2)), new Period(row.GetInt64(3))),
            row.GetString(4) == Confirmed ? SettlementState.Confirmed : SettlementState.Sent,
            new SignedTransaction(Address.Parse(row.GetString(6)), (ulong)row.GetInt64(7), JournalText.Bytes(row.GetString(8)), JournalText.Hash(row.GetString(5))),
            (ulong?)row.LongOrNull(9), (ulong?)row.LongOrNull(10)),
        period.Index));
}

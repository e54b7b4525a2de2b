using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Delivery;

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
    public Period? LastMetered() => Read(connection =>
        connection.Query("SELECT MAX(period) FROM deviations", row => row.LongOrNull(0) is { } last ? new Period(last) : (Period?)null)[0]);

    /// <summary>The same, as it was written down.</summary>
    public JournalledDeviations? LastDeviations() => LastMetered() is { } last ? Deviations(last) : null;

    /// <summary>The metered periods whose batch is not believed to be on the chain, oldest first.</summary>
    public IReadOnlyList<JournalledDeviations> UnsettledDeviations() =>
        LastMetered() is { } last ? Deviations(LastOnChain(BatchKind.Metered)?.Next ?? new Period(0), last) : [];

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

    public Task AppendMeteredStandingAsync(JournalledMeteredStanding standing) => _writer.AppendAsync(transaction => transaction.Execute(
        "INSERT INTO metered_standings(period, stands_on, before_period, before_stands_on, at) VALUES(@0, @1, @2, @3, @4)",
        standing.Period.Index, standing.StandsOn.Index, standing.Before.Period.Index, standing.Before.StandsOn.Index, Now()));

    /// <summary>Where a metered period's batch was seen to stand last; null before it was.</summary>
    public JournalledMeteredStanding? MeteredStanding(Period period) => MeteredStandings("period = @0", period) is [var last] ? last : null;

    /// <summary>The metered batch that was seen last on a trading period, and nowhere else since; null where there is none.</summary>
    public JournalledMeteredStanding? MeteredStandingOn(Period tradingPeriod) => MeteredStandings("stands_on = @0", tradingPeriod) is [var last] ? last : null;

    private List<JournalledMeteredStanding> MeteredStandings(string where, Period period) => Read(connection => connection.Query(
        "SELECT period, stands_on, before_period, before_stands_on FROM metered_standings AS seen "
        + $"WHERE {where} AND id = (SELECT MAX(id) FROM metered_standings WHERE period = seen.period) ORDER BY id DESC LIMIT 1",
        row => new JournalledMeteredStanding(
            new Period(row.GetInt64(0)), new Period(row.GetInt64(1)), new Settlement.Contracts.Metering(new Period(row.GetInt64(2)), new Period(row.GetInt64(3)))),
        period.Index));
}

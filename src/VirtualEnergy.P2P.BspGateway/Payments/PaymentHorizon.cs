using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>Which statements of payments may leave the file: the oldest, as long as they are wholly paid and older than the books' own settled periods could be; never the last one.</summary>
internal static class PaymentHorizon
{
    /// <summary>Twice as long as the books keep what is settled (62 days): no period of a statement that leaves can come again.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(124);

    /// <param name="log">Whole lines that a book wrote.</param>
    /// <returns>The lines that stay, those that leave, and what stands in their place; null where none leaves.</returns>
    public static (List<ReadOnlyMemory<byte>> Kept, List<ReadOnlyMemory<byte>> Gone, BaseEntry? Base) Split(ReadOnlyMemory<byte> log, DateTimeOffset now)
    {
        var (lines, statements, paid, before) = (new List<(PaymentEntry Entry, ReadOnlyMemory<byte> Text)>(), new List<StatementEntry>(), new HashSet<(int, string)>(), long.MinValue);
        for (var from = 0; log.Span[from..].IndexOf((byte)'\n') is var length and >= 0; from += length + 1)
        {
            var entry = PaymentEntry.Read(log.Span.Slice(from, length));
            lines.Add((entry, log.Slice(from, length + 1)));
            switch (entry)
            {
                case StatementEntry statement:
                    statements.Add(statement);
                    break;
                case PaidEntry payment:
                    paid.Add((payment.Statement, payment.Member));
                    break;
                case BaseEntry known:
                    before = known.LastPeriod;
                    break;
            }
        }

        var over = statements.SkipLast(1).TakeWhile(statement => statement.At < now - Kept && statement.Payments.All(payment => paid.Contains((statement.Number, payment.Deposit.Member.ToString())))).ToList();
        if (over.Count == 0)
        {
            return ([log], [], null);
        }

        var closed = new BaseEntry(now, over[^1].Number, over[^1].Hash, over.SelectMany(statement => statement.Periods).Select(period => period.Period).Append(before).Max());
        var gone = lines.ToLookup(line => NumberOf(line.Entry) <= closed.Number);
        return ([closed.Write(), .. gone[false].Select(line => line.Text)], [.. gone[true].Where(line => line.Entry is not BaseEntry).Select(line => line.Text)], closed);
    }

    private static int NumberOf(PaymentEntry entry) => entry switch
    {
        BaseEntry known => known.Number,
        StatementEntry statement => statement.Number,
        SignedEntry signed => signed.Statement,
        PaidEntry payment => payment.Statement,
        FailedEntry failed => failed.Statement,
        _ => throw new System.Text.Json.JsonException($"No rule says how long a {entry.GetType().Name} matters."),
    };
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>To whom a wallet's statements belong.</summary>
public sealed record PaymentParties(ulong ChainId, Address Escrow, Address Payer)
{
    /// <summary>The system operator's account, for statements that are made from now on; null where it is paid by hand.</summary>
    public Address? Operator { get; init; }
}

/// <summary>
/// What is paid for some settled periods. Σ net of its lines + the provider's = the operator's cash, to the µEUR; its hash, which every payment of it bears, is
/// Keccak-256 of its text, so whoever has the text can check payments, and whoever has the periods can make the text.
/// </summary>
/// <param name="Number">1, 2, 3 …</param>
/// <param name="Before">The hash of the one before; zero for the first.</param>
/// <param name="Periods">In order of period, unit and direction.</param>
/// <param name="Lines">In order of members: who has a part in the periods, and who owes from before.</param>
/// <param name="Text">UTF-8, lines that end with \n.</param>
internal sealed record PaymentStatement(int Number, Hash256 Before, ImmutableArray<PeriodSettlement> Periods, ImmutableArray<PaymentLine> Lines, string Text)
{
    public Hash256 Hash => Keccak256.Hash(Encoding.UTF8.GetBytes(Text));

    /// <summary>What operators pay for the periods, less what they charge; − the provider pays.</summary>
    public Money Cash => Sum(Periods.Select(period => period.Cash.Net));

    /// <summary>What the system operator is due for its own periods, as for energy down: 0 or more. What a grid operator withholds is between it and the provider.</summary>
    public Money OperatorDue => new(Math.Max(0, -Sum(Periods.Where(period => period.Buyer == OrderingOperator.SystemOperator).Select(period => period.Cash.Net)).MicroEur));

    /// <summary>What of it stays with the provider.</summary>
    public Money Provider => Sum(Periods.Select(period => period.ProviderNet));

    /// <param name="carried">What members owe from before: below zero, by member.</param>
    public static PaymentStatement Of(
        int number, Hash256 before, PaymentParties parties, IEnumerable<PeriodSettlement> settled, IReadOnlyDictionary<MemberId, Money> carried)
    {
        ImmutableArray<PeriodSettlement> periods = [.. settled.OrderBy(period => period.Period).ThenBy(period => period.Unit).ThenBy(period => period.Direction)];
        var nets = periods.SelectMany(period => period.Points).GroupBy(point => point.Member).ToDictionary(own => own.Key, own => Sum(own.Select(point => point.Net)));
        ImmutableArray<PaymentLine> lines =
        [
            .. nets.Keys.Union(carried.Keys).Order()
                .Select(member => PaymentLine.Of(member, nets.GetValueOrDefault(member), carried.GetValueOrDefault(member))),
        ];
        var statement = new PaymentStatement(number, before, periods, lines, "");
        return statement with { Text = TextOf(statement, parties) };
    }

    private static string TextOf(PaymentStatement statement, PaymentParties parties)
    {
        var text = new StringBuilder();
        Line(text, $"statement {statement.Number}");
        Line(text, $"before {statement.Before}");
        Line(text, $"chain {parties.ChainId} escrow {parties.Escrow} payer {parties.Payer}");
        foreach (var period in statement.Periods)
        {
            Line(text, $"period {period.Period.Index} unit {period.Unit} {(period.Buyer == OrderingOperator.GridOperator ? "grid-operator " : "")}{(period.Direction == Bsp.RegulationDirection.Up ? "up" : "down")} payment {period.Cash.Payment.MicroEur} charge {period.Cash.Charge.MicroEur} fee {period.Fee.MicroEur} provider-charge {period.ProviderCharge.MicroEur}");
            foreach (var point in period.Points)
            {
                Line(text, $"point {point.Point} member {point.Member} payment {point.Payment.MicroEur} charge {point.Charge.MicroEur}");
            }
        }

        foreach (var line in statement.Lines)
        {
            Line(text, $"member {line.Member} net {line.Net.MicroEur} before {line.CarriedIn.MicroEur} paid {line.Paid.MicroEur} after {line.CarriedOut.MicroEur}");
        }

        if (statement.OperatorDue > Money.Zero && parties.Operator is { } payee)
        {
            Line(text, $"operator {payee} paid {statement.OperatorDue.MicroEur}");
        }

        Line(text, $"cash {statement.Cash.MicroEur} provider {statement.Provider.MicroEur}");
        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static Money Sum(IEnumerable<Money> amounts) => amounts.Aggregate(Money.Zero, (sum, amount) => sum + amount);
}

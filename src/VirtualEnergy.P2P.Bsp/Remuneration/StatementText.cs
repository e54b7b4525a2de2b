using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>Statements as people read them: local time, kWh with three decimals, euros to the µEUR. Ends of lines are \n.</summary>
public static class StatementText
{
    /// <summary>The unit's statement: each period, each member, and the sum that must be the operator's cash.</summary>
    public static string OfUnit(SettlementStatement statement, MarketProfile profile)
    {
        var text = new StringBuilder();
        Line(text, $"Unit {statement.Unit} on {profile.Name}");
        Line(text, $"{"period",-16}  {"way",-4}  {"ordered kWh",12}  {"delivered kWh",13}  {"missing kWh",11}  {"payment EUR",14}  {"charge EUR",12}");
        foreach (var period in statement.Periods)
        {
            var figures = period.Figures;
            Line(
                text,
                $"{Start(period.Period, profile.Grid),-16}  {Way(period.Direction),-4}  {KWh(figures.Ordered),12}  {KWh(figures.Delivered),13}  {KWh(figures.Missing),11}  {Euros.Format(period.Cash.Payment),14}  {Euros.Format(period.Cash.Charge),12}{(period.Disputed ? "  as the operator states; the rules say " + Euros.Format(figures.Cash.Net) : "")}");
        }

        Line(text, $"");
        Line(text, $"{"member",-42}  {"told kWh",12}  {"delivered kWh",13}  {"payment EUR",14}  {"charge EUR",12}  {"net EUR",14}");
        foreach (var member in statement.Members)
        {
            Line(text, $"{member.Member,-42}  {KWh(member.Assigned),12}  {KWh(member.Delivered),13}  {Euros.Format(member.Payment),14}  {Euros.Format(member.Charge),12}  {Euros.Format(member.Net),14}");
        }

        Line(text, $"{"provider",-42}  {"",12}  {"",13}  {Euros.Format(statement.Fee),14}  {Euros.Format(statement.ProviderCharge),12}  {Euros.Format(statement.ProviderNet),14}");
        Line(text, $"{"operator",-42}  {KWh(statement.Ordered),12}  {KWh(statement.Paid),13}  {Euros.Format(statement.Cash.Payment),14}  {Euros.Format(statement.Cash.Charge),12}  {Euros.Format(statement.Cash.Net),14}");
        return text.ToString();
    }

    /// <summary>One member's statement: each period of each of its points, and its sum.</summary>
    public static string OfMember(SettlementStatement statement, MemberId member, MarketProfile profile)
    {
        var text = new StringBuilder();
        Line(text, $"Member {member} in unit {statement.Unit} on {profile.Name}");
        Line(text, $"{"period",-16}  {"point",-14}  {"way",-4}  {"told kWh",10}  {"delivered kWh",13}  {"payment EUR",14}  {"charge EUR",12}");
        foreach (var period in statement.Periods)
        {
            foreach (var point in period.Points.Where(point => point.Member == member))
            {
                Line(
                    text,
                    $"{Start(period.Period, profile.Grid),-16}  {point.Point,-14}  {Way(period.Direction),-4}  {KWh(point.Assigned),10}  {KWh(point.Delivered),13}  {Euros.Format(point.Payment),14}  {Euros.Format(point.Charge),12}{(point.WasRead ? "" : "  meter not read")}");
            }
        }

        var net = statement.Members.FirstOrDefault(total => total.Member == member)?.Net ?? Money.Zero;
        Line(text, $"net {Euros.Format(net)} EUR");
        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line)
    {
        var written = line.ToString(CultureInfo.InvariantCulture);
        text.Append(written.TrimEnd()).Append('\n');
    }

    private static string Way(RegulationDirection direction) => direction == RegulationDirection.Up ? "up" : "down";

    private static string Start(Period period, PeriodGrid grid) =>
        ItalianTime.Local(grid.StartOf(period)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Exact: a Wh is the third decimal.</summary>
    private static string KWh(Energy energy)
    {
        var magnitude = Int128.Abs(energy.WattHours);
        return string.Create(CultureInfo.InvariantCulture, $"{(energy.WattHours < 0 ? "-" : "")}{magnitude / 1000}.{(int)(magnitude % 1000):D3}");
    }
}

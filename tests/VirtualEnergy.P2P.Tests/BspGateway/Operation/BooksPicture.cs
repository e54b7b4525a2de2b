using System.Text;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>All that books say, as text: two books are the same if their pictures are.</summary>
internal static class BooksPicture
{
    public static string Of(GatewayBooks books, MarketDay day)
    {
        var text = new StringBuilder();
        text.AppendLine($"baseline {books.Baseline(new UnitId(TestUnits.Unit), day)?.Hash}");
        foreach (var offer in books.Offers)
        {
            text.AppendLine($"offer {offer.Id} {offer.Offer.Period} {offer.Offer.Direction} {offer.SubmittedAt:O} {offer.Status} {string.Join(' ', offer.Accepted)}");
        }

        foreach (var (record, way) in books.Orders())
        {
            text.AppendLine($"order {record} {way}");
        }

        foreach (var document in books.Documents.OrderBy(document => document.MRid, StringComparer.Ordinal))
        {
            text.AppendLine($"document {document}");
        }

        foreach (var settled in books.Settled)
        {
            text.AppendLine($"settled {settled.Period} {settled.Direction} {settled.Cash} {string.Join(' ', settled.Points)} {books.Unmeasured(settled)}");
        }

        foreach (var period in day.Periods(PeriodGrid.QuarterHour))
        {
            text.Append($" {books.Ordered(new UnitId(TestUnits.Unit), period, RegulationDirection.Up).WattHours}");
        }

        return text.ToString();
    }
}

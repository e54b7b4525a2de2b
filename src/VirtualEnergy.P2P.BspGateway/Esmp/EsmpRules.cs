using System.Globalization;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>One reason why a document is refused.</summary>
/// <param name="Code">See <see cref="ReasonCode"/>.</param>
/// <param name="Text">What is wrong, in words.</param>
/// <param name="Series">The series it is about, or null for the document.</param>
public sealed record EsmpRefusal(string Code, string Text, string? Series = null);

/// <summary>What a document must keep beyond its schema: who may send it, when, for which time, and that its series are whole.</summary>
public static class EsmpRules
{
    private const int MostReasons = 20;

    /// <summary>Why the document is refused; empty when it is right. A pure function of document, profile and time; at most twenty reasons.</summary>
    public static IReadOnlyList<EsmpRefusal> Check(IEsmpDocument document, EsmpProfile profile, DateTimeOffset now) =>
        [.. Header(document, profile, now).Concat(SeriesOf(document, profile)).Take(MostReasons)];

    private static IEnumerable<EsmpRefusal> Header(IEsmpDocument document, EsmpProfile profile, DateTimeOffset now)
    {
        if (document.Receiver != profile.Self)
        {
            yield return new(ReasonCode.Receiver, $"It is meant for {document.Receiver}.");
        }

        if (!profile.Partners.Any(partner => partner.Id == document.Sender))
        {
            yield return new(ReasonCode.NoContract, $"There is no contract with {document.Sender}.");
        }
        else if (!profile.Partners.Any(partner => partner.Id == document.Sender && partner.Role == document.SenderRole))
        {
            yield return new(ReasonCode.Sender, $"{document.Sender} is not known in the role {document.SenderRole}.");
        }

        if (document is not AcknowledgementDocument && !EsmpKind.Of(document).MessageTypes.Contains(document.Type))
        {
            yield return new(ReasonCode.LocalRules, $"{document.Type} is no type of this document.");
        }

        if (document is BidAvailabilityDocument { ProcessType: null })
        {
            yield return new(ReasonCode.Missing, "process.processType is missing.");
        }
        else if (document.ProcessType is { } process && profile.Processes.Count > 0 && !profile.Processes.Contains(process))
        {
            yield return new(ReasonCode.Process, $"{process} is no process of this market.");
        }

        if (document.CreatedAt > now + profile.ClockTolerance)
        {
            yield return new(ReasonCode.LocalRules, "createdDateTime lies in the future.");
        }

        if (Domain(document) is { } domain && profile.Domains.Count > 0 && !profile.Domains.Contains(domain))
        {
            yield return new(ReasonCode.Domain, $"{domain} is no domain of this market.");
        }

        if (document.Interval is { } interval)
        {
            foreach (var refusal in Interval(document, interval, profile, now))
            {
                yield return refusal;
            }
        }
    }

    private static Xml.CodedId? Domain(IEsmpDocument document) => document switch
    {
        ReserveBidDocument bids => bids.Domain,
        ActivationDocument order => order.Domain,
        AllocationResultDocument result => result.Domain,
        EnergyAccountDocument account => account.Domain,
        _ => null,
    };

    private static IEnumerable<EsmpRefusal> Interval(IEsmpDocument document, EsmpInterval interval, EsmpProfile profile, DateTimeOffset now)
    {
        if (interval.Length <= TimeSpan.Zero || !IsOnGrid(interval, profile.Resolution))
        {
            yield return new(ReasonCode.TimeInterval, "An interval begins and ends with a period, and ends after it begins.");
            yield break;
        }

        var isAccount = document is EnergyAccountDocument;
        if (isAccount ? interval.Length > TimeSpan.FromDays(40) : interval.End > MarketDay.At(interval.Start).End)
        {
            yield return new(ReasonCode.TimeInterval, isAccount ? "An account is of 40 days at most." : "An interval lies within one day of the market.");
        }

        var late = document switch
        {
            ReserveBidDocument => now > interval.Start - profile.BidGate ? "The gate for these bids has closed." : null,
            EnergyAccountDocument => now - interval.End > profile.OldestAccount ? "That time can no longer be settled." : null,
            _ => now >= interval.End ? "That time is over." : null,
        };
        if (late is not null)
        {
            yield return new(ReasonCode.Deadline, late);
        }

        if (isAccount && interval.End > now)
        {
            yield return new(ReasonCode.TimeInterval, "That time is not over yet.");
        }
    }

    private static IEnumerable<EsmpRefusal> SeriesOf(IEsmpDocument document, EsmpProfile profile)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var series in SeriesView.Of(document))
        {
            // What is said of a bid may come as several limits.
            if (!seen.Add(series.MRid) && document is not BidAvailabilityDocument)
            {
                yield return new(ReasonCode.SeriesId, $"Two series are called {series.MRid}.", series.MRid);
            }

            if (series.Resource is { } resource && profile.Resources.Count > 0 && !profile.Resources.Contains(resource))
            {
                yield return new(ReasonCode.Resource, $"{resource} is not known.", series.MRid);
            }

            var last = (EsmpInterval?)null;
            foreach (var run in series.Runs)
            {
                foreach (var refusal in Run(series, run, last, document.Interval!, profile))
                {
                    yield return refusal;
                }

                last = run.Interval;
            }
        }

        foreach (var wrong in (document as BidAvailabilityDocument)?.Bids.Where(bid => bid.Limit is { } limit && (EsmpQuantity.Watts(limit, bid.LimitUnit ?? "") is null or < 0)) ?? [])
        {
            yield return new(ReasonCode.Quantity, "A limit is in whole watts and says its unit.", wrong.MRid);
        }
    }

    private static IEnumerable<EsmpRefusal> Run(SeriesView series, RunView run, EsmpInterval? last, EsmpInterval whole, EsmpProfile profile)
    {
        if (run.Resolution != profile.Resolution)
        {
            yield return new(ReasonCode.Resolution, $"A period has {profile.Resolution.TotalMinutes:0} minutes here.", series.MRid);
            yield break;
        }

        if (!whole.Holds(run.Interval) || run.Interval.Length <= TimeSpan.Zero || !IsOnGrid(run.Interval, profile.Resolution) || (last is not null && run.Interval.Start < last.End))
        {
            yield return new(ReasonCode.TimeInterval, "The intervals of a series follow each other within the document's, in whole periods.", series.MRid);
            yield break;
        }

        var periods = (int)(run.Interval.Length / profile.Resolution);
        if (!PositionsFit(run.Points, periods, series.VariableBlocks))
        {
            yield return new(ReasonCode.Position, series.VariableBlocks
                ? $"Positions rise from 1 to at most {periods}."
                : $"Positions are 1 to {periods}, each once and in order.", series.MRid);
        }

        foreach (var point in run.Points)
        {
            foreach (var refusal in Point(series, point, profile))
            {
                yield return refusal;
            }
        }
    }

    private static bool PositionsFit(PointView[] points, int periods, bool variable)
    {
        for (var at = 0; at < points.Length; at++)
        {
            var position = points[at].Position;
            if (variable ? position > periods || (at == 0 ? position != 1 : position <= points[at - 1].Position) : position != at + 1)
            {
                return false;
            }
        }

        return variable || points.Length == periods;
    }

    private static IEnumerable<EsmpRefusal> Point(SeriesView series, PointView point, EsmpProfile profile)
    {
        string At() => string.Create(CultureInfo.InvariantCulture, $"Position {point.Position}: ");
        if (point.Quantities.Any(quantity => quantity < 0))
        {
            yield return new(ReasonCode.Signed, At() + "a quantity has no sign; the direction has.", series.MRid);
        }
        else if (point.Quantities.Any(quantity => quantity is { } value && series.Quantity(value) is null) || point.Minimum > point.Quantities[0])
        {
            yield return new(ReasonCode.Quantity, At() + "a quantity is in whole watts or watt-hours, in a unit that fits, and the least of it no more than all.", series.MRid);
        }

        if (point.EnergyPrices.Any(price => price is { } amount && series.EnergyPrice?.Invoke(amount) is null) || point.ReservePrices.Any(price => price is { } amount && series.ReservePrice?.Invoke(amount) is null))
        {
            yield return new(ReasonCode.LocalRules, At() + "a price says its currency and unit, EUR a MWH or KWH for energy and EUR a MAW for reserve, and is no finer than a µEUR.", series.MRid);
        }
        else if (point.EnergyPrices.Any(price => price is { } amount && (series.EnergyPrice!(amount) < profile.PriceFloor || series.EnergyPrice(amount) > profile.PriceCap)))
        {
            yield return new(ReasonCode.PriceLimits, At() + "the price is beyond the market's floor or cap.", series.MRid);
        }
    }

    private static bool IsOnGrid(EsmpInterval interval, TimeSpan resolution) =>
        interval.Start.UtcTicks % resolution.Ticks == 0 && interval.End.UtcTicks % resolution.Ticks == 0;
}

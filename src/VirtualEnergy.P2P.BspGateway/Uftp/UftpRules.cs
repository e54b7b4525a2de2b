using VirtualEnergy.P2P.BspGateway.Esmp;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>
/// What every message must keep beyond its schema. The words of the reasons are the protocol's own: Shapeshifter specification, use
/// case descriptions, message validation.
/// </summary>
public static class UftpRules
{
    /// <summary>Zones that keep Central European time all year (IANA database, 2024a).</summary>
    private static readonly HashSet<string> Central =
    [
        "Europe/Amsterdam", "Europe/Andorra", "Europe/Belgrade", "Europe/Berlin", "Europe/Bratislava", "Europe/Brussels", "Europe/Budapest", "Europe/Busingen", "Europe/Copenhagen", "Europe/Gibraltar", "Europe/Ljubljana",
        "Europe/Luxembourg", "Europe/Madrid", "Europe/Malta", "Europe/Monaco", "Europe/Oslo", "Europe/Paris", "Europe/Podgorica", "Europe/Prague", "Europe/Rome", "Europe/San_Marino", "Europe/Sarajevo", "Europe/Skopje",
        "Europe/Stockholm", "Europe/Tirane", "Europe/Vaduz", "Europe/Vatican", "Europe/Vienna", "Europe/Warsaw", "Europe/Zagreb", "Europe/Zurich", "Africa/Ceuta",
    ];

    /// <summary>Why the message is rejected; empty when it is right.</summary>
    public static IReadOnlyList<string> Check(UftpMessage message, UftpProfile profile, DateTimeOffset now) => message is FlexMessage flex ? [.. OfDay(flex, profile, now).Concat(OfKind(flex, now)).Distinct()] : [];

    /// <summary>True for a zone whose clocks show what ours do.</summary>
    public static bool IsCentral(string zone) => Central.Contains(zone);

    private static IEnumerable<string> OfDay(FlexMessage message, UftpProfile profile, DateTimeOffset now)
    {
        if (message.IspDuration != profile.IspDuration)
        {
            yield return "ISP duration rejected";
            yield break;
        }

        if (!IsCentral(message.TimeZone))
        {
            yield return "TimeZone rejected";
        }

        if (!profile.CongestionPoints.Contains(message.CongestionPoint))
        {
            yield return "Invalid CongestionPoint";
        }

        // A year ahead is planned, no more; and the calendar's ends are never reached.
        var today = MarketDay.At(now).Date;
        if (message.Period < today || message.Period > today.AddDays(400))
        {
            yield return "Period out of bounds";
            yield break;
        }

        var isps = new MarketDay(message.Period).Periods(profile.IspDuration);
        var groups = message is FlexOffer offer ? offer.Options.Select(option => option.Isps.Select(isp => isp.Span)) : [message.Spans];
        foreach (var spans in groups.Select(group => group.OrderBy(span => span.Start).ToList()))
        {
            if (spans.Exists(span => span.Last > isps))
            {
                yield return "ISPs out of bounds";
            }

            if (spans.Zip(spans.Skip(1)).Any(pair => pair.Second.Start <= pair.First.Last))
            {
                yield return "ISP conflict";
            }
        }
    }

    private static IEnumerable<string> OfKind(FlexMessage message, DateTimeOffset now)
    {
        var expires = message switch { FlexRequest request => request.ExpiresAt, FlexOffer offer => offer.ExpiresAt, _ => (DateTimeOffset?)null };
        if (expires is { } until && message.Period.Year is > 1 and < 9999 && (until <= now || until > new MarketDay(message.Period).End))
        {
            yield return "ExpirationDateTime out of bounds";
        }

        if (message is FlexRequest { Isps: var asked })
        {
            if (!asked.Any(isp => isp.Disposition == FlexDisposition.Requested))
            {
                yield return "Lacking Requested Disposition";
            }

            if (asked.Any(isp => isp.MinPower > isp.MaxPower))
            {
                yield return "Power discrepancy";
            }

            if (asked.Any(isp => isp.Disposition == FlexDisposition.Requested && isp is { MinPower: < 0, MaxPower: > 0 }))
            {
                yield return "Requested Power discrepancy";
            }
        }

        if (message is DPrognosis { Isps: var forecast } && message.IspDuration > TimeSpan.Zero && message.Period.Year is > 1 and < 9999
            && forecast.Sum(isp => isp.Span.Count) < new MarketDay(message.Period).Periods(message.IspDuration))
        {
            yield return "Lacking ISPs";
        }
    }
}

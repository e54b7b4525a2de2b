namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>Holds a grid operator's settlement against our orders and, where we have them, our meters.</summary>
internal static class SettlementCheck
{
    /// <summary>Why the whole is rejected, which asks the operator to send it again; empty when each order can be looked at.</summary>
    /// <param name="settlement">What came.</param>
    /// <param name="unsettled">Our orders of that operator that are not settled.</param>
    /// <param name="today">The day.</param>
    public static IEnumerable<string> Whole(FlexSettlement settlement, IEnumerable<FlexOrder> unsettled, DateOnly today)
    {
        if (settlement.PeriodStart >= today)
        {
            yield return "PeriodStart rejected";
        }

        if (settlement.PeriodEnd < settlement.PeriodStart || settlement.PeriodEnd >= today)
        {
            yield return "PeriodEnd rejected";
        }

        if (settlement.Orders.Any(order => order.Period < settlement.PeriodStart || order.Period > settlement.PeriodEnd))
        {
            yield return "Period out of bounds";
        }

        var named = settlement.Orders.Select(order => order.OrderReference).ToHashSet();
        if (named.Count < settlement.Orders.Count)
        {
            yield return "Duplicate Settlement Items";
        }

        if (unsettled.Any(order => order.Period >= settlement.PeriodStart && order.Period <= settlement.PeriodEnd && !named.Contains(order.OrderReference)))
        {
            yield return "Missing Settlement Items";
        }
    }

    /// <summary>Why the settlement of one order is disputed, or null.</summary>
    /// <param name="item">The operator's figures.</param>
    /// <param name="order">Our order, or null where we know of none.</param>
    /// <param name="currencyFits">Whether the message is in the order's currency.</param>
    /// <param name="measured">The power that we measured in a period of the order's day, W, + consumption, or null where we did not.</param>
    /// <param name="toleranceWatts">How far meters may differ.</param>
    public static string? Dispute(FlexOrderSettlement item, FlexOrder? order, bool currencyFits, Func<FlexOrder, int, long?>? measured, long toleranceWatts)
    {
        if (order is null)
        {
            return "No such order.";
        }

        if (!currencyFits || item.Price != order.Price || item.Period != order.Period || item.CongestionPoint != order.CongestionPoint)
        {
            return "Price, currency, period or congestion point is not the order's.";
        }

        if (item.NetSettlement != item.Price - (item.Penalty ?? 0) || item.Penalty < 0)
        {
            return "Net settlement is price less penalty.";
        }

        var ordered = ByIsp(order.Isps.Select(isp => (isp.Span, isp.Power)));
        var settled = item.Isps.SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count).Select(at => (At: at, Isp: isp))).ToList();
        if (!settled.Select(one => one.At).Order().SequenceEqual(ordered.Keys.Order()) || settled.Exists(one => one.Isp.OrderedFlexPower != ordered[one.At]))
        {
            return "The periods or powers are not the order's.";
        }

        if (item.Penalty > 0 && item.Isps.All(isp => Deficiency(isp) == 0))
        {
            return "A penalty without a deficiency.";
        }

        foreach (var (at, isp) in settled)
        {
            if ((isp.PowerDeficiency ?? 0) != Deficiency(isp))
            {
                return $"ISP {at}: the deficiency is what was ordered and not delivered, {Deficiency(isp)} W.";
            }

            if (measured?.Invoke(order, at) is { } watts && Math.Abs(watts - isp.ActualPower) > toleranceWatts)
            {
                return $"ISP {at}: we measured {watts} W.";
            }
        }

        return null;
    }

    /// <summary>What was ordered and not delivered, W, never negative: more in the ordered direction is no deficiency.</summary>
    private static long Deficiency(SettledIsp isp) => Math.Max(0, (isp.OrderedFlexPower - isp.DeliveredFlexPower) * Math.Sign(isp.OrderedFlexPower));

    private static Dictionary<int, long> ByIsp(IEnumerable<(IspSpan Span, long Power)> runs) =>
        runs.SelectMany(run => Enumerable.Range(run.Span.Start, run.Span.Count).Select(at => (at, run.Power))).ToDictionary(one => one.at, one => one.Power);
}

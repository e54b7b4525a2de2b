namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>Whether an order is what was offered, whole or in the part that the offer allows.</summary>
internal static class OrderCheck
{
    /// <summary>Why it is not; empty when it is. Part of an offer is the same part of every power and of the price, to a watt and to the last digit of the price.</summary>
    public static IEnumerable<string> Reasons(FlexOrder order, FlexOffer offer)
    {
        if (order.Period != offer.Period)
        {
            yield return UftpReasons.OtherPeriod;
        }

        if (order.CongestionPoint != offer.CongestionPoint)
        {
            yield return "Invalid CongestionPoint";
        }

        if (order.Currency != offer.Currency)
        {
            yield return "Currency mismatch";
        }

        var option = order.OptionReference is { } name ? offer.Options.FirstOrDefault(one => one.Reference == name) : offer.Options.Count == 1 ? offer.Options[0] : null;
        if (option is null)
        {
            yield return "Unknown OptionReference";
            yield break;
        }

        var factor = order.ActivationFactor ?? 1m;
        if (factor < (option.MinActivationFactor ?? 1m))
        {
            yield return "ActivationFactor below MinActivationFactor";
            yield break;
        }

        if (!order.Isps.Select(isp => isp.Span).SequenceEqual(option.Isps.Select(isp => isp.Span)))
        {
            yield return "ISP mismatch";
        }
        else if (order.Isps.Zip(option.Isps).Any(pair => Math.Abs(pair.First.Power - (pair.Second.Power * factor)) >= 1m))
        {
            yield return "Power mismatch";
        }

        if (Math.Abs(order.Price - (option.Price * factor)) >= 0.0001m)
        {
            yield return "Price mismatch";
        }
    }
}

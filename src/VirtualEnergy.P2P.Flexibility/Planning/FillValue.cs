namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>What each further kWh in a store is worth at the end of a period, from the lowest fill up: a falling step function.</summary>
/// <param name="Low">Fill at which the first piece begins, Wh.</param>
/// <param name="Slopes">µEUR/kWh, steepest first.</param>
/// <param name="Lengths">Wh.</param>
internal sealed record FillValue(double Low, double[] Slopes, double[] Lengths)
{
    /// <summary>What a store with one fill is worth more than with another, thousandths of a µEUR.</summary>
    public double Between(double from, double to)
    {
        if (to < from)
        {
            return -Between(to, from);
        }

        // Below the lowest fill everything is missing; above the highest nothing is gained.
        var worth = Math.Max(0, Math.Min(to, Low) - from) * StoreStage.Scarcity;
        var at = Low;
        for (var i = 0; i < Slopes.Length && at < to; i++)
        {
            var end = at + Lengths[i];
            worth += Math.Max(0, Math.Min(to, end) - Math.Max(from, at)) * Slopes[i];
            at = end;
        }

        return worth;
    }

    /// <summary>The mean of several values of one store at the same time, which all begin and end at the same fills.</summary>
    public static FillValue Mean(ReadOnlySpan<FillValue> values)
    {
        if (values.Length == 1)
        {
            return values[0];
        }

        var (slopes, lengths) = (new List<double>(), new List<double>());
        var next = new int[values.Length];
        var left = new double[values.Length];
        for (var v = 0; v < values.Length; v++)
        {
            left[v] = values[v].Lengths.Length > 0 ? values[v].Lengths[0] : 0;
        }

        while (true)
        {
            var (length, slope) = (double.PositiveInfinity, 0.0);
            for (var v = 0; v < values.Length; v++)
            {
                if (next[v] == values[v].Slopes.Length)
                {
                    return new FillValue(values[0].Low, [.. slopes], [.. lengths]);
                }

                length = Math.Min(length, left[v]);
                slope += values[v].Slopes[next[v]] / values.Length;
            }

            if (length > 0)
            {
                slopes.Add(slope);
                lengths.Add(length);
            }

            for (var v = 0; v < values.Length; v++)
            {
                left[v] -= length;
                if (left[v] <= 1e-7 && ++next[v] < values[v].Slopes.Length)
                {
                    left[v] = values[v].Lengths[next[v]];
                }
            }
        }
    }
}

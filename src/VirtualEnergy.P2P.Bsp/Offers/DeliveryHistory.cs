using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>What points delivered of what they were told, order by order: what <see cref="DeliveryRecord"/> learns from.</summary>
public static class DeliveryHistory
{
    /// <param name="settled">Settled periods, in any order. Successive ones of a point and direction are one order: a quarter of an hour more of the same tells nothing new.</param>
    /// <returns>Of each point: delivered ÷ told of its orders in ‰, rounded down, 0 to 1,000, oldest first.</returns>
    public static IReadOnlyDictionary<PodCode, IReadOnlyList<int>> Of(IEnumerable<PeriodSettlement> settled)
    {
        var shares = from period in settled
                     from point in period.Points
                     where point.Assigned > Energy.Zero
                     orderby period.Period
                     group (period.Period, period.Direction, point.Assigned, point.Delivered) by point.Point;
        return shares.ToDictionary(point => point.Key, point => (IReadOnlyList<int>)[.. Orders([.. point])]);
    }

    private static IEnumerable<int> Orders(List<(Period Period, RegulationDirection Direction, Energy Assigned, Energy Delivered)> periods)
    {
        var (told, delivered) = (Energy.Zero, Energy.Zero);
        for (var i = 0; i < periods.Count; i++)
        {
            (told, delivered) = (told + periods[i].Assigned, delivered + periods[i].Delivered);
            if (i + 1 == periods.Count || periods[i + 1].Direction != periods[i].Direction || periods[i + 1].Period != periods[i].Period.Next)
            {
                yield return (int)Int128.Clamp((Int128)delivered.WattHours * 1000 / told.WattHours, 0, 1000);
                (told, delivered) = (Energy.Zero, Energy.Zero);
            }
        }
    }
}

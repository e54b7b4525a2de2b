using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>What is expected of a storage, for another manager: the level below which it may not be left alone, and what will leave it. In kWh.</summary>
internal static class LevelsAhead
{
    private const int HoursTold = 24;
    private const int HoursSeen = 48;

    /// <summary>The offer with the target and the usage of a day from a period on; without them where there are none.</summary>
    public static StorageOffer With(this StorageOffer offer, StoreModel model, Period now)
    {
        var (grid, piece) = (model.Grid, TimeSpan.FromSeconds(model.Grid.LengthSeconds));
        var ahead = model.Expected(now, HoursSeen * 3_600 / grid.LengthSeconds);
        var (least, told) = (Least(ahead), HoursTold * 3_600 / grid.LengthSeconds);
        return offer with
        {
            From = grid.StartOf(now),
            Target = least.All(level => level <= offer.Lowest * 1_000 + 1) ? []
                : ValueList.From(least.Take(told).Select(level => new TargetElement(piece, Math.Clamp(level / 1_000, offer.Lowest, offer.Highest), offer.Highest))),
            Usage = ahead.All(one => one.Use == 0) ? [] : ValueList.From(ahead.Take(told).Select(one => new ProfileElement(piece, Expectation.Certain(one.Use / 1_000 / grid.LengthSeconds)))),
        };
    }

    /// <summary>The level at the start of each period with which it may rest in it, and what is wanted later is still reached, Wh.</summary>
    private static double[] Least(StoreStage[] ahead)
    {
        var (least, needed) = (new double[ahead.Length], double.NegativeInfinity);
        for (var t = ahead.Length - 1; t >= 0; t--)
        {
            var stage = ahead[t];
            var atEnd = Math.Max(needed, Math.Max(stage.Floor, stage.Wanted));
            least[t] = Math.Clamp((atEnd + stage.Use) / stage.Keep, stage.Floor, stage.Ceiling);
            needed = (atEnd + stage.Use - stage.MostIn * stage.InYield) / stage.Keep;
        }

        return least;
    }
}

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>Makes a demand coarser where that matters least.</summary>
internal static class NearestPieces
{
    /// <summary>Neighbours whose limits are nearest become one, at their mean by energy, until they are few enough.</summary>
    /// <param name="pieces">Highest limit first.</param>
    /// <param name="most">How many may be left.</param>
    public static void Join(List<DemandPiece> pieces, int most)
    {
        while (pieces.Count > most)
        {
            var nearest = 0;
            for (var i = 1; i + 1 < pieces.Count; i++)
            {
                nearest = Apart(pieces, i) < Apart(pieces, nearest) ? i : nearest;
            }

            var (a, b) = (pieces[nearest], pieces[nearest + 1]);
            pieces[nearest] = new DemandPiece((a.Limit * a.Energy + b.Limit * b.Energy) / (a.Energy + b.Energy), a.Energy + b.Energy);
            pieces.RemoveAt(nearest + 1);
        }
    }

    private static double Apart(List<DemandPiece> pieces, int i) =>
        (pieces[i].Limit - pieces[i + 1].Limit) * Math.Min(pieces[i].Energy, pieces[i + 1].Energy);
}

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// What a store has to charge if it waits with everything as long as it can: at the floor and at the level that is wanted in every period, and not before. Whoever shares
/// the connection with it and leaves that much free never makes it short, however long it waits.
/// </summary>
/// <remarks>The levels that must be reached go back from the end of the horizon; the charges that reach them go forward from the fill. Energy in Wh.</remarks>
internal static class LatestCharge
{
    /// <param name="stages">What each period means for the store.</param>
    /// <param name="fill">Its fill now.</param>
    /// <param name="room">What the connection leaves in each period at most.</param>
    /// <returns>Energy at the terminals by period, ≥ 0.</returns>
    public static double[] Of(StoreStage[] stages, double fill, ReadOnlySpan<double> room)
    {
        var (needed, after) = (new double[stages.Length], double.NegativeInfinity);
        for (var t = stages.Length - 1; t >= 0; t--)
        {
            var stage = stages[t];
            needed[t] = Math.Min(stage.Ceiling, Math.Max(after, Math.Max(stage.Floor, stage.Wanted)));
            after = (needed[t] + stage.Use - Most(stage, room[t]) * stage.InYield) / stage.Keep;
        }

        for (var t = 0; t < stages.Length; t++)
        {
            var stage = stages[t];
            var energy = Math.Clamp((needed[t] - stage.Left(fill)) / stage.InYield, 0, Most(stage, room[t]));
            (needed[t], fill) = (energy, Math.Min(stage.Ceiling, stage.After(fill, energy)));
        }

        return needed;
    }

    private static double Most(in StoreStage stage, double room) => Math.Min(stage.MostIn, Math.Max(0, room));
}

using VirtualEnergy.P2P.Bsp.Dispatch;

namespace VirtualEnergy.P2P.Tests.Proof.Bsp;

/// <summary>A target divided without regard to cost: the same for everybody, and what one cannot do to the others.</summary>
internal static class EqualSplit
{
    /// <summary>W of each home; together the target, if the homes can do it.</summary>
    public static long[] Of(long target, IReadOnlyList<DispatchHome> homes)
    {
        var watts = new long[homes.Count];
        for (var left = target; left > 0;)
        {
            var able = Enumerable.Range(0, homes.Count).Where(i => watts[i] < homes[i].Most).ToList();
            if (able.Count == 0)
            {
                break;
            }

            var each = Math.Max(1, left / able.Count);
            foreach (var i in able.TakeWhile(_ => left > 0))
            {
                var more = Math.Min(Math.Min(each, left), homes[i].Most - watts[i]);
                (watts[i], left) = (watts[i] + more, left - more);
            }
        }

        return watts;
    }

    public static Int128 CostOf(long target, IReadOnlyList<DispatchHome> homes) =>
        Of(target, homes).Select((watts, i) => homes[i].CostOf(watts)).Aggregate(Int128.Zero, (sum, cost) => sum + cost);
}

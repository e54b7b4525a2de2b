namespace VirtualEnergy.P2P.Flexibility.Efi.Bidding;

/// <summary>Averages of what is expected.</summary>
internal static class Averages
{
    /// <summary>The average over a while, beginning some time into the profile; where the profile is over, nothing flows.</summary>
    public static double Over(Profile profile, TimeSpan offset, TimeSpan length)
    {
        var (sum, begin) = (0.0, TimeSpan.Zero);
        foreach (var element in profile.Elements)
        {
            var end = begin + element.Duration;
            var shared = Min(end, offset + length) - Max(begin, offset);
            sum += shared > TimeSpan.Zero ? element.Value.Expected * shared.TotalSeconds : 0;
            begin = end;
        }

        return sum / length.TotalSeconds;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}

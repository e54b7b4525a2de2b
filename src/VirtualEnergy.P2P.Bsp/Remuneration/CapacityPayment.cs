using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>What an operator pays for power that was kept available, used or not, where the profile has a price for it.</summary>
public static class CapacityPayment
{
    /// <param name="watts">What was kept available in a period, in W, 0 or more.</param>
    /// <param name="profile">Whose price per MW and hour is taken.</param>
    /// <returns>For one period, rounded down.</returns>
    public static Money Of(long watts, MarketProfile profile) =>
        new((long)((Int128)profile.CapacityPerMegawattHour.MicroEur * watts * profile.Grid.LengthSeconds / (1_000_000L * 3600)));
}

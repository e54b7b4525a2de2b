using System.Globalization;
using VirtualEnergy.P2P.Exchange;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>What meters showed beside trades, over the whole run.</summary>
internal sealed class DemoDeviations
{
    public int Metered { get; private set; }

    public int Settled { get; private set; }

    public int Estimates { get; private set; }

    /// <summary>Wh that the community balanced itself.</summary>
    public long Balanced { get; private set; }

    /// <summary>Of all metered batches that were seen mined.</summary>
    public ulong Gas { get; private set; }

    public void Report(RoundProgress progress)
    {
        switch (progress)
        {
            case PeriodMetered metered:
                (Metered, Estimates, Balanced) = (Metered + 1, Estimates + metered.Estimates, checked(Balanced + (long)metered.Balanced));
                break;
            case DeviationsSettled settled:
                (Settled, Gas) = (Settled + 1, Gas + (settled.Gas ?? 0));
                break;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Settled} of {Metered} metered periods settled, {Balanced / 1e3:N1} kWh balanced, {Estimates} estimates, {Gas:N0} gas");
}

using VirtualEnergy.P2P.Bsp.Profiles;

namespace VirtualEnergy.P2P.Devnet.PowerPlant;

/// <summary>The market that the demo's community is bid into: <c>it-msd</c> with sizes that twenty homes reach, and a name of its own that says so.</summary>
internal static class PowerPlantProfile
{
    private static readonly DateOnly Chosen = new(2026, 11, 29);

    public static MarketProfile Read()
    {
        var italian = ShippedProfiles.Get(ShippedProfiles.ItalianMsd);
        return italian with
        {
            Name = "it-msd-small",
            Title = $"{italian.Title}; scaled to a community of some twenty homes: 1 kW for an hour instead of 1 MW for two",
            MinimumSize = 1_000,
            SizeStep = 100,
            HoldingSeconds = 3_600,
            Sources =
            [
                .. italian.Sources.Select(source => source.Figure switch
                {
                    "minimumSize" => new FigureSource(source.Figure, "1 kW, a thousandth of it-msd's: what a demo's homes reach; no market takes so little", Chosen, SourceBasis.Ours),
                    "sizeStep" => new FigureSource(source.Figure, "100 W, beside the least size of 1 kW", Chosen, SourceBasis.Ours),
                    "holding" => new FigureSource(source.Figure, "One hour, half of it-msd's: what batteries have left of an evening", Chosen, SourceBasis.Ours),
                    _ => source,
                }),
            ],
        };
    }
}

using System.Globalization;
using VirtualEnergy.P2P.Bsp.Profiles;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>What a market's profile asks of every offer, whoever made it.</summary>
public static class OfferRules
{
    /// <returns>Null if the offer is in order.</returns>
    public static Objection? Check(UnitOffer offer, MarketProfile profile)
    {
        if (offer.Steps.IsDefaultOrEmpty || offer.Steps.Length > profile.MostSteps)
        {
            return new("step-count", string.Create(CultureInfo.InvariantCulture, $"An offer has 1 to {profile.MostSteps} steps."));
        }

        if (offer.Steps.Any(step => step.Watts <= 0 || step.Watts % profile.SizeStep != 0))
        {
            return new("size-step", string.Create(CultureInfo.InvariantCulture, $"The power of a step is a multiple of {profile.SizeStep} W."));
        }

        if (offer.Steps[0].Watts < profile.MinimumSize)
        {
            return new("below-minimum-size", string.Create(CultureInfo.InvariantCulture, $"The first step has at least {profile.MinimumSize} W."));
        }

        if (offer.Steps.Any(step => step.Price < profile.PriceFloor || step.Price > profile.PriceCap))
        {
            return new("price-bounds", $"Prices are {profile.PriceFloor} to {profile.PriceCap}.");
        }

        if (offer.Steps.Any(step => step.Price.MicroEurPerKWh % profile.PriceTick.MicroEurPerKWh != 0))
        {
            return new("off-tick", $"Prices are multiples of {profile.PriceTick}.");
        }

        var ordered = offer.Steps.Zip(offer.Steps.Skip(1)).All(pair =>
            offer.Direction == RegulationDirection.Up ? pair.First.Price < pair.Second.Price : pair.First.Price > pair.Second.Price);
        return ordered ? null : new("not-monotone", offer.Direction == RegulationDirection.Up ? "Prices up rise from step to step." : "Prices down fall from step to step.");
    }
}

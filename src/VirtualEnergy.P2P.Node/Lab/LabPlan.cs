using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>What is replayed: the homes, their tariff, the days, the mechanisms. The results follow from it alone.</summary>
/// <param name="Community">The homes.</param>
/// <param name="Tariff">Every home's contract with its supplier.</param>
/// <param name="Span">The periods.</param>
/// <param name="Mechanisms">Distinct, at least one.</param>
/// <param name="Seed">Ties, the order of arrival and the lots of every round follow from it.</param>
public sealed record LabPlan(Community Community, SupplierTariff Tariff, LabSpan Span, ImmutableArray<MechanismKind> Mechanisms, ulong Seed)
{
    /// <summary>The rules of every round, but for the mechanism: the market's defaults, so without fees and limits between zones.</summary>
    public MarketRules Rules { get; } = MarketRules.Default;

    /// <summary>A list of mechanisms as the command line has it.</summary>
    /// <exception cref="UserErrorException">One is unknown or named twice, or there is none.</exception>
    public static ImmutableArray<MechanismKind> Parse(string codes)
    {
        var kinds = ImmutableArray.CreateBuilder<MechanismKind>();
        foreach (var code in codes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Market.Auctions.Mechanisms.TryParse(code, out var kind))
            {
                throw new UserErrorException($"--mechanisms {code}: there is {string.Join(", ", Market.Auctions.Mechanisms.Codes)}.");
            }

            if (kinds.Contains(kind))
            {
                throw new UserErrorException($"--mechanisms {code}: it is named twice.");
            }

            kinds.Add(kind);
        }

        return kinds.Count > 0
            ? kinds.ToImmutable()
            : throw new UserErrorException($"--mechanisms: name at least one of {string.Join(", ", Market.Auctions.Mechanisms.Codes)}.");
    }
}

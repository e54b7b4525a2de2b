using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Continuous;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>The mechanisms that a community can choose from.</summary>
public enum MechanismKind
{
    /// <summary>One price for all: <see cref="UniformPriceAuction"/>, the default.</summary>
    Uniform,

    /// <summary>Each buyer pays her own limit: <see cref="PayAsBidAuction"/>.</summary>
    PayAsBid,

    /// <summary>Trade reduction after Huang, Scheller-Wolf and Sycara: <see cref="TradeReductionAuction"/>.</summary>
    Huang,

    /// <summary>Two halves that trade at each other's price: <see cref="MudaAuction"/>.</summary>
    Muda,

    /// <summary>One order after another: <see cref="ContinuousDoubleAuction"/>.</summary>
    Continuous,

    /// <summary>Demand curves that meet: <see cref="CurveMarket"/>.</summary>
    Curve,
}

/// <summary>From a mechanism's kind to the mechanism and to its name in files and messages, and back.</summary>
public static class Mechanisms
{
    private static readonly ImmutableArray<(MechanismKind Kind, string Code, IMechanism Mechanism)> All =
    [
        (MechanismKind.Uniform, "uniform", new UniformPriceAuction()),
        (MechanismKind.PayAsBid, "pay-as-bid", new PayAsBidAuction()),
        (MechanismKind.Huang, "huang", new TradeReductionAuction()),
        (MechanismKind.Muda, "muda", new MudaAuction()),
        (MechanismKind.Continuous, "continuous", new ContinuousDoubleAuction()),
        (MechanismKind.Curve, "curve", new CurveMarket()),
    ];

    /// <summary>Every name, in the order of the enumeration.</summary>
    public static ImmutableArray<string> Codes { get; } = [.. All.Select(entry => entry.Code)];

    public static IMechanism Of(MechanismKind kind) => All.Single(entry => entry.Kind == kind).Mechanism;

    /// <summary>The stable name: "uniform", "pay-as-bid" and so on.</summary>
    public static string Code(this MechanismKind kind) => All.Single(entry => entry.Kind == kind).Code;

    public static bool TryParse(string? code, out MechanismKind kind)
    {
        var found = All.FirstOrDefault(entry => entry.Code == code);
        kind = found.Kind;
        return found.Code is not null;
    }
}

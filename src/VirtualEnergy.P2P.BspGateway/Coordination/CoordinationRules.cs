using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Coordination;

/// <summary>A wish for flexibility that competes with others for the same headroom.</summary>
/// <param name="Id">Its identification; the last to decide between equals.</param>
/// <param name="Buyer">Who asks.</param>
/// <param name="MicroEurPerKWh">What he pays, µEUR per kWh.</param>
/// <param name="At">When he asked.</param>
public sealed record FlexibilityClaim(string Id, FlexibilityBuyer Buyer, long MicroEurPerKWh, DateTimeOffset At);

/// <summary>What a scheme means for a community: who may reserve, who goes first, who may forbid, and what follows from it, in words.</summary>
/// <remarks>
/// The local energy market is not in this order: what homes trade with each other is reserved before any flexibility is offered.
/// What is confirmed stays confirmed: a scheme decides between claims for headroom that is still free, and takes nothing back.
/// </remarks>
public sealed record CoordinationRules
{
    private static readonly CoordinationRules[] All =
    [
        new()
        {
            Scheme = CoordinationScheme.Centralised, Letter = 'A', Key = "centralised",
            Ranks = [[FlexibilityBuyer.TransmissionOperator]],
            GridOperatorMayVeto = true, ClearsFirst = "the transmission system operator's market",
            Consequences =
            [
                "There is one buyer; the ledger reserves for his products alone, and a grid operator's competition is not answered.",
                "The grid operator has a say before, when a point of delivery is admitted, and by a veto for a point and a time; what he forbids is not offered.",
                "Local congestion is nobody's price: it shows as headroom that the veto takes away.",
            ],
        },
        new()
        {
            Scheme = CoordinationScheme.Local, Letter = 'B', Key = "local",
            Ranks = [[FlexibilityBuyer.DistributionOperator], [FlexibilityBuyer.TransmissionOperator]],
            GridOperatorMayVeto = true, ClearsFirst = "the grid operator's local market",
            Consequences =
            [
                "The grid operator's claims go first, whatever they pay; what he has not taken when his gate closes is offered to the transmission system operator.",
                "Offers to the transmission system operator are made later and smaller than they could be; their gate must lie behind the local one.",
                "Contracts of a competition are reserved when they are awarded, and released by the operator's updates.",
            ],
        },
        new()
        {
            Scheme = CoordinationScheme.SharedBalancing, Letter = 'C', Key = "shared-balancing",
            Ranks = [[FlexibilityBuyer.DistributionOperator]],
            GridOperatorMayVeto = false, ClearsFirst = "the grid operator's local market, congestion and balancing together",
            Consequences =
            [
                "The grid operator is the only buyer and balances his network to the schedule at its border; the transmission system operator cannot reach the community.",
                "Nothing is offered to the balancing market, and an order from there is refused.",
                "Small local markets may pay more and find less: the reserve of other areas is out of reach.",
            ],
        },
        new()
        {
            Scheme = CoordinationScheme.Common, Letter = 'D', Key = "common",
            Ranks = [[FlexibilityBuyer.TransmissionOperator, FlexibilityBuyer.DistributionOperator]],
            GridOperatorMayVeto = false, ClearsFirst = "one market of both operators",
            Consequences =
            [
                "Both operators' claims have the same rank: the higher price goes first, then the earlier claim.",
                "The limits of the local network are in the market itself, so there is no veto beside it.",
                "One activation can serve both; it is sold once, and the operators share its cost among themselves.",
            ],
        },
        new()
        {
            Scheme = CoordinationScheme.Integrated, Letter = 'E', Key = "integrated",
            Ranks = [[FlexibilityBuyer.TransmissionOperator, FlexibilityBuyer.DistributionOperator, FlexibilityBuyer.Trader]],
            GridOperatorMayVeto = true, ClearsFirst = "one market of all buyers, run by an independent party",
            Consequences =
            [
                "Operators and traders have the same rank: the higher price goes first, then the earlier claim.",
                "An operator who needs flexibility for security pays for it as everybody does; his only other means is the veto.",
                "The community's income is highest where traders want what operators want, and so is what operators pay.",
            ],
        },
    ];

    private CoordinationRules()
    {
    }

    public required CoordinationScheme Scheme { get; init; }

    /// <summary>The scheme's letter in SmartNet, A to E.</summary>
    public required char Letter { get; init; }

    /// <summary>The scheme's name in configuration.</summary>
    public required string Key { get; init; }

    /// <summary>Who may reserve, the first rank first; within a rank the price decides.</summary>
    public required ValueList<ValueList<FlexibilityBuyer>> Ranks { get; init; }

    /// <summary>Whether the grid operator may take points of delivery out for a time, outside the market.</summary>
    public required bool GridOperatorMayVeto { get; init; }

    /// <summary>Which market clears first.</summary>
    public required string ClearsFirst { get; init; }

    /// <summary>What follows for the community, a sentence each.</summary>
    public required ValueList<string> Consequences { get; init; }

    public static IReadOnlyList<CoordinationRules> Schemes => All;

    public static CoordinationRules Of(CoordinationScheme scheme) => Array.Find(All, rules => rules.Scheme == scheme) ?? throw new ArgumentOutOfRangeException(nameof(scheme), scheme, null);

    /// <summary>The scheme that configuration names by its letter or key; false for any other word.</summary>
    public static bool TryRead(string? text, out CoordinationRules rules)
    {
        rules = Array.Find(All, one => one.Key == text || (text?.Length == 1 && char.ToUpperInvariant(text[0]) == one.Letter)) ?? All[0];
        return text is not null && (rules.Key == text || (text.Length == 1 && char.ToUpperInvariant(text[0]) == rules.Letter));
    }

    /// <summary>The buyer's rank, 0 the first; null for one who may not reserve.</summary>
    public int? RankOf(FlexibilityBuyer buyer)
    {
        for (var rank = 0; rank < Ranks.Count; rank++)
        {
            if (Ranks[rank].Contains(buyer))
            {
                return rank;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether an offer to the grid operator sets headroom aside before it is ordered: where he comes before everybody else. Where others have his
    /// rank, and all pay what is asked of them, the earlier order decides.
    /// </summary>
    public bool HoldsOffersToGridOperator => Ranks.Count > 0 && Ranks[0].Count == 1 && Ranks[0][0] == FlexibilityBuyer.DistributionOperator;

    public bool MayReserve(FlexibilityBuyer buyer) => RankOf(buyer) is not null;

    /// <summary>The claims that may reserve, in the order in which the ledger serves them: rank, higher price, earlier, identification. The same claims give the same order, whichever way they come.</summary>
    public IReadOnlyList<FlexibilityClaim> InOrder(IEnumerable<FlexibilityClaim> claims) =>
    [
        .. claims.Where(claim => MayReserve(claim.Buyer))
            .OrderBy(claim => RankOf(claim.Buyer))
            .ThenByDescending(claim => claim.MicroEurPerKWh)
            .ThenBy(claim => claim.At)
            .ThenBy(claim => claim.Id, StringComparer.Ordinal),
    ];
}

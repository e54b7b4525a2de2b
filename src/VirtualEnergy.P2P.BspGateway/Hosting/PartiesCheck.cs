using VirtualEnergy.P2P.BspGateway.Coordination;
using static VirtualEnergy.P2P.BspGateway.Hosting.GatewayOptionsCheck;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>What can be said about grid operators, end nodes and their scheme before anything is tried.</summary>
internal static class PartiesCheck
{
    /// <exception cref="GatewayStartException">The first thing that cannot be.</exception>
    public static void Check(GatewayOptions options)
    {
        var (parties, rules) = (options.Parties, options.Parties.Coordination);
        Require(Uri.TryCreate(parties.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", $"Bsp:Parties:Url is '{parties.Url}'; write http://127.0.0.1:8091.");
        Require(url!.Scheme == "http" || parties.Certificate is not null, "Bsp:Parties:Url is https: set Bsp:Parties:Certificate and Bsp:Parties:Key to PEM files.");
        Require(rules.GridOperatorMayVeto || parties.Vetoes.IsEmpty, $"Bsp:Vetoes: in the scheme {rules.Letter}, {rules.Key}, a grid operator has no veto; 'coordination explain' says what it has.");
        foreach (var veto in parties.Vetoes)
        {
            Require(options.Units.Any(unit => unit.Customers.Any(customer => customer.Homes.Any(home => home.Pod == veto.Point))), $"Bsp:Vetoes: {veto.Point} is no point of delivery of a unit.");
        }

        Require(
            !options.OrdersWithoutOffers || rules.MayReserve(FlexibilityBuyer.TransmissionOperator),
            $"Bsp:OrdersWithoutOffers: in the scheme {rules.Letter}, {rules.Key}, the system operator orders nothing.");
        Require(!options.OrdersWithoutOffers || parties.Uftp is null, "Bsp:OrdersWithoutOffers: together with Bsp:Uftp a unit could have two buyers in one period.");
        var vens = options.Units.SelectMany(unit => unit.Customers).Where(customer => customer.IsOpenAdr).SelectMany(customer => customer.Homes).ToList();
        foreach (var home in vens)
        {
            Require(
                home.Ven is not null && parties.OpenAdr?.Clients.Any(client => client.Client.ClientId == home.Ven && !client.Client.Business) == true,
                $"Bsp:Units: {home.Pod} speaks OpenADR: its Ven must be one of Bsp:OpenAdr:Clients of kind ven.");
            Require(vens.Count(other => other.Ven == home.Ven) == 1, $"Bsp:Units: two homes are the VEN {home.Ven}.");
        }

        if (parties.Uftp is { } uftp)
        {
            Check(options, uftp, rules);
        }
    }

    private static void Check(GatewayOptions options, Uftp.UftpOptions uftp, CoordinationRules rules)
    {
        Require(
            rules.MayReserve(FlexibilityBuyer.DistributionOperator),
            $"Bsp:Uftp: in the scheme {rules.Letter}, {rules.Key}, grid operators buy nothing. Set Bsp:Coordination to one of {string.Join(", ", CoordinationRules.Schemes.Where(scheme => scheme.MayReserve(FlexibilityBuyer.DistributionOperator)).Select(scheme => scheme.Key))}, or leave Bsp:Uftp out.");
        Require(options.Profile.Grid.LengthSeconds == 900, $"Bsp:Uftp: its periods are quarters of an hour, those of the profile {options.Profile.Name} are {options.Profile.Grid.LengthSeconds} s.");
        Require(!uftp.Participants.IsEmpty, "Bsp:Uftp:Participants is empty: nobody could send anything.");
        Require(!uftp.Points.IsEmpty, "Bsp:Uftp:Points is empty: name the congestion points at which units act.");
        foreach (var twice in (IEnumerable<IGrouping<string, string>>)
        [
            .. uftp.Participants.GroupBy(participant => participant.Domain, participant => "Participants: Domain"), .. uftp.Points.GroupBy(point => point.Address, point => "Points: Address"),
            .. uftp.Points.GroupBy(point => point.Unit, point => "Points: Unit"),
            .. uftp.Contracts.SelectMany(contract => contract.Awards).GroupBy(award => award.WindowId, award => "Competitions: the window"),
        ])
        {
            Require(twice.Count() == 1, $"Bsp:Uftp:{twice.First()} {twice.Key} is there twice.");
        }

        foreach (var point in uftp.Points)
        {
            Require(options.Units.Any(unit => unit.Id == point.Unit), $"Bsp:Uftp:Points: {point.Address}: there is no unit {point.Unit}.");
            Require(uftp.Participants.Any(participant => participant.Domain == point.Operator), $"Bsp:Uftp:Points: {point.Address}: {point.Operator} is not among the participants.");
        }

        foreach (var competition in uftp.Contracts.Select(contract => contract.Competition))
        {
            foreach (var area in competition.Areas)
            {
                Require(
                    uftp.Points.Any(point => point.Address == area.CongestionPoint && point.Operator == competition.OperatorDomain) || !uftp.Contracts.Any(contract => contract.Awards.Any(award => area.Windows.Any(window => window.Id == award.WindowId))),
                    $"Bsp:Uftp:Competitions: {competition.Id} was awarded at {area.CongestionPoint} of {competition.OperatorDomain}, which is not among Bsp:Uftp:Points.");
            }
        }
    }
}

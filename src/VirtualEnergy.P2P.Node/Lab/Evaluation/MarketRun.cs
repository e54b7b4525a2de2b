using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Node.Planning;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>
/// The homes in the market, period by period: every agent bids, the auction clears, trades are paired and paid, the homes run, and what their meters
/// deviate from their trades is balanced among them and by the supplier, all with the market's own code.
/// </summary>
internal sealed class MarketRun
{
    private readonly EvaluationPlan _plan;
    private readonly ImmutableArray<PlanningAgent> _agents;
    private readonly ImmutableArray<HomeAccount> _accounts;
    private readonly ImmutableArray<MemberId> _members;
    private readonly Dictionary<MemberId, int> _indexOf;
    private readonly ExpectedPrices _expected;

    /// <param name="plan">What is evaluated.</param>
    /// <param name="expected">What the homes expect of the market; it is told what comes.</param>
    public MarketRun(EvaluationPlan plan, ExpectedPrices expected)
    {
        _plan = plan;
        _expected = expected;
        var halves = new[] { new HomePlanner(), new HomePlanner() };
        _agents = [.. plan.Homes.Select((home, i) =>
            new PlanningAgent(home, plan.Rules, plan.Tariff, halves[Half(i)], plan.ForesightOf(home, expected.Ahead)) { TellsPlan = expected.NeedsPlans })];
        _accounts = [.. _agents.Select((agent, i) => new HomeAccount(plan, i, agent.Stores))];
        _members = [.. plan.Homes.Select(home => new MemberId(home.Home.Name))];
        _indexOf = _members.Index().ToDictionary(member => member.Item, member => member.Index);
    }

    /// <summary>One entry a period that is over.</summary>
    public List<MarketPeriod> Periods { get; } = [];

    public void Run(Action<int>? done, CancellationToken cancellation)
    {
        foreach (var period in _plan.Span.Periods)
        {
            cancellation.ThrowIfCancellationRequested();
            Round(period);
            done?.Invoke(Periods.Count);
        }
    }

    public ImmutableArray<HomeResult> Close() => [.. _accounts.Select((account, i) => account.Close(_agents[i].FinishedRuns))];

    private void Round(Period period)
    {
        var bids = new BidSteps[_agents.Length];
        var plans = new MemberPlan[_agents.Length];
        InHalves(i => (bids[i], plans[i]) = (_agents[i].BidFor(period), new MemberPlan(_members[i], period, _agents[i].ComingFrom(period))));
        var book = new List<Order>();
        for (var i = 0; i < bids.Length; i++)
        {
            var key = RoundChance.BidKey(_plan.Seed, period, i);
            book.AddRange(bids[i].Buy.Select(step => new Order(key, _members[i], Side.Buy, step.Price, step.Energy)));
            book.AddRange(bids[i].Sell.Select(step => new Order(key, _members[i], Side.Sell, step.Price, step.Energy)));
        }

        var clearing = Mechanisms.Of(_plan.Rules.Mechanism).Clear(book, _plan.Rules, RoundChance.Lots(_plan.Seed, period));
        var traded = new Energy[_agents.Length];
        Pay(clearing.Lots.SelectMany(RoundCalculator.TradesOf), traded);

        var supplier = _plan.Tariff.At(period);
        var nets = new Energy[_agents.Length];
        InHalves(i => nets[i] = _agents[i].Deliver(period, clearing.Price, traded[i]).Net);
        if (_expected.NeedsPlans)
        {
            // What load and sun turn out to be is told as plans are, and devices make it good together.
            var signal = BalanceSignal.Of(period, [.. _agents.Select(agent => agent.Running).OfType<PlannedDemand>()], supplier, Energy.Zero);
            InHalves(i => nets[i] = _agents[i].Balance(signal)?.Net ?? nets[i]);
        }

        var prices = ImbalancePrices.Of(_plan.Rules, clearing.Price, supplier);
        var settled = DeviationCalculator.Settle(
            nets.Select((net, i) => new MeteredPosition(_members[i], net, Energy.Zero, traded[i])), prices, _plan.Rules.Accounts);
        Pay(settled.Trades, new Energy[_agents.Length]);
        foreach (var position in settled.Positions)
        {
            _accounts[_indexOf[position.Position.Member]].Settle(period, position.Supplier);
        }

        var net = Energy.Zero;
        for (var i = 0; i < nets.Length; i++)
        {
            _accounts[i].Meter(nets[i]);
            net += nets[i];
        }

        _expected.Cleared(period, Worth(clearing, book, supplier), plans);
        Periods.Add(new MarketPeriod(period, clearing.Price, clearing.Volume, net));
    }

    private void Pay(IEnumerable<Trade> trades, Energy[] traded)
    {
        foreach (var trade in trades)
        {
            var (buyer, seller) = (_indexOf[trade.Buyer], _indexOf[trade.Seller]);
            traded[buyer] += trade.Energy;
            traded[seller] -= trade.Energy;
            _accounts[buyer].Pay(trade.BuyerPays);
            _accounts[seller].Pay(-trade.Amount);
        }
    }

    // Without a price one side was missing: what was wanted came from the supplier, or what was offered went to it.
    private static double Worth(Clearing clearing, List<Order> book, SupplierPrices supplier)
    {
        if (clearing.Price is { } price)
        {
            return price.MicroEurPerKWh;
        }

        var (buys, sells) = (book.Any(order => order.Side == Side.Buy), book.Any(order => order.Side == Side.Sell));
        return buys == sells ? (supplier.Import.MicroEurPerKWh + supplier.Export.MicroEurPerKWh) / 2.0
            : buys ? supplier.Import.MicroEurPerKWh : supplier.Export.MicroEurPerKWh;
    }

    private int Half(int home) => 2 * home < _plan.Homes.Length ? 0 : 1;

    // Two threads, each with the homes that share its planner.
    private void InHalves(Action<int> run) => Parallel.For(0, 2, half =>
    {
        for (var i = 0; i < _agents.Length; i++)
        {
            if (Half(i) == half)
            {
                run(i);
            }
        }
    });
}

/// <summary>One round of the evaluation.</summary>
/// <param name="Period">Of delivery.</param>
/// <param name="Price">Null when nothing traded.</param>
/// <param name="Volume">Traded in the auction.</param>
/// <param name="Net">What the community took from its supplier; − gave.</param>
public readonly record struct MarketPeriod(Period Period, Price? Price, Energy Volume, Energy Net);

using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Node.Planning;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>What all homes of an evaluation expect of the market's prices; one of three ways.</summary>
/// <remarks>Not safe for concurrent use while a round ends.</remarks>
internal sealed class ExpectedPrices
{
    private readonly EvaluationPlan _plan;
    private readonly PriceHistory _history;
    private readonly double[]? _known;
    private PriceOutlook? _outlook;

    private ExpectedPrices(EvaluationPlan plan, double[]? known, bool needsPlans)
    {
        (_plan, _known, NeedsPlans) = (plan, known, needsPlans);
        _history = new PriceHistory(plan.Span.First, plan.Rules.Grid);
    }

    /// <summary>Whether homes have to tell what they plan.</summary>
    public bool NeedsPlans { get; }

    /// <summary>Homes know what energy will be worth in each period of the span, µEUR/kWh.</summary>
    public static ExpectedPrices Known(EvaluationPlan plan, double[] prices) => new(plan, prices, false);

    /// <summary>Homes expect what was on the last five days.</summary>
    public static ExpectedPrices AsBefore(EvaluationPlan plan) => new(plan, null, false);

    /// <summary>Homes expect the prices at which what all of them plan meets.</summary>
    public static ExpectedPrices OfPlans(EvaluationPlan plan) => new(plan, null, true);

    /// <summary>Courses of prices, equally likely, as far as homes trade at them; none where nothing is known yet.</summary>
    public ImmutableArray<double[]> Ahead(Period now, int length)
    {
        if (_known is not null)
        {
            return [Tradable(now, _known.AsSpan((int)(now.Index - _plan.Span.First.Index), length).ToArray())];
        }

        return !NeedsPlans ? _history.Ahead(now, length)
            : _outlook is null ? []
            : [Tradable(now, [.. _outlook.From(now, length, _plan.Rules.Grid).Prices.Select(price => (double)price.MicroEurPerKWh)])];
    }

    /// <summary>A round is over.</summary>
    /// <param name="period">Its period.</param>
    /// <param name="worth">What energy was worth in it, µEUR/kWh.</param>
    /// <param name="plans">What the homes told when they bid, if they had to.</param>
    public void Cleared(Period period, double worth, IReadOnlyCollection<MemberPlan> plans)
    {
        _history.Add(worth);
        if (NeedsPlans && period.Next < _plan.End)
        {
            _outlook = IndicativeClearing.Next(_outlook, period.Next, _plan.HorizonFrom(period.Next), plans, _plan.Tariff, _plan.Rules.Grid);
        }
    }

    private double[] Tradable(Period now, double[] prices)
    {
        for (var t = 0; t < prices.Length; t++)
        {
            prices[t] = _plan.Tradable(new Period(now.Index + t), prices[t]);
        }

        return prices;
    }
}

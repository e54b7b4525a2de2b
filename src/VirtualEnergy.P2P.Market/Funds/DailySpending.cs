using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Market.Funds;

/// <summary>
/// What each member has spent on a day: what she paid in its periods as a buyer, fees and all, as a seller below a price of zero, and
/// in charges. What she earned on the same day is not taken off: a mandate bounds what leaves her, not what is left.
/// </summary>
/// <remarks>A day is one of UTC, of the delivery. Holds the last day it heard of: rounds come in order.</remarks>
public sealed class DailySpending(PeriodGrid grid)
{
    private readonly Dictionary<MemberId, Money> _spent = [];
    private DateOnly _day;

    /// <summary>The day that a period's delivery begins on, UTC.</summary>
    public static DateOnly DayOf(PeriodGrid grid, Period period) => DateOnly.FromDateTime(grid.StartOf(period).UtcDateTime);

    /// <summary>Adds a round.</summary>
    public void Clear(Period period, IEnumerable<Trade> trades, IEnumerable<Charge> charges)
    {
        if (DayOf(grid, period) is var day && day > _day)
        {
            _day = day;
            _spent.Clear();
        }

        if (day < _day)
        {
            return;
        }

        foreach (var trade in trades)
        {
            Spend(trade.Buyer, trade.BuyerPays);
            Spend(trade.Seller, -trade.Amount);
        }

        foreach (var charge in charges)
        {
            Spend(charge.Member, charge.Amount);
        }
    }

    /// <summary>What a member has spent on the day of a period; zero on a day that has not begun.</summary>
    public Money Of(MemberId member, Period period) => DayOf(grid, period) == _day ? _spent.GetValueOrDefault(member) : Money.Zero;

    private void Spend(MemberId member, Money amount)
    {
        if (amount > Money.Zero)
        {
            _spent[member] = _spent.GetValueOrDefault(member) + amount;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;

namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>
/// The price that an open round would have if its gate closed now: bids are counted as they come and go, so the answer takes a
/// microsecond at any moment, and at gate closure it is the round's price before a single trade is known.
/// </summary>
/// <remarks>
/// It speaks only for the uniform price of one zone without premiums; there it is exactly what <see cref="RoundCalculator"/> finds.
/// While the round holds a bid that is cleared in another way, or one that admission would have refused, it is silent.
/// Not safe for concurrent use.
/// </remarks>
public sealed class RunningPrice
{
    private readonly MarketRules _rules;
    private readonly TickGrid _grid;
    private readonly CountedBook? _book;
    private int _uncounted;

    /// <param name="rules">The community's constants.</param>
    public RunningPrice(MarketRules rules)
    {
        _rules = rules;
        if (rules is { Mechanism: MechanismKind.Uniform, RealTimePrice: null, Network.IsCopperPlate: true } && TickGrid.TryOf(rules, out _grid))
        {
            _book = new CountedBook(_grid);
        }
    }

    /// <summary>Null where nothing true can be said.</summary>
    public Indication? Current
    {
        get
        {
            if (_book is null || _uncounted > 0)
            {
                return null;
            }

            var clearing = _book.Clearing();
            return new Indication(clearing.Price(_grid, _rules)?.Price, new Energy(clearing.Volume));
        }
    }

    /// <summary>One bid counts instead of another of its member.</summary>
    /// <param name="before">What counted until now; null for a first bid.</param>
    /// <param name="bid">What counts from now on.</param>
    public void Replace(Bid? before, Bid bid)
    {
        if (before is not null)
        {
            Remove(before);
        }

        Add(bid);
    }

    /// <summary>Forgets all bids.</summary>
    public void Clear()
    {
        _book?.Clear();
        _uncounted = 0;
    }

    private void Add(Bid bid)
    {
        if (CanCount(bid))
        {
            _book.Add(bid);
        }
        else
        {
            _uncounted++;
        }
    }

    private void Remove(Bid bid)
    {
        if (CanCount(bid))
        {
            _book.Remove(bid);
        }
        else
        {
            _uncounted--;
        }
    }

    // A premium moves the price in a way that only the solver for zones knows; a bid that crosses itself may not trade with itself.
    [MemberNotNullWhen(true, nameof(_book))]
    private bool CanCount(Bid bid) =>
        _book?.CanHold(bid) == true && (bid.Buy.IsEmpty || (bid.Preferences.IsNone && !CrossesItself(bid)));

    private static bool CrossesItself(Bid bid) => !bid.Sell.IsEmpty && bid.Buy.Max(step => step.Price) >= bid.Sell.Min(step => step.Price);
}

/// <summary>What a round would come to.</summary>
/// <param name="Price">µEUR/kWh; null when nothing would trade.</param>
/// <param name="Volume">Wh bought = Wh sold.</param>
public readonly record struct Indication(Price? Price, Energy Volume);

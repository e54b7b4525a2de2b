using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>Adds a round's payments up to one sum a member and account.</summary>
public static class Netting
{
    /// <returns>By member; sums to zero.</returns>
    /// <exception cref="ArgumentException">Money goes to an account that nobody named.</exception>
    public static ImmutableArray<MemberDelta> DeltasOf(IEnumerable<Trade> trades, IEnumerable<Charge> charges, MoneyAccounts accounts)
    {
        var deltas = new SortedDictionary<MemberId, Money>();
        void Pay(MemberId from, MemberId to, Money amount)
        {
            deltas[from] = deltas.GetValueOrDefault(from) - amount;
            deltas[to] = deltas.GetValueOrDefault(to) + amount;
        }

        foreach (var trade in trades)
        {
            Pay(trade.Buyer, trade.Seller, trade.Amount);
            if (trade.GridFee != default)
            {
                Pay(trade.Buyer, Named(accounts.GridOperator, "grid operator"), trade.GridFeeAmount);
            }

            if (trade.Spread != default)
            {
                Pay(trade.Buyer, Named(accounts.Community, "community"), trade.SpreadAmount);
            }
        }

        foreach (var charge in charges)
        {
            Pay(charge.Member, Named(accounts.Community, "community"), charge.Amount);
        }

        return [.. deltas.Select(entry => new MemberDelta(entry.Key, entry.Value))];
    }

    private static MemberId Named(MemberId? account, string whose) =>
        account ?? throw new ArgumentException($"The rules name no account for the {whose}, and the round owes it money.", nameof(account));
}

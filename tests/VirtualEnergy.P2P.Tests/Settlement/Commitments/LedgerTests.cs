using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

public sealed class LedgerTests
{
    private static readonly MoneyAccounts Accounts = new(new MemberId("grid"), new MemberId("m1"));

    private static readonly Gen<MemberId> Members = Gen.Int[0, 5].Select(i => new MemberId($"m{i}"));

    private static readonly Gen<Trade> Trades =
        from buyer in Members
        from seller in Members
        from energy in Gen.Long[1, 5_000]
        from price in Gen.Long[-100_000, 400_000]
        from fee in Gen.Long[0, 3]
        from spread in Gen.Long[0, 3]
        select new Trade(buyer, seller, new Energy(energy), new Price(price)) { GridFee = new Price(1_000 * fee), Spread = new Price(500 * spread) };

    private static readonly Gen<Charge> Charges = Gen.Select(Members, Gen.Long[1, 90_000]).Select((member, amount) => new Charge(member, new Money(amount)));

    /// <summary>The last entry of each member is what netting gives her; who has none is paid nothing.</summary>
    [Fact]
    public void Last_entries_are_the_deltas() => Gen.Select(Trades.Array[0, 30], Charges.Array[0, 4]).Sample((trades, charges) =>
    {
        ImmutableArray<Trade> all = [.. trades.Where(trade => trade.Buyer != trade.Seller)];
        var ledger = LedgerEntry.Book(all, charges, Accounts);
        var totals = ledger.GroupBy(entry => entry.Member).ToDictionary(entries => entries.Key, entries => entries.Last());
        foreach (var (member, delta) in Netting.DeltasOf(all, charges, Accounts))
        {
            Assert.Equal(delta, totals.Remove(member, out var total) ? total.Money : Money.Zero);
        }

        Assert.Empty(totals);
    }, iter: 500);

    [Fact]
    public void Entries_ascend_and_each_follows_from_the_one_before_it_and_its_trade() => Trades.Array[1, 30].Sample(trades =>
    {
        ImmutableArray<Trade> all = [.. trades];
        var ledger = LedgerEntry.Book(all, [], Accounts);
        var before = default(LedgerEntry);
        foreach (var entry in ledger)
        {
            var isSame = entry.Member == before.Member;
            Assert.True(isSame ? entry.Trade > before.Trade : before.Member == default || entry.Member.CompareTo(before.Member) > 0);
            var start = isSame ? before : new LedgerEntry(entry.Member, 0, Money.Zero, Energy.Zero, Energy.Zero);
            Assert.Equal(entry, start.After(entry.Trade, all[entry.Trade], Accounts));
            before = entry;
        }
    }, iter: 200);

    [Fact]
    public void A_charge_without_an_account_for_it_is_refused() =>
        Assert.Throws<ArgumentException>(() => LedgerEntry.Book([], [new Charge(new MemberId("m0"), new Money(1))], default));
}

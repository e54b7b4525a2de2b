using System.Collections.Immutable;
using System.Text;
using CsCheck;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Payments;

/// <summary>Statements of payments: their sums, their hashes, and the file that they are kept in.</summary>
public sealed class PaymentBookTests
{
    private static readonly PaymentParties Parties = new(31337, Of(0xee), Of(0xff));
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_statements_text_has_every_share_and_its_sum_is_the_operators_cash()
    {
        var book = Open([], out _);

        var statement = book.State([Settled(100, (1, 700, 750), (2, 500, 450), (3, 300, -20))], Now)!;

        // The example of docs/bsp-rules.md, 5. Points of the second and third member are in the order of members.
        Assert.Equal(
            $"""
            statement 1
            before 0x{new string('0', 64)}
            chain 31337 escrow {Parties.Escrow} payer {Parties.Payer}
            period 100 unit UVAM-1 up payment 254000 charge 73500 fee 25400 provider-charge 0
            point IT001E00000001 member {Of(1)} payment 142875 charge 0
            point IT001E00000002 member {Of(2)} payment 85725 charge 9932
            point IT001E00000003 member {Of(3)} payment 0 charge 63568
            member {Of(1)} net 142875 before 0 paid 142875 after 0
            member {Of(2)} net 75793 before 0 paid 75793 after 0
            member {Of(3)} net -63568 before 0 paid 0 after -63568
            cash 180500 provider 25400

            """.ReplaceLineEndings("\n"), statement.Text);
        Assert.Equal(Keccak256.Hash(Encoding.UTF8.GetBytes(statement.Text)).ToString(), statement.Hash);
        Assert.Equal([142_875, 75_793], book.Payments.Select(payment => payment.Deposit.Amount.MicroEur));
        Assert.All(book.Payments, payment => Assert.Equal(statement.Hash, payment.Deposit.Reference.ToString()));
    }

    [Fact]
    public void A_period_is_in_one_statement_and_the_next_names_the_one_before()
    {
        var book = Open([], out _);
        var first = book.State([Settled(100, (1, 100, 100))], Now)!;

        Assert.Null(book.State([Settled(100, (1, 100, 100))], Now));
        var second = book.State([Settled(100, (1, 100, 100)), Settled(101, (1, 100, 100))], Now)!;

        Assert.Equal(new PeriodKey("UVAM-1", 101, RegulationDirection.Up), Assert.Single(second.Periods));
        Assert.Contains($"\nbefore {first.Hash}\n", second.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_settled_members_and_provider_have_the_operators_cash_and_debts_are_carried_to_the_microeuro() =>
        Gen.Select(Gen.Int[1, 5], Gen.Long[0, 2_000], Gen.Long[-500, 2_500]).Array[1, 6].Array[1, 8].Sample(
            days =>
            {
                var book = Open([], out _);
                for (var day = 0; day < days.Length; day++)
                {
                    (int, long, long)[] homes = [.. days[day].DistinctBy(home => home.Item1)];
                    var settled = Settled(day, homes);
                    var statement = book.State([settled], Now)!;
                    Assert.Equal(settled.Cash.Net.MicroEur, statement.Cash);
                    Assert.Equal(statement.Cash, statement.Provider + statement.Lines.Sum(line => line.Net));
                    Assert.All(statement.Lines, line => Assert.True(line.Paid >= 0 && line.CarriedIn <= 0 && line.CarriedOut <= 0 && line.Net + line.CarriedIn == line.Paid + line.CarriedOut));
                }

                // What was paid in all, and what is still owed, is what members are due by all settlements.
                Assert.Equal(
                    book.Statements.Sum(statement => statement.Lines.Sum(line => line.Net)),
                    book.Payments.Sum(payment => payment.Deposit.Amount.MicroEur) + book.Carried.Values.Sum(owed => owed.MicroEur));
            },
            iter: 2_000);

    [Fact]
    public void The_same_lines_make_the_same_book_and_one_that_was_cut_off_never_was()
    {
        var file = new List<byte>();
        var book = Open(file, out _);
        book.State([Settled(100, (1, 700, 750), (3, 300, -20))], Now);
        var signed = new Eip1559Transaction(31337, 7, 1, 2, 50_000, Parties.Escrow, 0, [.. book.Payments[0].Deposit.Encode()]).Sign(EthereumKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray()));
        book.Signed(book.Payments[0], signed, Now);
        var whole = file.Count;
        file.AddRange("{\"entry\":\"pa"u8);

        var again = Open(file, out var length);

        Assert.Equal(whole, length);
        Assert.Equal(book.Statements.Select(statement => statement.Text), again.Statements.Select(statement => statement.Text));
        Assert.Equal(book.Carried, again.Carried);
        var payment = Assert.Single(again.Payments);
        Assert.Equal([signed.Hash], payment.Versions.Select(version => version.Hash));
        Assert.True(payment.IsInFlight);
        Assert.Null(again.State([Settled(100, (1, 700, 750), (3, 300, -20))], Now));
    }

    [Fact]
    public void What_the_operator_is_due_for_energy_down_is_a_payment_of_its_statement()
    {
        // 1,000 Wh down at 20 ct are the provider's to pay: 200,000 µEUR. The home, which gives 25 ct for a kWh, owes the provider that.
        var book = PaymentBook.Open(Parties with { Operator = Of(0x77) }, [], _ => { }, out _);
        var statement = book.State([Down(100)], Now)!;
        Assert.Equal(-200_000, statement.Cash);
        Assert.Contains($"\noperator {Of(0x77)} paid 200000\ncash -200000 provider", statement.Text, StringComparison.Ordinal);
        var due = Assert.Single(book.Payments, payment => payment.IsOperators);
        Assert.Equal((Of(0x77), 200_000L, statement.Hash), (due.Deposit.Member, due.Deposit.Amount.MicroEur, due.Deposit.Reference.ToString()));

        // Where no account of the operator is known it is paid by hand, and the statement says nothing of it.
        var byHand = Open([], out _);
        Assert.DoesNotContain("operator", byHand.State([Down(100)], Now)!.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(byHand.Payments, payment => payment.IsOperators);
    }

    [Fact]
    public void Statements_that_are_paid_and_long_ago_leave_the_file_and_nothing_is_stated_or_paid_twice()
    {
        // Four days; the third member owes from the first on. All of the first two statements is paid, of the third one line is not.
        var file = new List<byte>();
        var book = Open(file, out _);
        for (var day = 0; day < 4; day++)
        {
            book.State([Settled(100 + day, (1, 700, 750), (2, 500, 450), (3, 300, -20))], Now.AddDays(day));
        }

        foreach (var payment in book.Payments.Where(payment => payment.Statement < 3 || payment.Deposit.Member == Of(1)))
        {
            book.Paid(payment, Receipt(payment.Statement), payment.Deposit.Amount, Now.AddDays(5));
        }

        Assert.Null(PaymentHorizon.Split((byte[])[.. file], Now.Add(PaymentHorizon.Kept)).Base);
        Assert.Equal(1, PaymentHorizon.Split((byte[])[.. file], Now.Add(PaymentHorizon.Kept).AddHours(1)).Base!.Number);
        var (kept, gone, closed) = PaymentHorizon.Split((byte[])[.. file], Now.Add(PaymentHorizon.Kept).AddDays(30));
        Assert.Equal((2, 101L), (closed!.Number, closed.LastPeriod)); // and not the third, of which a line waits
        Assert.Equal(file.Count, gone.Sum(line => line.Length) + kept.Skip(1).Sum(line => line.Length));

        var again = Open([.. kept.SelectMany(line => line.ToArray())], out _);
        book.Drop(closed);
        foreach (var shorter in new[] { book, again })
        {
            Assert.Equal([3, 4], shorter.Statements.Select(statement => statement.Number));
            Assert.Equal(Of(2), Assert.Single(shorter.Payments, payment => payment.Statement == 3 && payment.Paid is null).Deposit.Member);
            Assert.Null(shorter.State(Enumerable.Range(0, 4).Select(day => Settled(100 + day, (1, 700, 750))), Now));
            var next = shorter.State([Settled(104, (1, 100, 100))], Now)!;
            Assert.Equal(5, next.Number);
            Assert.Contains($"member {Of(3)} net 0 before {-4 * 63_568} paid 0 after {-4 * 63_568}", next.Text, StringComparison.Ordinal); // what she owes is not forgotten
        }
    }

    [Theory]
    [InlineData("paid 142875", "paid 142876", "is altered")]
    [InlineData("{\"entry\":\"statement\"", "{\"entry\":\"guess\"", "line 1 of payments.jsonl cannot be read")]
    public void An_altered_file_is_refused(string from, string to, string why)
    {
        var file = new List<byte>();
        Open(file, out _).State([Settled(100, (1, 700, 750), (2, 500, 450), (3, 300, -20))], Now);
        var text = Encoding.UTF8.GetString([.. file]);
        Assert.Contains(from, text, StringComparison.Ordinal);

        var refusal = Assert.Throws<GatewayStartException>(() => Open([.. Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))], out _));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_wallets_file_is_refused()
    {
        var file = new List<byte>();
        Open(file, out _).State([Settled(100, (1, 700, 750))], Now);

        Assert.Throws<GatewayStartException>(() => PaymentBook.Open(Parties with { Payer = Of(1) }, [.. file], _ => { }, out _));
    }

    private static TransactionReceipt Receipt(int block) => new(default, (ulong)block, default, true, 0, 0, null, []);

    private static PeriodSettlement Down(long period) => new UnitSettlement(ShippedProfiles.Get(ShippedProfiles.ItalianMsd), feePermille: 100).Settle(new UnitPeriod(
        new UnitId("UVAM-1"), new Period(period), RegulationDirection.Down, [new(new Energy(1_000), new Price(200_000))],
        [new PointDelivery(PodCode.Parse("IT001E00000001"), Of(1).ToMember(), new Energy(1_000), new Energy(2_000), new Energy(1_000), new Price(-250_000))])).Settlement!;

    private static Address Of(byte tail) => Address.Parse("0x" + tail.ToString("x40", System.Globalization.CultureInfo.InvariantCulture));

    private static PaymentBook Open(List<byte> file, out int whole) => PaymentBook.Open(Parties, [.. file], line => file.AddRange(line.Span), out whole);

    /// <summary>1,000 Wh at 20 ct and 500 Wh at 30 ct, up, a fee of 10 %, and homes (member, told, delivered) that ask nothing.</summary>
    private static PeriodSettlement Settled(long period, params (int Member, long Told, long Delivered)[] homes) =>
        new UnitSettlement(ShippedProfiles.Get(ShippedProfiles.ItalianMsd), feePermille: 100).Settle(new UnitPeriod(
            new UnitId("UVAM-1"), new Period(period), RegulationDirection.Up, [new(new Energy(1_000), new Price(200_000)), new(new Energy(500), new Price(300_000))],
            [.. homes.Select(home => new PointDelivery(
                PodCode.Parse($"IT001E0000000{home.Member}"), Of((byte)home.Member).ToMember(), new Energy(1_000), new Energy(1_000 - home.Delivered), new Energy(home.Told)))])).Settlement!;
}

using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.Contracts;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>Shares of the operator's cash, paid into members' balances on a real chain.</summary>
[Collection(ContractTests.Name)]
public sealed class PaymentTests(DevChain chain, ITestOutputHelper output)
{
    /// <summary>The example of docs/bsp-rules.md, 5: 1,000 Wh at 20 ct and 500 Wh at 30 ct.</summary>
    private static readonly ImmutableArray<OrderedEnergy> Ordered =
        [new(new Energy(1_000), new Price(200_000)), new(new Energy(500), new Price(300_000))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Members_have_their_shares_in_the_escrow_and_the_provider_keeps_its_fee_to_the_microeuro()
    {
        var bed = await PaymentBed.OfAsync(chain, members: 3);
        // All delivered: 1,000 Wh × 20 ct + 500 Wh × 30 ct = 350,000; fee 35,000; 315,000 by 700 : 500 : 300.
        bed.Settle(PaymentBed.First, Ordered, (0, 700, 700), (1, 500, 500), (2, 300, 300));
        await bed.FundAsync(350_000);

        var desk = bed.Start();
        Assert.True(await desk.RunAsync(Ct));

        Assert.Null(desk.Problem);
        await bed.Escrow.HasBalancesAsync(147_000, 105_000, 63_000);
        Assert.Equal(new Money(35_000), await bed.WalletAsync());
        var statement = Assert.Single(bed.Book.Statements);
        Assert.Equal((350_000, 35_000, 315_000), (statement.Cash, statement.Provider, statement.Lines.Sum(line => line.Paid)));
        Assert.False(await desk.RunAsync(Ct));
        await bed.Escrow.HasBalancesAsync(147_000, 105_000, 63_000);
    }

    [Fact]
    public async Task What_a_member_owes_comes_off_what_she_is_due_later_and_nothing_is_taken_from_her_balance()
    {
        var bed = await PaymentBed.OfAsync(chain, members: 3);
        await bed.Escrow.PayInAsync(2, 1_000_000);
        // docs/bsp-rules.md: shares 142,875, 75,793 and −63,568; fee 25,400; the operator pays 180,500.
        bed.Settle(PaymentBed.First, Ordered, (0, 700, 750), (1, 500, 450), (2, 300, -20));
        await bed.FundAsync(142_875 + 75_793);
        await bed.Start().RunAsync(Ct);
        await bed.Escrow.HasBalancesAsync(142_875, 75_793, 1_000_000);
        Assert.Equal(new Money(-63_568), Assert.Single(bed.Book.Carried).Value);

        // All delivered by her alone: of 350,000 the fee is 35,000; she is due 315,000 − 63,568.
        bed.Settle(PaymentBed.First.Next, Ordered, (2, 1_500, 1_500));
        await bed.FundAsync(315_000 - 63_568);
        await bed.Start().RunAsync(Ct);

        await bed.Escrow.HasBalancesAsync(142_875, 75_793, 1_251_432);
        Assert.Empty(bed.Book.Carried);
        // Over both statements everyone has what the settlement says, and the sum is the operator's cash less the provider's part.
        Assert.Equal(180_500 + 350_000 - 25_400 - 35_000, bed.Book.Statements.Sum(statement => statement.Lines.Sum(line => line.Paid)));
    }

    [Fact]
    public async Task Without_the_operators_cash_nothing_is_paid_and_it_is_said_and_with_it_payments_go_on()
    {
        var bed = await PaymentBed.OfAsync(chain, members: 2);
        bed.Settle(PaymentBed.First, Ordered, (0, 1_000, 1_000), (1, 500, 500));
        await bed.FundAsync(314_999);
        var desk = bed.Start();

        await desk.RunAsync(Ct);

        await bed.Escrow.HasBalancesAsync(0, 0);
        Assert.Equal("insufficient-funds", desk.Problem?.Code);
        Assert.Contains("takes 0.315 EUR", desk.Problem!.Words, StringComparison.Ordinal);

        await bed.FundAsync(1);
        await desk.RunAsync(Ct);
        Assert.Null(desk.Problem);
        await bed.Escrow.HasBalancesAsync(210_000, 105_000);
    }

    [Fact]
    public async Task Whom_the_escrow_does_not_know_waits_holds_up_nobody_and_is_paid_once_she_is_registered()
    {
        var bed = await PaymentBed.OfAsync(chain, members: 1);
        bed.Settle(PaymentBed.First, Ordered, (0, 500, 500), (1, 1_000, 1_000));
        await bed.FundAsync(315_000);
        var desk = bed.Start();

        await desk.RunAsync(Ct);

        await bed.Escrow.HasBalancesAsync(105_000);
        Assert.Equal("refused", desk.Problem?.Code);
        Assert.Contains("NotRegistered", desk.Problem!.Words, StringComparison.Ordinal);

        await bed.Escrow.Contract.RegisterAsync(chain.Registrar, [Escrow.AddressOf(1)], Ct);
        await desk.RunAsync(Ct);
        Assert.Null(desk.Problem);
        Assert.Equal(new Money(210_000), await bed.Escrow.Contract.BalanceOfAsync(Escrow.AddressOf(1), Ct));
        Assert.Equal(new Money(105_000), await bed.Escrow.Contract.BalanceOfAsync(Escrow.AddressOf(0), Ct));
    }

    [Fact]
    public async Task Every_payment_bears_the_hash_of_its_statement_which_anybody_works_out_from_its_text()
    {
        var bed = await PaymentBed.OfAsync(chain, members: 2);
        bed.Settle(PaymentBed.First, Ordered, (0, 1_000, 1_000), (1, 500, 500));
        await bed.FundAsync(315_000);
        await bed.Start().RunAsync(Ct);

        var statement = Assert.Single(bed.Book.Statements);
        var hash = Keccak256.Hash(Encoding.UTF8.GetBytes(statement.Text));
        foreach (var payment in bed.Book.Payments)
        {
            var call = await chain.Client.LoggedCallAsync(payment.Paid!.Value.Transaction, Ct);
            var receipt = await chain.Client.ReceiptAsync(payment.Paid.Value.Transaction, Ct);
            output.WriteLine($"A payment takes {receipt!.GasUsed} gas.");
            var deposit = ReferencedDeposit.Read(call!.Data.AsSpan());
            Assert.Equal(new ReferencedDeposit(payment.Deposit.Member, payment.Deposit.Amount, hash), deposit);
        }
    }

    [Fact]
    public async Task A_process_that_ends_at_any_step_pays_everyone_once_after_its_next_start()
    {
        var escrow = await Escrow.OfAsync(chain, members: 3);
        var crashes = 0;
        for (var at = 1; ; at++)
        {
            var bed = new PaymentBed(chain, escrow);
            bed.Settle(PaymentBed.First, Ordered, (0, 700, 700), (1, 500, 500), (2, 300, 300));
            await bed.FundAsync(315_000);
            var (before, wallet) = (await BalancesAsync(escrow), await bed.WalletAsync());
            var crashing = new Crashing(at);
            try
            {
                await bed.Start(crashing).RunAsync(Ct);
            }
            catch (CrashException)
            {
                crashes++;
                var desk = bed.Start();
                await desk.RunAsync(Ct);
                Assert.Null(desk.Problem);
            }

            Assert.All(bed.Book.Payments, payment => Assert.Equal(payment.Deposit.Amount, payment.Paid?.Received));
            Assert.Equal([new Money(147_000), new(105_000), new(63_000)], (await BalancesAsync(escrow)).Zip(before, (now, then) => now - then));
            Assert.Equal(new Money(315_000), wallet - await bed.WalletAsync());
            if (!crashing.Happened)
            {
                break;
            }
        }

        // A statement; an approval sent; of three payments each written down, sent, and written down as paid; two steps each, and receipts that were seen.
        Assert.InRange(crashes, 2 + 2 + 3 * 6, 40);
    }

    [Fact]
    public async Task What_the_operator_is_due_for_energy_down_is_transferred_once_though_the_process_ends_at_any_step()
    {
        var (escrow, to, crashes) = (await Escrow.OfAsync(chain, members: 3), Address.Parse("0x" + new string('7', 40)), 0);
        for (var at = 1; ; at++)
        {
            var bed = new PaymentBed(chain, escrow) { Operator = to };
            bed.SettleDown(PaymentBed.First, member: 0);
            await bed.FundAsync(200_000);
            var (before, wallet) = (await bed.BalanceAsync(to), await bed.WalletAsync());
            var crashing = new Crashing(at);
            try
            {
                await bed.Start(crashing).RunAsync(Ct);
            }
            catch (CrashException)
            {
                crashes++;
                var desk = bed.Start();
                await desk.RunAsync(Ct);
                Assert.Null(desk.Problem);
            }

            // The member owes what she gives, and nobody takes it: the wallet advances it.
            Assert.Equal(new Money(200_000), Assert.Single(bed.Book.Payments).Paid?.Received);
            Assert.Equal(new Money(200_000), await bed.BalanceAsync(to) - before);
            Assert.Equal(new Money(200_000), wallet - await bed.WalletAsync());
            Assert.True(Assert.Single(bed.Book.Carried).Value < Money.Zero);
            if (!crashing.Happened)
            {
                break;
            }
        }

        // A statement, and a transfer written down, sent, and written down as paid; two steps each, and a receipt that was seen.
        Assert.InRange(crashes, 2 + 6, 12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_process_that_ends_again_and_again_pays_everyone_once(int seed)
    {
        var random = new Random(seed);
        var bed = await PaymentBed.OfAsync(chain, members: 5);
        (int, long, long)[] homes = [.. Enumerable.Range(0, 5).Select(member => (member, 300L, 300L))];
        bed.Settle(PaymentBed.First, Ordered, homes);
        bed.Settle(PaymentBed.First.Next, Ordered, homes);
        await bed.FundAsync(630_000);
        var starts = 0;
        while (bed.Book is null || bed.Book.Payments.Length == 0 || bed.Book.Payments.Any(payment => payment.Paid is null))
        {
            starts++;
            try
            {
                await bed.Start(new Crashing(random.Next(1, 9))).RunAsync(Ct);
            }
            catch (CrashException)
            {
                // The next start goes on.
            }

            Assert.InRange(starts, 1, 200);
        }

        Assert.InRange(starts, 4, 200);
        await bed.Escrow.HasBalancesAsync(126_000, 126_000, 126_000, 126_000, 126_000); // 2 × 315,000 / 5
    }

    [Fact]
    public async Task A_gateway_pays_what_it_has_settled_and_tells_it_over_http_and_after_a_restart_pays_nothing_again()
    {
        var bed = await PaymentBed.OfAsync(chain, members: 2);
        await bed.FundAsync(350_000);
        var folder = Directory.CreateTempSubdirectory("payments");
        try
        {
            for (var start = 1; start <= 2; start++)
            {
                await using var gateway = await GatewayHost.StartAsync(OptionsOf(bed, folder.FullName), TimeProvider.System, Ct);
                using var http = new HttpClient { BaseAddress = new Uri(gateway.Address) };
                // Two periods ago, as if its meters had just been read.
                var period = new Period(PaymentBed.Profile.Grid.At(DateTimeOffset.UtcNow).Index - 2);
                if (start == 1)
                {
                    gateway.Parts.Books.Deliver(PaymentBed.Delivered(period, Ordered, (0, 1_000, 1_000), (1, 500, 500)), DateTimeOffset.UtcNow);
                }

                PaymentsView? seen = null;
                await UntilAsync(async () =>
                {
                    seen = await http.GetFromJsonAsync<PaymentsView>("/api/payments", Ct);
                    return seen!.Payments.Length == 2 && seen.Payments.All(payment => payment.State == "paid");
                });
                Assert.Null(seen!.Problem);
                var statement = Assert.Single(seen.Statements);
                Assert.Equal((350_000, 35_000, 315_000, 2, 2), (statement.CashMicroEur, statement.ProviderMicroEur, statement.PaidMicroEur, statement.Members, statement.PaidMembers));
                var text = await http.GetStringAsync("/api/payments/1/statement", Ct);
                Assert.Equal(statement.Hash, Keccak256.Hash(Encoding.UTF8.GetBytes(text)).ToString());
                Assert.EndsWith("paid by statements 1 to 1 of /api/payments\n", await http.GetStringAsync("/api/statements/UVAM-1", Ct), StringComparison.Ordinal);
                var hers = await http.GetFromJsonAsync<PaymentsView>($"/api/payments?member={Escrow.AddressOf(1)}", Ct);
                Assert.Equal(105_000, Assert.Single(hers!.Payments).AmountMicroEur);
            }

            await bed.Escrow.HasBalancesAsync(210_000, 105_000);
            Assert.Equal(new Money(35_000), await bed.WalletAsync());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private GatewayOptions OptionsOf(PaymentBed bed, string folder) => new()
    {
        Name = "Borgo Solare",
        Url = "http://127.0.0.1:0",
        FeePermille = 100,
        DataFolder = folder,
        Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
        Payments = new PaymentOptions
        {
            Rpc = chain.Rpc, ChainId = DevChain.ChainId, Contract = bed.Escrow.Contract.Address, Key = PaymentBed.Wallet, EveryPeriods = 1, Pause = TimeSpan.FromMilliseconds(100),
        },
        Units =
        [
            new UnitOptions
            {
                Id = "UVAM-1", CommonAddress = 1, MinimumWatts = -10_000, MaximumWatts = 10_000,
                Customers =
                [
                    new CustomerOptions
                    {
                        // Nobody answers there: what is paid here was measured before.
                        Id = "K", Host = "127.0.0.1", Port = 9,
                        Homes =
                        [
                            .. Enumerable.Range(0, 2).Select(member => new HomeOptions
                            {
                                Pod = PodCode.Parse($"IT001E0000000{member}"), Name = $"{member}", Member = Escrow.AddressOf(member).ToMember(),
                                UpWatts = 5_000, DownWatts = 5_000, UpAsk = default, DownAsk = default,
                            }),
                        ],
                    },
                ],
            },
        ],
    };

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(Hang.After);
        while (!await isSo())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    private static async Task<ImmutableArray<Money>> BalancesAsync(Escrow escrow) => await escrow.Contract.BalancesAsync(escrow.Members, Ct);
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>A statement as it is told: money in µEUR.</summary>
/// <param name="Hash">Keccak-256 of its text, which <c>/api/payments/{number}/statement</c> gives; every payment of it bears it.</param>
/// <param name="Cash">What operators pay for its periods.</param>
/// <param name="Provider">What of it the provider keeps. Cash = provider + Σ of the members' nets.</param>
/// <param name="Members">To how many it pays something.</param>
/// <param name="PaidMembers">How many of them have it.</param>
/// <param name="OwedMicroEur">What members owe after it, as an amount: taken off what they are due later.</param>
public sealed record StatementView(
    int Number, string Hash, DateTimeOffset At, int Periods, long CashMicroEur, long ProviderMicroEur, long MembersMicroEur, long PaidMicroEur, int Members, int PaidMembers, long OwedMicroEur)
{
    /// <summary>What the provider owes the system operator by it, as for energy down; 0 where the operator pays.</summary>
    public long OperatorDueMicroEur { get; init; }

    /// <summary>What became of that: <c>waits</c>, <c>sent</c>, <c>paid</c>, or <c>by-hand</c> where no account of the operator was configured; null where nothing is due.</summary>
    public string? OperatorState { get; init; }
}

/// <summary>A payment.</summary>
/// <param name="Member">Who is paid; of what the provider owes the system operator, that.</param>
/// <param name="State"><c>waits</c>, <c>sent</c> or <c>paid</c>.</param>
/// <param name="Failed">Why an earlier try came to nothing.</param>
public sealed record PaymentView(int Statement, string Hash, string Member, long AmountMicroEur, string State, string? Transaction, long? Block, string? Failed);

/// <summary>All of the payments' situation.</summary>
/// <param name="IsConfigured">False: nobody is paid, and the rest is empty.</param>
public sealed record PaymentsView(
    bool IsConfigured, string? Payer, string? Contract, ulong? ChainId, long? WalletMicroEur, PaymentProblem? Problem, ImmutableArray<StatementView> Statements, ImmutableArray<PaymentView> Payments);

/// <summary>Payments over HTTP, to be read.</summary>
internal static class PaymentsApi
{
    private const int MostPayments = 1_000;

    public static void MapPayments(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/payments").WithTags("Gateway");
        api.MapGet("", (string? member, GatewayParts parts) => View(parts.Payments, member))
            .WithSummary("Statements and the last payments, newest first; of one member with ?member=0x…").Produces<PaymentsView>();
        api.MapGet("/{number:int}/statement", Statement).WithSummary("The text of a statement, whose Keccak-256 its payments bear.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>A line for people below a unit's statement.</summary>
    public static string LineFor(PaymentRunner? payments, string unit)
    {
        if (payments is null)
        {
            return "not paid: this gateway has no Bsp:Payments\n";
        }

        ImmutableArray<int> numbers = [.. payments.Book.Statements.Where(statement => statement.Periods.Any(period => period.Unit == unit)).Select(statement => statement.Number)];
        return numbers.IsEmpty ? "not paid yet: in no statement of payments\n" : $"paid by statements {numbers[0]} to {numbers[^1]} of /api/payments\n";
    }

    private static PaymentsView View(PaymentRunner? payments, string? member)
    {
        if (payments is null)
        {
            return new PaymentsView(false, null, null, null, null, null, [], []);
        }

        var all = payments.Book.Payments;
        var of = all.ToLookup(payment => payment.Statement);
        return new PaymentsView(
            true, payments.Options.Key.Address.ToString(), payments.Options.Contract.ToString(), payments.Options.ChainId, payments.Desk.Wallet?.MicroEur, payments.Desk.Problem,
            [
                .. payments.Book.Statements.Reverse().Select(statement => new StatementView(
                    statement.Number, statement.Hash, statement.At, statement.Periods.Length, statement.Cash, statement.Provider, statement.Lines.Sum(line => line.Net),
                    statement.Lines.Sum(line => line.Paid), of[statement.Number].Count(payment => !payment.IsOperators),
                    of[statement.Number].Count(payment => !payment.IsOperators && payment.Paid is not null), -statement.Lines.Sum(line => line.CarriedOut))
                {
                    OperatorDueMicroEur = statement.OperatorDue,
                    OperatorState = statement.OperatorDue == 0 ? null : of[statement.Number].FirstOrDefault(payment => payment.IsOperators) is { } due ? StateOf(due) : "by-hand",
                }),
            ],
            [.. all.Reverse().Where(payment => member is null || payment.Deposit.Member.ToString().Equals(member, StringComparison.OrdinalIgnoreCase)).Take(MostPayments).Select(View)]);
    }

    private static PaymentView View(MemberPayment payment) => new(
        payment.Statement, payment.Deposit.Reference.ToString(), payment.Deposit.Member.ToString(), payment.Deposit.Amount.MicroEur,
        StateOf(payment), (payment.Paid?.Transaction ?? payment.Versions.LastOrDefault()?.Hash)?.ToString(), payment.Paid?.Block, payment.Failed);

    private static string StateOf(MemberPayment payment) => payment.Paid is not null ? "paid" : payment.IsInFlight ? "sent" : "waits";

    private static IResult Statement(int number, GatewayParts parts) => parts.Payments?.Book.Statements.FirstOrDefault(statement => statement.Number == number) is { } statement
        ? Results.Text(statement.Text) : Results.Problem($"There is no statement {number}.", statusCode: StatusCodes.Status404NotFound);
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>Why nothing, or not everything, is paid at the moment.</summary>
/// <param name="Code"><c>insufficient-funds</c>, <c>refused</c>, <c>no-chain</c>, <c>wrong-token</c>, <c>no-address</c> or <c>not-kept</c>.</param>
public sealed record PaymentProblem(string Code, string Words);

/// <summary>
/// Pays what statements say, each line once. Nothing is sent that is not written down before, and nothing new is signed for a line while something old can
/// still be mined; so the process may end anywhere, and the next run looks first for what became of what this one signed.
/// </summary>
/// <remarks>One caller at a time.</remarks>
/// <param name="settled">Every settled period.</param>
/// <param name="book">What was stated and paid.</param>
/// <param name="sender">Of the wallet's key.</param>
/// <param name="options">How often, and in which contract.</param>
/// <param name="grid">The periods.</param>
/// <param name="time">The market's time.</param>
internal sealed class PaymentDesk(
    Func<ImmutableArray<PeriodSettlement>> settled, PaymentBook book, TransactionSender sender, PaymentOptions options, PeriodGrid grid, TimeProvider time)
{
    /// <summary>So many payments wait in the node together.</summary>
    private const int MostInFlight = 64;

    // The last period of a statement is settled a cycle after its end.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly EnergySettlementContract _escrow = new(sender.Client, options.Contract);
    private EuroToken? _token;

    /// <summary>Null while nothing stands in the way. Any thread may read.</summary>
    public PaymentProblem? Problem { get; private set; }

    /// <summary>What the wallet had when it was looked at last; null before. Any thread may read.</summary>
    public Money? Wallet { get; private set; }

    /// <summary>Makes the statement that is due, follows what is under way, and pays what the wallet covers.</summary>
    /// <returns>Whether the book has changed.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        try
        {
            var (hasStated, problem) = State();
            var hasFollowed = await FollowAsync(cancellation);
            var (hasPaid, inTheWay) = await PayAsync(cancellation);
            Problem = inTheWay ?? problem;
            return hasStated || hasFollowed || hasPaid;
        }
        catch (EthereumException failure)
        {
            Problem = new PaymentProblem("no-chain", $"{failure.Message} {failure.InnerException?.Message} Payments go on when the node takes them.");
        }
        catch (IOException failure)
        {
            Problem = new PaymentProblem("not-kept", $"Payments wait, as payments.jsonl cannot be written: {failure.Message}");
        }

        return false;
    }

    private (bool HasStated, PaymentProblem? Problem) State()
    {
        var now = time.GetUtcNow();
        var open = grid.At(now - Grace).Index / options.EveryPeriods;
        var due = settled().Where(period => period.Period.Index / options.EveryPeriods < open).ToLookup(period => period.Points.All(point => IsAddress(point.Member)));
        var stranger = due[false].SelectMany(period => period.Points).Select(point => point.Member).FirstOrDefault(member => !IsAddress(member));
        return (book.State(due[true], now) is not null, stranger.Value is null ? null
            : new PaymentProblem("no-address", $"{due[false].Count()} settled periods are in no statement: their member '{stranger}' is not an Ethereum address in lower case."));
    }

    /// <summary>Whether a member can be paid on a chain.</summary>
    internal static bool IsAddress(MemberId member) => Address.TryParse(member.Value, out var address) && address.ToString() == member.Value;

    /// <summary>What was signed before, in this run or in one that ended: first all of it to the node, lowest nonce first, then each to its end.</summary>
    private async Task<bool> FollowAsync(CancellationToken cancellation)
    {
        var under = book.Payments.Where(payment => payment.IsInFlight).OrderBy(payment => payment.Versions[^1].Nonce).ToList();
        foreach (var payment in under)
        {
            try
            {
                await sender.SendAsync(payment.Versions[^1], cancellation);
            }
            catch (EthereumRpcException)
            {
                // An older version may be mined, or none ever: confirming finds out.
            }
        }

        foreach (var payment in under)
        {
            await ConfirmAsync(payment, cancellation);
        }

        return under.Count > 0;
    }

    private async Task ConfirmAsync(MemberPayment payment, CancellationToken cancellation)
    {
        try
        {
            var mined = await sender.ConfirmAsync(payment.Versions, version => Keep(payment, version), cancellation);
            if (mined.Receipt.Succeeded)
            {
                book.Paid(payment, mined.Receipt, await ReceivedAsync(payment, mined.Receipt, cancellation), time.GetUtcNow());
            }
            else
            {
                book.Failed(payment, $"{mined.Receipt.TransactionHash} was reverted in block {mined.Receipt.BlockNumber}", time.GetUtcNow());
            }
        }
        catch (NonceTakenException taken)
        {
            book.Failed(payment, taken.Message, time.GetUtcNow());
        }
    }

    // After a restart a transfer may be mined before the token was looked at.
    private async Task<Money> ReceivedAsync(MemberPayment payment, TransactionReceipt receipt, CancellationToken cancellation) => !payment.IsOperators
        ? _escrow.ReceivedBy(receipt) : (_token ?? new EuroToken(sender.Client, await _escrow.TokenAsync(cancellation))).ReceivedBy(receipt, payment.Deposit.Member);

    private Task Keep(MemberPayment payment, SignedTransaction version)
    {
        book.Signed(payment, version, time.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <summary>Pays statements in their order, each when the wallet covers what is left of it.</summary>
    private async Task<(bool HasPaid, PaymentProblem? Problem)> PayAsync(CancellationToken cancellation)
    {
        var waiting = book.Payments.Where(payment => payment.Waits).GroupBy(payment => payment.Statement).ToList();
        if (waiting.Count == 0)
        {
            return (false, null);
        }

        if (_token is null)
        {
            var (token, problem) = await TokenAsync(cancellation);
            if (problem is not null)
            {
                return (false, problem);
            }

            _token = token;
        }

        PaymentProblem? refused = null;
        var hasPaid = false;
        foreach (var statement in waiting)
        {
            var payable = statement.ToList();
            var needed = Sum(payable);
            var wallet = await _token!.BalanceOfAsync(sender.Address, cancellation);
            Wallet = wallet;
            if (wallet < needed)
            {
                return (hasPaid, new PaymentProblem(
                    "insufficient-funds", $"Statement {statement.Key} takes {Euros.Format(needed)} EUR; the wallet {sender.Address} has {Euros.Format(wallet)}. Payments go on when the operator's cash is there."));
            }

            var deposited = Sum(payable.Where(payment => !payment.IsOperators));
            if (await _token.AllowanceAsync(sender.Address, options.Contract, cancellation) < deposited)
            {
                await _token.ApproveAsync(sender, options.Contract, deposited, cancellation);
            }

            foreach (var together in payable.Chunk(MostInFlight))
            {
                var (sent, objection) = await SendAsync(together, cancellation);
                refused ??= objection;
                hasPaid |= sent.Count > 0;
                foreach (var payment in sent)
                {
                    await ConfirmAsync(payment, cancellation);
                }
            }
        }

        Wallet = await _token!.BalanceOfAsync(sender.Address, cancellation);
        return (hasPaid, refused);
    }

    private static Money Sum(IEnumerable<MemberPayment> payments) => payments.Aggregate(Money.Zero, (sum, payment) => sum + payment.Deposit.Amount);

    /// <summary>Whom the escrow refuses waits, and holds up nobody else.</summary>
    private async Task<(List<MemberPayment> Sent, PaymentProblem? Refused)> SendAsync(MemberPayment[] payments, CancellationToken cancellation)
    {
        var (sent, refused) = (new List<MemberPayment>(), (PaymentProblem?)null);
        foreach (var payment in payments)
        {
            try
            {
                var (to, call) = payment.IsOperators
                    ? (_token!.Address, EuroToken.TransferCall(payment.Deposit.Member, payment.Deposit.Amount, payment.Deposit.Reference)) : (options.Contract, payment.Deposit.Encode());
                await sender.SendAsync(to, call, version => Keep(payment, version), cancellation);
                sent.Add(book.Find(payment.Statement, payment.Deposit.Member));
            }
            catch (EthereumRevertException objection)
            {
                refused ??= new PaymentProblem("refused", $"{Euros.Format(payment.Deposit.Amount)} EUR to {payment.Deposit.Member} of statement {payment.Statement} wait. {objection.Message}");
            }
        }

        return (sent, refused);
    }

    private async Task<(EuroToken? Token, PaymentProblem? Problem)> TokenAsync(CancellationToken cancellation)
    {
        var address = await _escrow.TokenAsync(cancellation);
        if (options.Token is { } expected && expected != address)
        {
            return (null, new PaymentProblem("wrong-token", $"The escrow {options.Contract} holds token {address}; Bsp:Payments:Token says {expected}. Nothing is paid."));
        }

        var token = new EuroToken(sender.Client, address);
        return await token.DecimalsAsync(cancellation) is var decimals && decimals == EuroToken.Decimals
            ? (token, null)
            : (null, new PaymentProblem("wrong-token", $"Token {address} has {decimals} decimals; amounts are µEUR, which takes {EuroToken.Decimals}. Nothing is paid."));
    }
}

using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Funds;

/// <summary>What a deposit came to.</summary>
/// <param name="Sent">What left the account.</param>
/// <param name="Received">What arrived in the escrow: less, where the token takes a fee.</param>
internal sealed record DepositOutcome(Money Sent, Money Received, Money Balance, Hash256 Transaction);

/// <summary>What a member does with her money. Each move is sent, mined and read back before it returns.</summary>
internal sealed class FundsMoves(FundsAccess access, TransactionSender sender, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(1);

    private EnergySettlementContract Escrow => access.Escrow;

    /// <summary>Pays into a member's balance: approves as much as is needed, and deposits it.</summary>
    /// <exception cref="UserErrorException">It cannot succeed; nothing was approved or sent.</exception>
    public async Task<DepositOutcome> DepositAsync(Address member, Money amount, CancellationToken cancellation)
    {
        // Asked before anything is approved, so that a deposit which cannot succeed costs nothing.
        if (!await Escrow.IsMemberAsync(member, cancellation).ConfigureAwait(false))
        {
            throw new UserErrorException($"{member} is no member of this community: its registrar registers members.");
        }

        if (await access.Token.BalanceOfAsync(sender.Address, cancellation).ConfigureAwait(false) is var own && own < amount)
        {
            throw new UserErrorException($"Your account {sender.Address} holds {Euros.Format(own)} {access.Symbol}, and {Euros.Format(amount)} are needed.");
        }

        if (await access.Token.AllowanceAsync(sender.Address, Escrow.Address, cancellation).ConfigureAwait(false) < amount)
        {
            await access.Token.ApproveAsync(sender, Escrow.Address, amount, cancellation).ConfigureAwait(false);
        }

        var receipt = await Escrow.DepositAsync(sender, member, amount, cancellation).ConfigureAwait(false);
        var balance = await Escrow.BalanceOfAsync(member, cancellation).ConfigureAwait(false);
        return new DepositOutcome(amount, Escrow.ReceivedBy(receipt), balance, receipt.TransactionHash);
    }

    /// <param name="amount">Null: all of the balance.</param>
    /// <param name="to">Who is paid.</param>
    /// <returns>All that was asked for since the last payment, and when it is ready.</returns>
    public async Task<WithdrawalRequest> RequestAsync(Money? amount, Address to, CancellationToken cancellation)
    {
        var asked = amount ?? await Escrow.BalanceOfAsync(sender.Address, cancellation).ConfigureAwait(false);
        await Escrow.RequestWithdrawalAsync(sender, asked, to, cancellation).ConfigureAwait(false);
        return await Escrow.RequestOfAsync(sender.Address, cancellation).ConfigureAwait(false);
    }

    /// <summary>Puts back what was asked for.</summary>
    /// <returns>How much that was.</returns>
    public async Task<Money> CancelAsync(CancellationToken cancellation)
    {
        var request = await Escrow.RequestOfAsync(sender.Address, cancellation).ConfigureAwait(false);
        await Escrow.CancelWithdrawalAsync(sender, cancellation).ConfigureAwait(false);
        return request.Amount;
    }

    /// <summary>Has a member paid what she asked for.</summary>
    public async Task<WithdrawalRequest> FinaliseAsync(Address member, CancellationToken cancellation)
    {
        var request = await Escrow.RequestOfAsync(member, cancellation).ConfigureAwait(false);
        await Escrow.FinaliseWithdrawalAsync(sender, member, cancellation).ConfigureAwait(false);
        return request;
    }

    /// <summary>The same as soon as the chain allows it. A chain's clock may be behind ours, or before it: it is asked, with longer and longer pauses.</summary>
    /// <param name="member">Who is paid.</param>
    /// <param name="waiting">Told when it is ready, each time it is found not to be.</param>
    /// <param name="cancellation">Stops waiting; the request stands.</param>
    public async Task<WithdrawalRequest> FinaliseWhenReadyAsync(Address member, Action<DateTimeOffset> waiting, CancellationToken cancellation)
    {
        for (var pause = Look; ; pause = pause * 2 < LongestLook ? pause * 2 : LongestLook)
        {
            try
            {
                return await FinaliseAsync(member, cancellation).ConfigureAwait(false);
            }
            catch (EthereumRevertException early) when (early.ErrorName == "NotYet")
            {
                var readyAt = (await Escrow.RequestOfAsync(member, cancellation).ConfigureAwait(false)).ReadyAt;
                waiting(readyAt);
                await Task.Delay(UntilNextLook(readyAt - time.GetUtcNow(), pause), time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>When the chain is asked again: when it is ready by our clock, which may be hours off either way, so not at once and not much later.</summary>
    internal static TimeSpan UntilNextLook(TimeSpan left, TimeSpan pause) => left < pause ? pause : left < LongestLook ? left : LongestLook;

    /// <summary>Pays out all that a member has, once everyone may leave.</summary>
    /// <param name="open">Open the exit first, where the operator has been silent for long enough.</param>
    public async Task<Money> ExitAsync(Address member, bool open, CancellationToken cancellation)
    {
        if (open && !(await Escrow.StateAsync(cancellation).ConfigureAwait(false)).Exiting)
        {
            await Escrow.OpenExitAsync(sender, cancellation).ConfigureAwait(false);
        }

        var balance = await Escrow.BalanceOfAsync(member, cancellation).ConfigureAwait(false);
        var request = await Escrow.RequestOfAsync(member, cancellation).ConfigureAwait(false);
        await Escrow.ExitAsync(sender, member, cancellation).ConfigureAwait(false);
        return balance + request.Amount;
    }
}

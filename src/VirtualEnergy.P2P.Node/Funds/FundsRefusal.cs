using System.Globalization;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Node.Funds;

/// <summary>What went wrong with a member's money, in one line that says what to do.</summary>
public static class FundsRefusal
{
    private const int Paused = 2;
    private const int Frozen = 4;
    private const int Exiting = 8;

    /// <summary>Errors that a member's own calls can end with, by name: of the contract, of its libraries, of an OpenZeppelin token.</summary>
    private static readonly Dictionary<string, Func<IReadOnlyList<object>, string>> Lines = new()
    {
        ["NotRegistered"] = values => $"{values[0]} is no member of this community: its registrar registers members. Check --contract and the key.",
        ["ZeroAmount"] = _ => "There is nothing to pay: the amount is 0.",
        ["ZeroAddress"] = _ => "Money is not paid to the zero address: name another --to.",
        ["NothingReceived"] = _ => "The token took the payment and nothing arrived in the escrow; your balance is as before.",
        ["BalanceOverflow"] = _ => $"The balance would pass {Euros.Format(FundsState.MostBalance)} EUR, the most that a member can hold: pay in less.",
        ["InsufficientBalance"] = values => $"You have {Amount(values[1])} EUR in the escrow and asked for {Amount(values[2])} EUR: ask for less, or write all.",
        ["NothingRequested"] = _ => "No withdrawal was asked for: ve funds withdraw does.",
        ["NotYet"] = values => $"It is too early: try again from {Time(values[0])} on.",
        ["BatchUnfinished"] = _ => "A settlement is under way, and what was asked for since is paid after it: try again in a minute.",
        ["NotExiting"] = _ => "The exit is not open; withdraw as usual. After a long silence of the operator, ve funds exit --open opens it.",
        ["NotOpen"] = values => Closed((int)(BigInteger)values[0]),
        ["SafeERC20FailedOperation"] = values => $"The token {values[0]} refused the transfer without a reason; nothing was moved.",
        ["ReentrancyGuardReentrantCall"] = _ => "The token called back into the escrow during a payment, which is refused; nothing was moved.",
        ["ERC20InsufficientBalance"] = values => $"Your account {values[0]} holds {Amount(values[1])} EUR of the token, and {Amount(values[2])} EUR are needed.",
        ["ERC20InsufficientAllowance"] = values => $"The escrow may take {Amount(values[1])} EUR of your tokens, and {Amount(values[2])} EUR are needed: try again.",
        ["ERC20InvalidSender"] = _ => "The token does not pay from this account.",
        ["ERC20InvalidReceiver"] = values => $"The token does not pay to {values[0]}: name another --to.",
        ["ERC20InvalidApprover"] = _ => "The token does not let this account approve payments.",
        ["ERC20InvalidSpender"] = values => $"The token does not let {values[0]} take money: check --contract.",
    };

    /// <summary>The errors that have a line of their own.</summary>
    public static IReadOnlyCollection<string> Known => Lines.Keys;

    /// <summary>The line for what a node or the contract answered.</summary>
    public static string Of(EthereumException failure) => failure switch
    {
        EthereumRevertException { ErrorName: { } name } revert when Lines.TryGetValue(name, out var line) => line(revert.Arguments),
        EthereumRpcException rpc when rpc.NodeMessage.Contains("insufficient funds", StringComparison.OrdinalIgnoreCase) =>
            "The account has not enough ether for the transaction's fee: send it some.",
        TransactionTimeoutException late => $"{late.Message} It may still be mined: look with ve funds balance before you try again.",
        _ => failure.Message,
    };

    private static string Closed(int state) =>
        (state & Frozen) != 0 ? "Fraud was proved, and the escrow is frozen until it is rolled back; then the exit opens: ve funds exit."
        : (state & Exiting) != 0 ? "The community has ended: take out what you have with ve funds exit."
        : (state & Paused) != 0 ? "Settlements are paused."
        : "The operator has not posted the bond yet.";

    private static string Amount(object units) => Euros.Format(new Money((long)BigInteger.Min((BigInteger)units, long.MaxValue)));

    private static string Time(object seconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)seconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

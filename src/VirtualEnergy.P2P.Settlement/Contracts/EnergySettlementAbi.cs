using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>The parts of <c>contracts/interfaces/IEnergySettlement.sol</c> that we call and read.</summary>
internal static class EnergySettlementAbi
{
    public static readonly AbiFunction Constructor =
        new("constructor(address token, address registrar, address settler, uint64 lastPeriod, uint256 window)");

    public static readonly AbiFunction Register = new("register(address[] newMembers)");
    public static readonly AbiFunction Deposit = new("deposit(address member, uint256 amount)");
    public static readonly AbiFunction Withdraw = new("withdraw(uint256 amount, address to)");
    public static readonly AbiFunction Settle = new("settle(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] deltas)");

    public static readonly AbiFunction Token = new("token()", "address");
    public static readonly AbiFunction Registrar = new("registrar()", "address");
    public static readonly AbiFunction Settler = new("settler()", "address");
    public static readonly AbiFunction LastPeriod = new("lastPeriod()", "uint64");
    public static readonly AbiFunction CommitmentOf = new("commitmentOf(uint64 period)", "bytes32");
    public static readonly AbiFunction Members = new("members(uint256 from, uint256 count)", "address[]");
    public static readonly AbiFunction BalanceOf = new("balanceOf(address member)", "uint256");
    public static readonly AbiFunction BalancesOf = new("balancesOf(address[] accounts)", "uint256[]");

    public static readonly AbiEvent Settled = new("Settled(uint64 indexed period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash)");
}

using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>The parts of <c>contracts/interfaces/IEnergySettlement.sol</c> that we call and read.</summary>
internal static class EnergySettlementAbi
{
    public static readonly AbiFunction Constructor =
        new("constructor((address token, address admin, address registrar, address pauser, address settler, address judge, address treasury, uint32 lastPeriod, uint32 window, uint32 periodsPerBatch, uint32 challengeSeconds, uint32 silenceSeconds, uint32 keyDelaySeconds, uint64 bond, bytes32 rules) terms)");

    public static readonly AbiFunction Register = new("register(address[] newMembers)");
    public static readonly AbiFunction RegisterWide = new("registerWide(address account)");
    public static readonly AbiFunction Deposit = new("deposit(address member, uint256 amount)");
    public static readonly AbiFunction RequestWithdrawal = new("requestWithdrawal(uint256 amount, address to)");
    public static readonly AbiFunction CancelWithdrawal = new("cancelWithdrawal()");
    public static readonly AbiFunction FinaliseWithdrawal = new("finaliseWithdrawal(address member)");
    public static readonly AbiFunction Settle = new("settle(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] deltas)");

    public static readonly AbiFunction SettleVerified = new("settleVerified(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] payments)");
    public static readonly AbiFunction CommitRoots = new("commitRoots(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot)");
    public static readonly AbiFunction PostBond = new("postBond(uint256 amount)");
    public static readonly AbiFunction Rollback = new("rollback(bytes32 bidsRoot, bytes32 tradesRoot, uint256[] deltas)");
    public static readonly AbiFunction SettleMetered = new("settleMetered(uint64 meteredPeriod, bytes32 meterRoot, uint256[] deltas)");
    public static readonly AbiFunction RollbackMetered =
        new("rollbackMetered(bytes32 settled, (uint32 period, uint32 standsOn) before, bytes32 meterRoot, uint256[] deltas)");

    public static readonly AbiFunction SettlePart = new("settlePart(uint64 period, bool isMetered, bytes32 before, uint256[] deltas)");
    public static readonly AbiFunction SettleParts = new("settleParts(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 parts)");
    public static readonly AbiFunction SettleMeteredParts = new("settleMeteredParts(uint64 meteredPeriod, bytes32 meterRoot, bytes32 parts)");
    public static readonly AbiFunction UndoPart = new("undoPart(bytes32 before, uint32 from, uint256[] deltas, uint256 keep)");
    public static readonly AbiFunction RollbackParts = new("rollbackParts(bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash)");
    public static readonly AbiFunction RollbackMeteredParts =
        new("rollbackMeteredParts(bytes32 settled, (uint32 period, uint32 standsOn) before, bytes32 meterRoot, bytes32 deltasHash)");

    public static readonly AbiFunction OpenExit = new("openExit()");
    public static readonly AbiFunction Exit = new("exit(address member)");

    public static readonly AbiFunction Token = new("token()", "address");
    public static readonly AbiFunction Settler = new("settler()", "address");
    public static readonly AbiFunction Judge = new("judge()", "address");
    public static readonly AbiFunction ChallengeSeconds = new("challengeSeconds()", "uint256");
    public static readonly AbiFunction KeyDelaySeconds = new("keyDelaySeconds()", "uint256");
    public static readonly AbiFunction PeriodsPerBatch = new("periodsPerBatch()", "uint256");
    public static readonly AbiFunction Rules = new("rules()", "bytes32");
    public static readonly AbiFunction LastPeriod = new("lastPeriod()", "uint64");
    public static readonly AbiFunction Unfinished = new("unfinished()", "(uint32, uint32, uint32, int160), bytes32");
    public static readonly AbiFunction Metering = new("metering()", "(uint32, uint32)");
    public static readonly AbiFunction CommitmentOf = new("commitmentOf(uint64 period)", "bytes32, uint64");
    public static readonly AbiFunction RequestOf = new("requestOf(address member)", "uint256, uint64, address");
    public static readonly AbiFunction State = new("state()", "bool, bool, bool, bool");
    public static readonly AbiFunction Members = new("members(uint256 from, uint256 count)", "address[]");
    public static readonly AbiFunction WideAccounts = new("wideAccounts()", "address[]");
    public static readonly AbiFunction LaneOf = new("laneOf(address member)", "uint256");
    public static readonly AbiFunction BalanceOf = new("balanceOf(address member)", "uint256");
    public static readonly AbiFunction BalancesOf = new("balancesOf(address[] accounts)", "uint256[]");

    public static readonly AbiFunction IsMember = new("isMember(address account)", "bool");

    public static readonly AbiEvent Settled = new("Settled(uint64 indexed period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash)");

    public static readonly AbiEvent Deposited = new("Deposited(address indexed member, address indexed from, uint256 received)");
    public static readonly AbiEvent WithdrawalRequested = new("WithdrawalRequested(address indexed member, address indexed to, uint256 amount, uint256 readyAt)");
    public static readonly AbiEvent WithdrawalCancelled = new("WithdrawalCancelled(address indexed member, uint256 amount)");
    public static readonly AbiEvent WithdrawalReduced = new("WithdrawalReduced(address indexed member, uint256 amount)");
    public static readonly AbiEvent Withdrawn = new("Withdrawn(address indexed member, address indexed to, uint256 amount)");
    public static readonly AbiEvent RolledBack = new("RolledBack(uint64 indexed period)");
    public static readonly AbiEvent RolledBackMetered = new("RolledBackMetered(uint64 indexed meteredPeriod)");
    public static readonly AbiEvent PartSettled = new("PartSettled(uint64 indexed period, bool isMetered, uint32 from, bytes32 deltasHash)");
    public static readonly AbiEvent PartUndone = new("PartUndone(uint256 slot)");
    public static readonly AbiEvent BatchReopened = new("BatchReopened(bytes32 deltasHash)");
    public static readonly AbiEvent FraudProved = new("FraudProved(uint64 indexed period, address indexed challenger, uint256 slashed)");
    public static readonly AbiEvent ExitOpened = new("ExitOpened(uint64 lastPeriod)");

    public static readonly AbiEvent SettledMetered = new(
        "SettledMetered(uint64 indexed meteredPeriod, uint64 indexed standsOn, (uint32 period, uint32 standsOn) before, bytes32 meterRoot, bytes32 deltasHash)");
}

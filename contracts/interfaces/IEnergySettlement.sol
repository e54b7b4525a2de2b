// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title IEnergySettlement
/// @notice Holds the money of an energy community's members in escrow, and moves it between them once per trading period.
/// @dev Amounts are units of the token; with six decimals, as EURC and USDC have, one unit is 1 µEUR. A period is a number
/// that counts up by one: unix time divided by the period's length. Lanes are numbered in order of registration: member
/// `n` has lane `n % 6` of slot `n / 6`.
interface IEnergySettlement {
    /* EVENTS */

    /// @notice A member was registered.
    /// @param member Her address; it signs her bids and withdraws her money.
    /// @param lane Her number, counted from zero in order of registration.
    event MemberRegistered(address indexed member, uint256 lane);

    /// @notice A member's balance rose by what really arrived.
    /// @param member Whose balance.
    /// @param from Who paid.
    /// @param received How much more the escrow holds: less than was sent, if the token takes a fee.
    event Deposited(address indexed member, address indexed from, uint256 received);

    /// @notice A member took money out.
    event Withdrawn(address indexed member, address indexed to, uint256 amount);

    /// @notice A period was settled.
    /// @param period The period.
    /// @param bidsRoot Merkle root of the bids that counted.
    /// @param tradesRoot Merkle root of the trades that followed from them.
    /// @param deltasHash keccak256 of the delta words, one after another.
    event Settled(uint64 indexed period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash);

    /* ERRORS: DEPLOYMENT AND MEMBERS */

    /// @notice An address must not be zero.
    error ZeroAddress();

    /// @notice The commitments' ring must hold 1 to `most` periods.
    error WindowOutOfRange(uint256 window, uint256 most);

    /// @notice Only the registrar registers members.
    error NotRegistrar(address caller);

    /// @notice The address is a member already.
    error AlreadyRegistered(address member);

    /// @notice The address is not a member's.
    error NotRegistered(address account);

    /* ERRORS: MONEY */

    /// @notice The amount must not be zero.
    error ZeroAmount();

    /// @notice The token took the transfer, and the escrow holds no more than before.
    error NothingReceived();

    /// @notice The member's balance would pass 2^42 - 1 units.
    error BalanceOverflow(address member);

    /// @notice The member has less than she wants to take out.
    error InsufficientBalance(address member, uint256 balance, uint256 amount);

    /* ERRORS: SETTLEMENT */

    /// @notice Only the settler settles.
    error NotSettler(address caller);

    /// @notice Periods are settled one after another, each once, none left out.
    error PeriodNotNext(uint64 expected, uint64 given);

    /// @notice The call data is not as long as its delta words make it.
    error CallDataLength(uint256 expected, uint256 given);

    /// @notice The word's kind, its top four bits, is none that is known.
    error UnknownWord(uint256 index, uint256 word);

    /// @notice A jump must lead to a slot after the next one due, so that no slot comes twice.
    error SlotsNotAscending(uint256 next, uint256 jump);

    /// @notice No member has a lane in the slot.
    error SlotNotInUse(uint256 slot);

    /// @notice The lane has a delta, and no member.
    error LaneNotInUse(uint256 lane);

    /// @notice The member would pay more than she has.
    error Overdraft(address member);

    /// @notice What the members pay must be what the members get.
    error DeltasNotBalanced(int256 sum);

    /// @notice The period's commitment is not in the ring: not settled yet, or too long ago.
    error PeriodNotInWindow(uint64 period);

    /* MEMBERS */

    /// @notice Registers members in the given order and prepares their balances' storage.
    /// @dev Registrar only. The first member of each six pays for the slot, so that no settlement has to.
    function register(address[] calldata newMembers) external;

    /* MONEY */

    /// @notice Pays `amount` of the caller's tokens into `member`'s balance: the caller's own, or another member's.
    /// @dev The caller approves this contract first. Credits what really arrived.
    function deposit(address member, uint256 amount) external;

    /// @notice Pays `amount` of the caller's balance out to `to`. Members only, each her own.
    function withdraw(uint256 amount, address to) external;

    /* SETTLEMENT */

    /// @notice Settles one period: moves each member's net money, and commits to the bids and trades behind it.
    /// @dev Settler only. A round without trades settles with no words at all.
    ///
    /// Each word of `deltas` is one of two kinds, told by its top four bits:
    /// - 0: the deltas of the six lanes of the slot that is next due; then the slot after it is due. Lane `i` is
    ///   a signed number (two's complement) in bits `42 i` to `42 i + 41`: negative is what the member pays.
    /// - 1: the other bits are the number of the slot that is due from here, further on than the one that was.
    ///
    /// The first slot due is 0. So slots can only ascend, and no lane can come twice.
    /// @param period The period after the last one settled.
    /// @param bidsRoot Merkle root of the bids that counted.
    /// @param tradesRoot Merkle root of the trades.
    /// @param deltas What each member gets or pays, packed; all of them sum to zero.
    function settle(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] calldata deltas) external;

    /* VIEWS */

    /// @notice The token in escrow.
    function token() external view returns (IERC20);

    /// @notice Who registers members.
    function registrar() external view returns (address);

    /// @notice Who settles.
    function settler() external view returns (address);

    /// @notice How many periods back a commitment can be read.
    function window() external view returns (uint256);

    /// @notice The last period settled.
    function lastPeriod() external view returns (uint64);

    /// @notice keccak256(abi.encode(period, bidsRoot, tradesRoot, deltasHash)) of a settled period within the window.
    function commitmentOf(uint64 period) external view returns (bytes32);

    /// @notice How many members are registered.
    function memberCount() external view returns (uint256);

    /// @notice Members `from` to `from + count - 1` in order of registration; fewer where there are no more.
    function members(uint256 from, uint256 count) external view returns (address[] memory);

    /// @notice A member's number.
    function laneOf(address member) external view returns (uint256);

    /// @notice A member's balance.
    function balanceOf(address member) external view returns (uint256);

    /// @notice The balances of many members.
    function balancesOf(address[] calldata accounts) external view returns (uint256[] memory);
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IEnergySettlement} from "./interfaces/IEnergySettlement.sol";
import {PackedBalances} from "./libraries/PackedBalances.sol";

/// @title EnergySettlement
/// @notice The escrow of an energy community, settled once per trading period. See IEnergySettlement.
/// @dev Immutable: no proxy, no owner. Today the settler is trusted to net honestly within the members' balances; fraud
/// proofs against the roots, `rollback` of the newest periods, withdrawal windows, exit and roles take their place in the
/// sections below, and work on the commitments that are kept already.
contract EnergySettlement is IEnergySettlement, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /* CONSTANTS AND IMMUTABLES */

    /// @dev Five days of quarter hours. The ring is paid for at deployment, which has to fit into one transaction.
    uint256 private constant MAX_WINDOW = 480;

    /// @dev Marks a ring entry that no period has used yet.
    bytes32 private constant UNUSED = bytes32(uint256(1));

    uint256 private constant SETTLE_HEAD_BYTES = 4 + 5 * 32;
    uint256 private constant WORD_KIND_SHIFT = 252;
    uint256 private constant WORD_JUMP = 1;
    uint256 private constant WORD_CONTENT = (1 << WORD_KIND_SHIFT) - 1;

    /// @inheritdoc IEnergySettlement
    IERC20 public immutable token;

    /// @inheritdoc IEnergySettlement
    address public immutable registrar;

    /// @inheritdoc IEnergySettlement
    uint256 public immutable window;

    /* STORAGE */

    /// @dev All that every settlement reads and writes, in one slot.
    struct Head {
        uint64 lastPeriod;
        uint32 memberCount;
        address settler;
    }

    Head private _head;

    /// @dev A member's lane plus one; 0: not a member.
    mapping(address => uint256) private _lanePlusOne;

    address[] private _members;

    /// @dev Ring: the commitment of period p is at p % window.
    mapping(uint256 => bytes32) private _commitments;

    /// @dev Six balances to a word, see PackedBalances; a fixed array, so that its slots lie in a row and cost no hash.
    /// Accounts that outgrow 42 bits (community, grid operator, treasury) will have a wide array after it and a word kind
    /// of their own.
    uint256[1 << 32] private _slots;

    /* CONSTRUCTOR */

    /// @param token_ The ERC-20 in escrow.
    /// @param registrar_ Who registers members.
    /// @param settler_ Who settles.
    /// @param lastPeriod_ The period before the first one to be settled.
    /// @param window_ How many periods the ring of commitments holds.
    constructor(IERC20 token_, address registrar_, address settler_, uint64 lastPeriod_, uint256 window_) {
        if (address(token_) == address(0) || registrar_ == address(0) || settler_ == address(0)) revert ZeroAddress();
        if (window_ == 0 || window_ > MAX_WINDOW) revert WindowOutOfRange(window_, MAX_WINDOW);
        token = token_;
        registrar = registrar_;
        window = window_;
        _head = Head({lastPeriod: lastPeriod_, memberCount: 0, settler: settler_});
        for (uint256 i = 0; i < window_; ++i) {
            _commitments[i] = UNUSED;
        }
    }

    /* MEMBERS */

    /// @inheritdoc IEnergySettlement
    function register(address[] calldata newMembers) external {
        if (msg.sender != registrar) revert NotRegistrar(msg.sender);
        uint256 lane = _head.memberCount;
        for (uint256 i = 0; i < newMembers.length; ++i) {
            address member = newMembers[i];
            if (member == address(0)) revert ZeroAddress();
            if (_lanePlusOne[member] != 0) revert AlreadyRegistered(member);
            if (lane % PackedBalances.LANES == 0) _slots[lane / PackedBalances.LANES] = PackedBalances.IN_USE;
            _members.push(member);
            emit MemberRegistered(member, lane);
            _lanePlusOne[member] = ++lane;
        }
        _head.memberCount = uint32(lane);
    }

    /* MONEY */

    /// @inheritdoc IEnergySettlement
    function deposit(address member, uint256 amount) external nonReentrant {
        uint256 lane = laneOf(member);
        if (amount == 0) revert ZeroAmount();

        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received == 0) revert NothingReceived();

        uint256 balance = _balanceAt(lane);
        if (received > PackedBalances.MAX_BALANCE - balance) revert BalanceOverflow(member);
        _setBalanceAt(lane, balance + received);
        emit Deposited(member, msg.sender, received);
    }

    /// @inheritdoc IEnergySettlement
    function withdraw(uint256 amount, address to) external nonReentrant {
        uint256 lane = laneOf(msg.sender);
        if (amount == 0) revert ZeroAmount();
        if (to == address(0)) revert ZeroAddress();
        uint256 balance = _balanceAt(lane);
        if (amount > balance) revert InsufficientBalance(msg.sender, balance, amount);

        _setBalanceAt(lane, balance - amount);
        emit Withdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /* SETTLEMENT */

    /// @inheritdoc IEnergySettlement
    function settle(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] calldata deltas) external {
        Head memory head = _head;
        if (msg.sender != head.settler) revert NotSettler(msg.sender);
        // Of a period 2^64 - 1 there is no next one: then every call reverts here by checked arithmetic.
        if (period != head.lastPeriod + 1) revert PeriodNotNext(head.lastPeriod + 1, period);
        uint256 expectedLength = SETTLE_HEAD_BYTES + 32 * deltas.length;
        if (msg.data.length != expectedLength) revert CallDataLength(expectedLength, msg.data.length);

        _move(deltas, head.memberCount);

        bytes32 deltasHash = keccak256(abi.encodePacked(deltas));
        _commitments[period % window] = keccak256(abi.encode(period, bidsRoot, tradesRoot, deltasHash));
        head.lastPeriod = period;
        _head = head;
        emit Settled(period, bidsRoot, tradesRoot, deltasHash);
    }

    /// @dev Adds the deltas to the balances and proves that they sum to zero.
    function _move(uint256[] calldata deltas, uint256 count) private {
        unchecked {
            uint256 slotCount = (count + PackedBalances.LANES - 1) / PackedBalances.LANES;
            uint256 slot; // The slot that is due.
            uint256 tallies;
            uint256 words;
            for (uint256 i = 0; i < deltas.length; ++i) {
                uint256 word = deltas[i];
                if (word <= WORD_CONTENT) {
                    if (slot >= slotCount) revert SlotNotInUse(slot);
                    uint256 balances = _slots[slot];
                    (uint256 result, uint256 tally, bool fits) = PackedBalances.add(balances, word);
                    if (!fits) _revertMisfit(slot, balances, word, count);
                    _slots[slot] = result;
                    tallies += tally;
                    ++words;
                    ++slot;
                } else {
                    slot = _jump(i, word, slot, slotCount);
                }
            }

            // Only the last slot can have lanes without a member, and only the last word can have touched it.
            if (slot == slotCount && words != 0) _requireLanesInUse(deltas[deltas.length - 1], slot - 1, count);
            int256 net = PackedBalances.netOf(tallies, words);
            if (net != 0) revert DeltasNotBalanced(net);
        }
    }

    function _jump(uint256 index, uint256 word, uint256 slot, uint256 slotCount) private pure returns (uint256 jump) {
        if (word >> WORD_KIND_SHIFT != WORD_JUMP) revert UnknownWord(index, word);
        jump = word & WORD_CONTENT;
        if (jump <= slot) revert SlotsNotAscending(slot, jump);
        if (jump >= slotCount) revert SlotNotInUse(jump);
    }

    function _requireLanesInUse(uint256 word, uint256 slot, uint256 count) private pure {
        uint256 lane = count - slot * PackedBalances.LANES;
        while (lane < PackedBalances.LANES && PackedBalances.laneAt(word, lane) == 0) ++lane;
        if (lane < PackedBalances.LANES) revert LaneNotInUse(slot * PackedBalances.LANES + lane);
    }

    function _revertMisfit(uint256 slot, uint256 balances, uint256 word, uint256 count) private view {
        (uint256 laneInSlot, bool below) = PackedBalances.firstMisfit(balances, word);
        uint256 lane = slot * PackedBalances.LANES + laneInSlot;
        if (lane >= count) revert LaneNotInUse(lane);
        if (below) revert Overdraft(_members[lane]);
        revert BalanceOverflow(_members[lane]);
    }

    /* FRAUD PROOFS AND ROLLBACK: come here; they check their evidence against `commitmentOf`. */

    /* EXIT: comes here; it pays out the balances of the last period that can no longer be rolled back. */

    /* VIEWS */

    /// @inheritdoc IEnergySettlement
    function settler() external view returns (address) {
        return _head.settler;
    }

    /// @inheritdoc IEnergySettlement
    function lastPeriod() external view returns (uint64) {
        return _head.lastPeriod;
    }

    /// @inheritdoc IEnergySettlement
    function commitmentOf(uint64 period) external view returns (bytes32 commitment) {
        commitment = _commitments[period % window];
        uint64 last = _head.lastPeriod;
        if (commitment == UNUSED || period > last || last - period >= window) revert PeriodNotInWindow(period);
    }

    /// @inheritdoc IEnergySettlement
    function memberCount() external view returns (uint256) {
        return _head.memberCount;
    }

    /// @inheritdoc IEnergySettlement
    function members(uint256 from, uint256 count) external view returns (address[] memory page) {
        uint256 total = _members.length;
        uint256 left = from < total ? total - from : 0;
        page = new address[](count < left ? count : left);
        for (uint256 i = 0; i < page.length; ++i) {
            page[i] = _members[from + i];
        }
    }

    /// @inheritdoc IEnergySettlement
    function laneOf(address member) public view returns (uint256) {
        uint256 lanePlusOne = _lanePlusOne[member];
        if (lanePlusOne == 0) revert NotRegistered(member);
        return lanePlusOne - 1;
    }

    /// @inheritdoc IEnergySettlement
    function balanceOf(address member) public view returns (uint256) {
        return _balanceAt(laneOf(member));
    }

    /// @inheritdoc IEnergySettlement
    function balancesOf(address[] calldata accounts) external view returns (uint256[] memory balances) {
        balances = new uint256[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            balances[i] = balanceOf(accounts[i]);
        }
    }

    /* LANES */

    function _balanceAt(uint256 lane) private view returns (uint256) {
        return PackedBalances.laneAt(_slots[lane / PackedBalances.LANES], lane % PackedBalances.LANES);
    }

    function _setBalanceAt(uint256 lane, uint256 balance) private {
        uint256 slot = lane / PackedBalances.LANES;
        _slots[slot] = PackedBalances.withLane(_slots[slot], lane % PackedBalances.LANES, balance);
    }
}

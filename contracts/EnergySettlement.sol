// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AccessControlDefaultAdminRules} from
    "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IEnergySettlement} from "./interfaces/IEnergySettlement.sol";
import {BatchParts} from "./libraries/BatchParts.sol";
import {Head, Heads} from "./libraries/Heads.sol";
import {PackedBalances} from "./libraries/PackedBalances.sol";
import {Payments} from "./libraries/Payments.sol";
import {WideBalances} from "./libraries/WideBalances.sol";

/// @title EnergySettlement
/// @notice The escrow of an energy community, settled once per trading period. See IEnergySettlement.
/// @dev Immutable: no proxy; migration is exit and redeploy. Everything a settlement reads and writes besides the balances
/// is one slot (Head) and one ring entry, as a round of a hundred homes pays for each slot more with three gas a trade.
contract EnergySettlement is IEnergySettlement, AccessControlDefaultAdminRules, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /* CONSTANTS AND IMMUTABLES */

    /// @inheritdoc IEnergySettlement
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR");

    /// @inheritdoc IEnergySettlement
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER");

    /// @dev Three days of quarter hours. The ring is paid for at deployment, which has to fit into one transaction.
    uint256 private constant MAX_WINDOW = 288;

    /// @dev A ring entry is the commitment's upper 28 bytes and the time of settlement in the lower four. This one stands
    /// for no period: its time is long ago, and it is not zero, so that no settlement pays for a fresh slot.
    bytes32 private constant UNUSED = bytes32(uint256(1));
    uint256 private constant TIME_BITS = 32;

    /// @dev States of the escrow, as bits; it settles when it is bonded and nothing else, and goes on with an unfinished batch when it is
    /// that as well. So what settles in one piece reads nothing about parts.
    uint8 private constant BONDED = 1;
    uint8 private constant PAUSED = 2;
    uint8 private constant FROZEN = 4;
    uint8 private constant EXITING = 8;
    uint8 private constant UNFINISHED = 16;

    uint256 private constant SETTLE_HEAD_BYTES = 4 + 5 * 32;
    uint256 private constant WORD_KIND_SHIFT = 252;
    uint256 private constant WORD_JUMP = 1;
    uint256 private constant WORD_CONTENT = (1 << WORD_KIND_SHIFT) - 1;

    /// @inheritdoc IEnergySettlement
    IERC20 public immutable token;

    /// @inheritdoc IEnergySettlement
    address public immutable judge;

    /// @inheritdoc IEnergySettlement
    address public immutable treasury;

    /// @inheritdoc IEnergySettlement
    uint256 public immutable window;

    /// @inheritdoc IEnergySettlement
    uint256 public immutable periodsPerBatch;

    /// @inheritdoc IEnergySettlement
    uint256 public immutable challengeSeconds;

    /// @inheritdoc IEnergySettlement
    uint256 public immutable silenceSeconds;

    /// @inheritdoc IEnergySettlement
    uint256 public immutable keyDelaySeconds;

    /// @inheritdoc IEnergySettlement
    uint256 public immutable requiredBond;

    /// @inheritdoc IEnergySettlement
    bytes32 public immutable rules;

    /* STORAGE */

    /// @dev What a member asked for; one slot.
    struct Request {
        uint64 amount;
        uint32 readyAt;
        address to;
    }

    /// @dev Who may become the settler, and from when on; one slot.
    struct Successor {
        address settler;
        uint40 readyAt;
    }

    /// @dev What the operator stands to lose; one slot, as a proof of fraud should cost its prover little. With a challenger it
    /// is lost: to be split between him and the treasury. The period is the earliest whose fraud was proved.
    struct Bond {
        uint64 amount;
        uint32 fraudulentPeriod;
        address challenger;
    }

    Head private _head;

    Successor private _successor;

    Bond private _bond;

    /// @dev A slot of its own, which `settle` never touches.
    Metering private _metering;

    /// @dev Meaningless unless `_parts` is there.
    Unfinished private _unfinished;

    /// @dev Hash of the parts of the batch that is not finished, see BatchParts; zero if none is.
    bytes32 private _parts;

    /// @dev By batch and account: what a part took of her request, so that undoing it gives that back as it was.
    mapping(uint256 => mapping(address => Request)) private _taken;

    mapping(address => uint256) private _rewards;

    mapping(address => Request) private _requests;

    /// @dev A member's lane plus one; 0: not a member.
    mapping(address => uint256) private _lanePlusOne;

    address[] private _members;

    /// @dev Accounts with a word each, see WideBalances.
    address[] private _wideAccounts;

    /// @dev Ring: the commitment of period p is at p % window.
    mapping(uint256 => bytes32) private _commitments;

    /// @dev Six balances to a word, see PackedBalances, and the wide ones at the end; a fixed array, so that its slots lie in a row and cost no hash.
    uint256[1 << 24] private _slots;

    /* CONSTRUCTOR */

    constructor(Terms memory terms) AccessControlDefaultAdminRules(terms.keyDelaySeconds, terms.admin) {
        if (
            address(terms.token) == address(0) || terms.registrar == address(0) || terms.pauser == address(0)
                || terms.settler == address(0) || terms.judge == address(0) || terms.treasury == address(0)
        ) revert ZeroAddress();
        if (terms.window == 0 || terms.window > MAX_WINDOW) revert WindowOutOfRange(terms.window, MAX_WINDOW);
        if (terms.periodsPerBatch == 0 || terms.periodsPerBatch > terms.window) {
            revert PeriodsPerBatchOutOfRange(terms.periodsPerBatch, terms.window);
        }
        // Silence must outlast the challenges, so that an exit pays out only what nobody can dispute any more; and a new
        // settler must not begin before who distrusts him has had the time to leave.
        if (terms.silenceSeconds < terms.challengeSeconds || terms.keyDelaySeconds < terms.challengeSeconds) {
            revert ChallengeTooLong(terms.challengeSeconds);
        }
        token = terms.token;
        judge = terms.judge;
        treasury = terms.treasury;
        window = terms.window;
        periodsPerBatch = terms.periodsPerBatch;
        challengeSeconds = terms.challengeSeconds;
        silenceSeconds = terms.silenceSeconds;
        keyDelaySeconds = terms.keyDelaySeconds;
        requiredBond = terms.bond;
        rules = terms.rules;
        _grantRole(REGISTRAR_ROLE, terms.registrar);
        _grantRole(PAUSER_ROLE, terms.pauser);
        _metering = Metering({period: terms.lastPeriod, standsOn: terms.lastPeriod});
        _head = Heads.create(terms.lastPeriod, block.timestamp, terms.bond == 0 ? BONDED : 0, terms.settler);
        for (uint256 i = 0; i < terms.window; ++i) {
            _commitments[i] = UNUSED;
        }
    }

    /* MEMBERS */

    /// @inheritdoc IEnergySettlement
    function register(address[] calldata newMembers) external onlyRole(REGISTRAR_ROLE) {
        uint256 lane = _head.memberCount();
        for (uint256 i = 0; i < newMembers.length; ++i) {
            if (lane % PackedBalances.LANES == 0) _slots[lane / PackedBalances.LANES] = PackedBalances.IN_USE;
            _members.push(newMembers[i]);
            _assign(newMembers[i], lane++);
        }
        if (lane > WideBalances.FIRST) revert TooManyMembers(WideBalances.FIRST);
        _head = _head.withMemberCount(lane);
    }

    /// @inheritdoc IEnergySettlement
    function registerWide(address account) external onlyRole(REGISTRAR_ROLE) {
        uint256 count = _wideAccounts.length;
        if (count == WideBalances.MOST) revert TooManyMembers(WideBalances.MOST);
        _slots[WideBalances.FIRST + count] = WideBalances.IN_USE;
        _wideAccounts.push(account);
        _assign(account, WideBalances.FIRST + count);
    }

    function _assign(address member, uint256 lane) private {
        if (member == address(0)) revert ZeroAddress();
        if (_lanePlusOne[member] != 0) revert AlreadyRegistered(member);
        _lanePlusOne[member] = lane + 1;
        emit MemberRegistered(member, lane);
    }

    /* MONEY */

    /// @inheritdoc IEnergySettlement
    function deposit(address member, uint256 amount) external nonReentrant {
        _requireNeither(FROZEN | EXITING);
        uint256 lane = laneOf(member);
        uint256 received = _receive(amount);
        uint256 balance = _balanceAt(lane);
        if (received > _mostAt(lane) - balance) revert BalanceOverflow(member);
        _setBalanceAt(lane, balance + received);
        emit Deposited(member, msg.sender, received);
    }

    /// @inheritdoc IEnergySettlement
    function requestWithdrawal(uint256 amount, address to) external {
        uint256 lane = laneOf(msg.sender);
        if (amount == 0) revert ZeroAmount();
        if (to == address(0)) revert ZeroAddress();
        uint256 balance = _balanceAt(lane);
        if (amount > balance) revert InsufficientBalance(msg.sender, balance, amount);

        _setBalanceAt(lane, balance - amount);
        Request memory request = _requests[msg.sender];
        request.amount += uint64(amount);
        // What a part gave can be challenged for as long after the last of them.
        uint256 from = _head.state() & UNFINISHED == 0 || block.timestamp > _until() ? block.timestamp : _until();
        request.readyAt = uint32(from + challengeSeconds);
        request.to = to;
        _requests[msg.sender] = request;
        emit WithdrawalRequested(msg.sender, to, request.amount, request.readyAt);
    }

    /// @inheritdoc IEnergySettlement
    function cancelWithdrawal() external {
        uint256 lane = laneOf(msg.sender);
        uint256 amount = _requests[msg.sender].amount;
        if (amount == 0) revert NothingRequested(msg.sender);
        uint256 balance = _balanceAt(lane);
        if (amount > _mostAt(lane) - balance) revert BalanceOverflow(msg.sender);
        delete _requests[msg.sender];
        _setBalanceAt(lane, balance + amount);
        emit WithdrawalCancelled(msg.sender, amount);
    }

    /// @inheritdoc IEnergySettlement
    function finaliseWithdrawal(address member) external nonReentrant {
        Request memory request = _requests[member];
        if (request.amount == 0) revert NothingRequested(member);
        _requireNeither(FROZEN);
        if (block.timestamp < request.readyAt) revert NotYet(request.readyAt);
        // What was asked for since may be what a part gave, and may have to go back. Long before it is due, anyone can undo the parts.
        if (_head.state() & UNFINISHED != 0 && request.readyAt >= _unfinished.openedAt + challengeSeconds) revert BatchUnfinished();

        delete _requests[member];
        emit Withdrawn(member, request.to, request.amount);
        token.safeTransfer(request.to, request.amount);
    }

    /// @dev What really arrives of an amount that the caller pays.
    function _receive(uint256 amount) private returns (uint256 received) {
        if (amount == 0) revert ZeroAmount();
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        received = token.balanceOf(address(this)) - before;
        if (received == 0) revert NothingReceived();
    }

    /* SETTLEMENT */

    /// @inheritdoc IEnergySettlement
    function settle(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] calldata deltas) external {
        Head head = _next(period, true, 0);
        _requireLength(SETTLE_HEAD_BYTES, deltas);

        _moveBalanced(deltas, head.memberCount());
        _commit(head, period, bidsRoot, tradesRoot, _hash(deltas));
    }

    /// @inheritdoc IEnergySettlement
    function settleVerified(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] calldata payments) external {
        Head head = _next(period, true, 0);
        _requireLength(SETTLE_HEAD_BYTES, payments);

        uint256[] memory words = Payments.net(payments, head.memberCount(), _wideAccounts.length);
        _moveNetted(words, head.memberCount());
        _commit(head, period, bidsRoot, tradesRoot, keccak256(abi.encodePacked(words)));
    }

    /// @inheritdoc IEnergySettlement
    function commitRoots(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot) external {
        _commit(_next(period, false, 0), period, bidsRoot, tradesRoot, bytes32(0));
    }

    /// @inheritdoc IEnergySettlement
    function settleMetered(uint64 meteredPeriod, bytes32 meterRoot, uint256[] calldata deltas) external {
        (Head head, Metering memory before) = _nextMetered(meteredPeriod, 0);
        _requireLength(SETTLE_HEAD_BYTES - 32, deltas);

        _moveBalanced(deltas, head.memberCount());
        _commitMetered(head, meteredPeriod, before, meterRoot, _hash(deltas));
    }

    /// @inheritdoc IEnergySettlement
    function settlePart(uint64 period, bool isMetered, bytes32 before, uint256[] calldata deltas) external {
        Head head;
        if (isMetered) (head,) = _nextMetered(period, UNFINISHED);
        else head = _next(period, true, UNFINISHED);
        _requireLength(SETTLE_HEAD_BYTES, deltas);
        if (before != _parts) revert PartNotNext(_parts, before);

        Unfinished memory batch = _unfinished;
        if (before == 0) {
            if (!isMetered) _requirePlace(period);
            batch = Unfinished({number: batch.number + 1, openedAt: uint32(block.timestamp), slot: 0, net: 0});
            _unfinished = batch;
            _add(UNFINISHED);
        }

        uint32 from = batch.slot;
        (int256 net, uint256 slot) = _move(deltas, head.memberCount(), from);
        bytes32 deltasHash = _hash(deltas);
        _parts = BatchParts.withPart(before, from, deltasHash);
        // Balances bound what is moved: neither cast loses anything.
        (batch.slot, batch.net) = (uint32(slot), batch.net + int160(net));
        _unfinished = batch;
        emit PartSettled(period, isMetered, from, deltasHash);
    }

    /// @inheritdoc IEnergySettlement
    function settleParts(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 parts) external {
        Head head = _finish(_next(period, true, UNFINISHED), parts);
        _commit(head, period, bidsRoot, tradesRoot, parts);
    }

    /// @inheritdoc IEnergySettlement
    function settleMeteredParts(uint64 meteredPeriod, bytes32 meterRoot, bytes32 parts) external {
        (Head head, Metering memory before) = _nextMetered(meteredPeriod, UNFINISHED);
        head = _finish(head, parts);
        _head = head;
        _commitMetered(head, meteredPeriod, before, meterRoot, parts);
    }

    /// @inheritdoc IEnergySettlement
    function undoPart(bytes32 before, uint32 from, uint256[] calldata deltas, uint256 keep) external {
        Head head = _head;
        Unfinished memory batch = _unfinished;
        bytes32 parts = _parts;
        if (parts == 0) revert NothingUnfinished();
        uint256 freeAt = _until();
        if (block.timestamp < freeAt && head.state() & (FROZEN | EXITING) == 0 && msg.sender != head.settler()) revert NotYet(freeAt);
        if (keep > deltas.length) revert CallDataLength(keep, deltas.length);
        // A batch that was settled in one piece has come here by rollbackParts.
        bytes32 link = _hash(deltas);
        bool isWhole = link == parts;
        if (isWhole) (before, from) = (0, 0);
        else link = BatchParts.withPart(before, from, link);
        if (link != parts) revert PartNotNext(parts, link);

        if (keep != 0) {
            link = _hash(deltas[:keep]);
            before = isWhole ? link : BatchParts.withPart(before, from, link);
        }
        _parts = before;
        if (before == 0) _head = head.withState(head.state() & ~UNFINISHED);
        batch.slot = uint32(_dueAfter(deltas[:keep], from));
        emit PartUndone(batch.slot);
        batch.net -= int160(_undo(deltas[keep:], batch.slot, batch.number));
        _unfinished = batch;
    }

    /// @dev Whether the caller may settle now. Of an unfinished batch a part more, if that is allowed.
    function _open(uint8 allowed) private view returns (Head head) {
        head = _head;
        if (msg.sender != head.settler()) revert NotSettler(msg.sender);
        if (head.state() & ~allowed != BONDED) revert NotOpen(head.state());
    }

    /// @dev Whether the caller may settle this period now.
    function _next(uint64 period, bool movesBalances, uint8 allowed) private view returns (Head head) {
        head = _open(allowed);
        if (period != head.lastPeriod() + 1) revert PeriodNotNext(head.lastPeriod() + 1, period);
        if (period > type(uint32).max) revert PeriodTooHigh(type(uint32).max);
        if (movesBalances != _movesBalances(period)) revert NotThisPeriod(period);
    }

    /// @dev Whether the caller may settle this period's deviations now.
    function _nextMetered(uint64 meteredPeriod, uint8 allowed) private view returns (Head head, Metering memory before) {
        head = _open(allowed);
        uint64 period = head.lastPeriod();
        before = _metering;
        if (before.standsOn == period) revert MeteredAlready(period);
        if (meteredPeriod <= before.period || meteredPeriod > period) revert MeteredPeriodOutOfRange(before.period, period);
        // The period's time stays what it was, so that nothing is challenged later than the withdrawals after it are paid. So that
        // this batch can be challenged long enough, it comes early.
        uint256 until = head.lastSettledAt() + challengeSeconds / 2;
        if (block.timestamp > until && challengeSeconds != 0) revert MeteredTooLate(until);
    }

    /// @dev Whether the call data has its words, and not a byte more.
    function _requireLength(uint256 headBytes, uint256[] calldata words) private pure {
        uint256 expectedLength = headBytes + 32 * words.length;
        if (msg.data.length != expectedLength) revert CallDataLength(expectedLength, msg.data.length);
    }

    /// @dev The parts are these, and in balance: nothing is unfinished any more.
    function _finish(Head head, bytes32 parts) private returns (Head) {
        if (parts != _parts) revert PartNotNext(_parts, parts);
        if (parts == 0) revert NothingUnfinished();
        if (block.timestamp > _until() && challengeSeconds != 0) revert PartsTooLate(_until());
        int256 net = _unfinished.net;
        if (net != 0) revert DeltasNotBalanced(net);
        _parts = 0;
        return head.withState(BONDED);
    }

    /// @dev Until when the unfinished batch can be finished.
    function _until() private view returns (uint256) {
        return _unfinished.openedAt + challengeSeconds / 2;
    }

    /// @dev The place that this overwrites must be beyond challenge: so nobody can push a period out of the ring by settling many after it.
    function _requirePlace(uint64 period) private view returns (uint256 place) {
        place = period % window;
        uint256 freeAt = uint32(uint256(_commitments[place])) + challengeSeconds;
        if (block.timestamp < freeAt) revert RingFull(freeAt);
    }

    /// @dev Writes down what was settled.
    function _commit(Head head, uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash) private {
        uint256 place = _requirePlace(period);
        bytes32 commitment = _commitment(period, bidsRoot, tradesRoot, deltasHash);
        _commitments[place] = _upper(commitment) | bytes32(uint256(uint32(block.timestamp)));
        _head = head.withLast(period, block.timestamp);
        emit Settled(period, bidsRoot, tradesRoot, deltasHash);
    }

    /// @dev The same of a metered batch, on the period that it stands on.
    function _commitMetered(Head head, uint64 meteredPeriod, Metering memory before, bytes32 meterRoot, bytes32 deltasHash) private {
        uint64 period = head.lastPeriod();
        uint256 place = period % window;
        bytes32 entry = _commitments[place];
        _commitments[place] = _withMetered(entry, _meteredHash(meteredPeriod, before, meterRoot, deltasHash)) | _timeOf(entry);
        _metering = Metering({period: uint32(meteredPeriod), standsOn: uint32(period)});
        emit SettledMetered(meteredPeriod, period, before, meterRoot, deltasHash);
    }

    /// @dev keccak256(abi.encodePacked(words)), which would copy them one by one.
    function _hash(uint256[] calldata words) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, words.offset, shl(5, words.length))
            result := keccak256(free, shl(5, words.length))
        }
    }

    function _commitment(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash) private pure returns (bytes32) {
        return keccak256(abi.encode(period, bidsRoot, tradesRoot, deltasHash));
    }

    function _meteredHash(uint64 meteredPeriod, Metering memory before, bytes32 meterRoot, bytes32 deltasHash) private pure returns (bytes32) {
        return keccak256(abi.encode(meteredPeriod, before, meterRoot, deltasHash));
    }

    /// @dev The commitment of a period with a metered batch after it.
    function _withMetered(bytes32 settled, bytes32 metered) private pure returns (bytes32) {
        return _upper(keccak256(abi.encode(_upper(settled), metered)));
    }

    function _timeOf(bytes32 entry) private pure returns (bytes32) {
        return bytes32(uint256(uint32(uint256(entry))));
    }

    function _upper(bytes32 commitment) private pure returns (bytes32) {
        return (commitment >> TIME_BITS) << TIME_BITS;
    }

    /// @dev Adds the deltas to the balances and proves that they sum to zero.
    function _moveBalanced(uint256[] calldata deltas, uint256 count) private {
        (int256 net,) = _move(deltas, count, 0);
        if (net != 0) revert DeltasNotBalanced(net);
    }

    /// @dev Adds the deltas to the balances.
    /// @param slot The slot that is due.
    /// @return net What they sum to.
    /// @return next The slot that is due then.
    function _move(uint256[] calldata deltas, uint256 count, uint256 slot) private returns (int256 net, uint256 next) {
        unchecked {
            uint256 slotCount = (count + PackedBalances.LANES - 1) / PackedBalances.LANES;
            uint256 tallies;
            uint256 words;
            int256 wide; // What the wide accounts receive.
            for (uint256 i = 0; i < deltas.length; ++i) {
                uint256 word = _wordAt(deltas, i);
                if (word <= WORD_CONTENT) {
                    if (slot >= slotCount) {
                        wide += _moveWide(slot++, word);
                        continue;
                    }
                    uint256 balances = _load(slot);
                    (uint256 result, uint256 tally, bool fits) = PackedBalances.add(balances, word);
                    if (!fits) result = _fit(slot, balances, word, count);
                    _store(slot, result);
                    tallies += tally;
                    ++words;
                    ++slot;
                } else {
                    uint256 jump = _jump(i, word, slot, slotCount);
                    if (jump >= slotCount && slot == slotCount && words != 0) _requireLanesInUse(deltas[i - 1], slot - 1, count);
                    slot = jump;
                }
            }

            // Only the last slot can have lanes without a member, and only the last word before the wide ones can have touched it.
            if (slot == slotCount && words != 0) _requireLanesInUse(deltas[deltas.length - 1], slot - 1, count);
            return (PackedBalances.netOf(tallies, words) + wide, slot);
        }
    }

    /// @dev words[i], which would compare i with their number once more for each word.
    function _wordAt(uint256[] calldata words, uint256 i) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(words.offset, shl(5, i)))
        }
    }

    /// @dev _slots[slot] of a slot in use, likewise.
    function _load(uint256 slot) private view returns (uint256 balances) {
        assembly ("memory-safe") {
            balances := sload(add(_slots.slot, slot))
        }
    }

    /// @dev Likewise.
    function _store(uint256 slot, uint256 balances) private {
        assembly ("memory-safe") {
            sstore(add(_slots.slot, slot), balances)
        }
    }

    function _jump(uint256 index, uint256 word, uint256 slot, uint256 slotCount) private pure returns (uint256 jump) {
        if (word >> WORD_KIND_SHIFT != WORD_JUMP) revert UnknownWord(index, word);
        jump = word & WORD_CONTENT;
        if (jump <= slot) revert SlotsNotAscending(slot, jump);
        if (jump >= slotCount && jump < WideBalances.FIRST) revert SlotNotInUse(jump);
    }

    function _moveWide(uint256 slot, uint256 word) private returns (int256 delta) {
        if (slot < WideBalances.FIRST || slot - WideBalances.FIRST >= _wideAccounts.length) revert SlotNotInUse(slot);
        delta = WideBalances.deltaOf(word);
        (uint256 result, int256 balance) = WideBalances.add(_slots[slot], delta);
        if (balance < 0) {
            _takeFromRequest(slot, uint256(-balance));
            result = WideBalances.IN_USE;
        }
        if (balance > int256(WideBalances.MAX_BALANCE)) revert BalanceOverflow(_accountAt(slot));
        _slots[slot] = result;
    }

    function _requireLanesInUse(uint256 word, uint256 slot, uint256 count) private pure {
        uint256 lane = count - slot * PackedBalances.LANES;
        while (lane < PackedBalances.LANES && PackedBalances.laneAt(word, lane) == 0) ++lane;
        if (lane < PackedBalances.LANES) revert LaneNotInUse(slot * PackedBalances.LANES + lane);
    }

    /// @dev The addition where a lane does not hold its delta: rare, so it reads like the rule. Returns only if what the lanes lack was asked for.
    function _fit(uint256 slot, uint256 balances, uint256 word, uint256 count) private returns (uint256 result) {
        for (uint256 i = 0; i < PackedBalances.LANES; ++i) {
            int256 delta = PackedBalances.deltaAt(word, i);
            int256 balance = int256(PackedBalances.laneAt(balances, i)) + delta;
            if (balance >= 0 && balance <= int256(PackedBalances.MAX_BALANCE)) continue;
            uint256 lane = slot * PackedBalances.LANES + i;
            if (lane >= count) revert LaneNotInUse(lane);
            if (balance > 0) revert BalanceOverflow(_members[lane]);
            _takeFromRequest(lane, uint256(-balance));
            balances = PackedBalances.withLane(balances, i, uint256(-delta));
        }
        (result,,) = PackedBalances.add(balances, word);
    }

    /// @dev What a member asked to withdraw still stands for what she traded before: else she could hold up everyone's batch by asking. Once
    /// nothing before her request can be challenged it is hers alone.
    function _takeFromRequest(uint256 lane, uint256 lack) private {
        address account = _accountAt(lane);
        Request storage request = _requests[account];
        if (request.amount < lack || block.timestamp >= request.readyAt) revert Overdraft(account);
        request.amount -= uint64(lack);
        if (_head.state() & UNFINISHED != 0) {
            _taken[_unfinished.number][account] = Request({amount: uint64(lack), readyAt: request.readyAt, to: request.to});
        }
        emit WithdrawalReduced(account, lack);
    }

    /// @dev The same for words that the contract netted itself: ascending and balanced by construction.
    function _moveNetted(uint256[] memory words, uint256 count) private {
        uint256 slot;
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i] > WORD_CONTENT) {
                slot = words[i] & WORD_CONTENT;
                continue;
            }
            if (slot >= WideBalances.FIRST) {
                _moveWide(slot++, words[i]);
                continue;
            }
            uint256 balances = _slots[slot];
            (uint256 result,, bool fits) = PackedBalances.add(balances, words[i]);
            if (!fits) result = _fit(slot, balances, words[i], count);
            _slots[slot] = result;
            ++slot;
        }
    }

    /* BOND AND FRAUD */

    /// @inheritdoc IEnergySettlement
    function postBond(uint256 amount) external nonReentrant {
        _requireNeither(FROZEN | EXITING);
        uint256 received = _receive(amount);
        uint256 amount_ = _bond.amount + received;
        if (amount_ > type(uint64).max) revert BondTooHigh(type(uint64).max);
        _bond.amount = uint64(amount_);
        if (amount_ >= requiredBond) _add(BONDED);
        emit BondPosted(msg.sender, received);
    }

    /// @inheritdoc IEnergySettlement
    function reclaimBond(address to) external onlyRole(DEFAULT_ADMIN_ROLE) nonReentrant {
        _requireExit();
        uint256 amount = bond();
        if (amount == 0) revert ZeroAmount();
        _bond.amount = 0;
        emit BondReclaimed(to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IEnergySettlement
    function claimReward(address to) external nonReentrant {
        Bond memory lost = _bond;
        if (lost.challenger != address(0) && lost.amount != 0) {
            _rewards[lost.challenger] += lost.amount - lost.amount / 2;
            _rewards[treasury] += lost.amount / 2;
            _bond.amount = 0;
        }
        uint256 amount = _rewards[msg.sender];
        if (amount == 0) revert ZeroAmount();
        if (to == address(0)) revert ZeroAddress();
        _rewards[msg.sender] = 0;
        emit RewardClaimed(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IEnergySettlement
    function rollback(bytes32 bidsRoot, bytes32 tradesRoot, uint256[] calldata deltas) external {
        Head head = _frozen();
        bytes32 deltasHash = deltas.length == 0 && !_movesBalances(head.lastPeriod()) ? bytes32(0) : _hash(deltas);
        _uncommit(head, bidsRoot, tradesRoot, deltasHash);
        _undo(deltas, 0, 0);
    }

    /// @inheritdoc IEnergySettlement
    function rollbackMetered(bytes32 settled, Metering calldata before, bytes32 meterRoot, uint256[] calldata deltas) external {
        _uncommitMetered(_frozen(), settled, before, meterRoot, _hash(deltas));
        _undo(deltas, 0, 0);
    }

    /// @inheritdoc IEnergySettlement
    function rollbackParts(bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash) external {
        _uncommit(_reopen(deltasHash), bidsRoot, tradesRoot, deltasHash);
    }

    /// @inheritdoc IEnergySettlement
    function rollbackMeteredParts(bytes32 settled, Metering calldata before, bytes32 meterRoot, bytes32 deltasHash) external {
        Head head = _reopen(deltasHash);
        _head = head;
        _uncommitMetered(head, settled, before, meterRoot, deltasHash);
    }

    /// @dev Takes back the commitment of the last period.
    function _uncommit(Head head, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash) private {
        uint64 period = head.lastPeriod();
        if (_metering.standsOn == period) revert MeteredBatchStands(period);
        bytes32 commitment = _upper(_commitment(period, bidsRoot, tradesRoot, deltasHash));
        uint256 place = period % window;
        if (commitment != _upper(_commitments[place])) revert NotWhatWasSettled(period);

        _commitments[place] = UNUSED;
        // What remains may be disputed as long as before.
        head = head.withLast(period - 1, uint32(uint256(_commitments[(period - 1) % window])));
        emit RolledBack(period);
        if (period == _bond.fraudulentPeriod) {
            head = head.withState((head.state() & ~FROZEN) | EXITING);
            emit ExitOpened(period - 1);
        }
        _head = head;
    }

    /// @dev The same of the metered batch on it.
    function _uncommitMetered(Head head, bytes32 settled, Metering calldata before, bytes32 meterRoot, bytes32 deltasHash) private {
        uint64 period = head.lastPeriod();
        Metering memory last = _metering;
        if (last.standsOn != period) revert NothingMetered(period);
        uint256 place = period % window;
        bytes32 entry = _commitments[place];
        bytes32 metered = _meteredHash(last.period, before, meterRoot, deltasHash);
        if (_withMetered(settled, metered) != _upper(entry)) revert NotWhatWasSettled(period);

        _commitments[place] = _upper(settled) | _timeOf(entry);
        _metering = before;
        emit RolledBackMetered(last.period);
    }

    /// @dev What is rolled back is newest first, parts of an unfinished batch before all.
    function _frozen() private view returns (Head head) {
        head = _head;
        if (head.state() & FROZEN == 0) revert NotFrozen();
        if (head.state() & UNFINISHED != 0) revert BatchUnfinished();
    }

    /// @dev A batch whose commitment is taken back is unfinished: anyone undoes it. Nothing settles any more, so its number and balance are of no use.
    function _reopen(bytes32 deltasHash) private returns (Head head) {
        head = _frozen();
        if (deltasHash == 0) return head; // No balances moved.
        _unfinished = Unfinished({number: 0, openedAt: 0, slot: 0, net: 0});
        _parts = deltasHash;
        emit BatchReopened(deltasHash);
        return head.withState(head.state() | UNFINISHED);
    }

    /// @inheritdoc IEnergySettlement
    function slash(uint64 period, bytes32 settled, address challenger) external {
        if (msg.sender != judge) revert NotJudge(msg.sender);
        (bytes32 commitment, uint64 settledAt) = commitmentOf(period);
        if (_upper(settled) != commitment) revert NotWhatWasSettled(period);
        if (block.timestamp >= settledAt + challengeSeconds) revert PeriodFinal(period);
        uint8 bits = _head.state();
        Bond memory lost = _bond;
        if (bits & FROZEN != 0 && period >= lost.fraudulentPeriod) revert AlreadyProved(lost.fraudulentPeriod);
        _head = _head.withState((bits & ~EXITING) | FROZEN);

        // Half is the treasury's, so that an operator who accuses himself loses as well.
        uint256 slashed = lost.challenger == address(0) ? lost.amount : 0;
        if (slashed != 0) lost.challenger = challenger;
        lost.fraudulentPeriod = uint32(period);
        _bond = lost;
        emit FraudProved(period, challenger, slashed);
    }

    function _movesBalances(uint64 period) private view returns (bool) {
        return (uint256(period) + 1) % periodsPerBatch == 0;
    }

    /// @dev Gives back what words moved. Rare, so it reads like the rule: a lane at a time. Money that a member has asked for since stands
    /// beside her lane: what the lane lacks is taken from there, and what it cannot hold is put there.
    /// @param slot The slot that was due at the first word.
    /// @param number Of the batch, if its parts took something of requests that is to be given back.
    /// @return net What the words sum to.
    function _undo(uint256[] calldata deltas, uint256 slot, uint256 number) private returns (int256 net) {
        for (uint256 i = 0; i < deltas.length; ++i) {
            if (deltas[i] > WORD_CONTENT) slot = deltas[i] & WORD_CONTENT;
            else net += _undoWord(slot++, deltas[i], number);
        }
    }

    function _dueAfter(uint256[] calldata deltas, uint256 slot) private pure returns (uint256) {
        for (uint256 i = 0; i < deltas.length; ++i) slot = deltas[i] > WORD_CONTENT ? deltas[i] & WORD_CONTENT : slot + 1;
        return slot;
    }

    function _undoWord(uint256 slot, uint256 word, uint256 number) private returns (int256 net) {
        if (slot >= WideBalances.FIRST) {
            net = WideBalances.deltaOf(word);
            _undoLane(slot, net, number);
            return net;
        }
        for (uint256 lane = 0; lane < PackedBalances.LANES; ++lane) {
            int256 delta = PackedBalances.deltaAt(word, lane);
            if (delta != 0) _undoLane(slot * PackedBalances.LANES + lane, delta, number);
            net += delta;
        }
    }

    function _undoLane(uint256 lane, int256 delta, uint256 number) private {
        int256 balance = int256(_balanceAt(lane)) - delta;
        if (number != 0 && delta < 0) balance -= int256(_giveBack(number, _accountAt(lane)));
        if (balance < 0) {
            // Never more than she asked for: money leaves only when every batch before the request is beyond challenge.
            _requests[_accountAt(lane)].amount -= uint64(uint256(-balance));
            balance = 0;
        } else if (balance > int256(_mostAt(lane))) {
            address account = _accountAt(lane);
            Request storage request = _requests[account];
            request.amount += uint64(uint256(balance) - _mostAt(lane));
            request.readyAt = uint32(block.timestamp + challengeSeconds);
            if (request.to == address(0)) request.to = account;
            balance = int256(_mostAt(lane));
        }
        _setBalanceAt(lane, uint256(balance));
    }

    /// @dev What a part took of a member's request stands there again, to be paid when it would have been.
    function _giveBack(uint256 number, address account) private returns (uint256) {
        Request memory taken = _taken[number][account];
        if (taken.amount == 0) return 0;
        delete _taken[number][account];
        Request memory request = _requests[account];
        if (request.to == address(0)) (request.to, request.readyAt) = (taken.to, taken.readyAt);
        request.amount += taken.amount;
        _requests[account] = request;
        emit WithdrawalRequested(account, request.to, request.amount, request.readyAt);
        return taken.amount;
    }

    /* EXIT */

    /// @inheritdoc IEnergySettlement
    function openExit() external {
        _requireNeither(FROZEN | EXITING);
        uint256 silentFrom = _head.lastSettledAt() + silenceSeconds;
        if (block.timestamp < silentFrom) revert NotYet(silentFrom);
        _add(EXITING);
        emit ExitOpened(_head.lastPeriod());
    }

    /// @inheritdoc IEnergySettlement
    function exit(address member) external nonReentrant {
        _requireExit();
        uint256 lane = laneOf(member);
        Request memory request = _requests[member];
        uint256 amount = _balanceAt(lane) + request.amount;
        if (amount == 0) revert ZeroAmount();
        address to = request.to == address(0) ? member : request.to;

        delete _requests[member];
        _setBalanceAt(lane, 0);
        emit Withdrawn(member, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @dev Exits begin when the last period that stands is beyond challenge.
    function _requireExit() private view {
        Head head = _head;
        if (head.state() & EXITING == 0) revert NotExiting();
        if (head.state() & UNFINISHED != 0) revert BatchUnfinished();
        uint256 finalAt = head.lastSettledAt() + challengeSeconds;
        if (block.timestamp < finalAt) revert NotYet(finalAt);
    }

    /* ROLES */

    /// @inheritdoc IEnergySettlement
    function pause() external onlyRole(PAUSER_ROLE) {
        _add(PAUSED);
        emit Paused(msg.sender);
    }

    /// @inheritdoc IEnergySettlement
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _head = _head.withState(_head.state() & ~PAUSED);
        emit Unpaused(msg.sender);
    }

    /// @inheritdoc IEnergySettlement
    function announceSettler(address newSettler) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (newSettler == address(0)) revert ZeroAddress();
        _successor = Successor({settler: newSettler, readyAt: uint40(block.timestamp + keyDelaySeconds)});
        emit SettlerAnnounced(newSettler, _successor.readyAt);
    }

    /// @inheritdoc IEnergySettlement
    function acceptSettler() external {
        Successor memory successor = _successor;
        if (msg.sender != successor.settler) revert NotSettler(msg.sender);
        if (block.timestamp < successor.readyAt) revert NotYet(successor.readyAt);
        delete _successor;
        _head = _head.withSettler(msg.sender);
        emit SettlerChanged(msg.sender);
    }

    function _requireNeither(uint8 bits) private view {
        if (_head.state() & bits != 0) revert NotOpen(_head.state());
    }

    function _add(uint8 bit) private {
        _head = _head.withState(_head.state() | bit);
    }

    /* VIEWS */

    /// @inheritdoc IEnergySettlement
    function settler() external view returns (address) {
        return _head.settler();
    }

    /// @inheritdoc IEnergySettlement
    function state() external view returns (bool bonded, bool paused, bool frozen, bool exiting) {
        uint8 bits = _head.state();
        return (bits & BONDED != 0, bits & PAUSED != 0, bits & FROZEN != 0, bits & EXITING != 0);
    }

    /// @inheritdoc IEnergySettlement
    function lastPeriod() external view returns (uint64) {
        return _head.lastPeriod();
    }

    /// @inheritdoc IEnergySettlement
    function lastSettledAt() external view returns (uint64) {
        return uint64(_head.lastSettledAt());
    }

    /// @inheritdoc IEnergySettlement
    function metering() external view returns (Metering memory) {
        return _metering;
    }

    /// @inheritdoc IEnergySettlement
    function unfinished() external view returns (Unfinished memory batch, bytes32 parts) {
        return (_unfinished, _parts);
    }

    /// @inheritdoc IEnergySettlement
    function fraudulentPeriod() external view returns (uint64) {
        return _bond.fraudulentPeriod;
    }

    /// @inheritdoc IEnergySettlement
    function bond() public view returns (uint256) {
        return _bond.challenger == address(0) ? _bond.amount : 0;
    }

    /// @inheritdoc IEnergySettlement
    function rewardOf(address account) external view returns (uint256 reward) {
        Bond memory lost = _bond;
        reward = _rewards[account];
        if (lost.challenger == address(0)) return reward;
        if (account == lost.challenger) reward += lost.amount - lost.amount / 2;
        if (account == treasury) reward += lost.amount / 2;
    }

    /// @inheritdoc IEnergySettlement
    function commitmentOf(uint64 period) public view returns (bytes32 commitment, uint64 settledAt) {
        bytes32 entry = _commitments[period % window];
        uint64 last = _head.lastPeriod();
        if (entry == UNUSED || period > last || last - period >= window) revert PeriodNotInWindow(period);
        return (_upper(entry), uint32(uint256(entry)));
    }

    /// @inheritdoc IEnergySettlement
    function requestOf(address member) external view returns (uint256 amount, uint64 readyAt, address to) {
        Request memory request = _requests[member];
        return (request.amount, request.readyAt, request.to);
    }

    /// @inheritdoc IEnergySettlement
    function memberCount() external view returns (uint256) {
        return _head.memberCount();
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
    function wideAccounts() external view returns (address[] memory) {
        return _wideAccounts;
    }

    /// @inheritdoc IEnergySettlement
    function isMember(address account) external view returns (bool) {
        return _lanePlusOne[account] != 0;
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
        if (lane >= WideBalances.FIRST) return WideBalances.balanceOf(_slots[lane]);
        return PackedBalances.laneAt(_slots[lane / PackedBalances.LANES], lane % PackedBalances.LANES);
    }

    function _setBalanceAt(uint256 lane, uint256 balance) private {
        if (lane >= WideBalances.FIRST) {
            _slots[lane] = WideBalances.IN_USE | balance;
            return;
        }
        uint256 slot = lane / PackedBalances.LANES;
        _slots[slot] = PackedBalances.withLane(_slots[slot], lane % PackedBalances.LANES, balance);
    }

    function _mostAt(uint256 lane) private pure returns (uint256) {
        return lane >= WideBalances.FIRST ? WideBalances.MAX_BALANCE : PackedBalances.MAX_BALANCE;
    }

    function _accountAt(uint256 lane) private view returns (address) {
        return lane >= WideBalances.FIRST ? _wideAccounts[lane - WideBalances.FIRST] : _members[lane];
    }
}

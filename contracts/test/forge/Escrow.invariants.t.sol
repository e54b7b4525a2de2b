// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {TestEuro} from "../../TestEuro.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {WideBalances} from "../../libraries/WideBalances.sol";
import {PartsTest} from "./PartsTest.sol";

/// @notice Does anything that anyone may do, in any order, and keeps a plain model beside: one number a member, and all batches.
contract Actor is PartsTest {
    uint256[] public model;
    uint256 public deposited;
    uint256 public paid;
    uint256 public calls;
    uint256 public settledLast = BEFORE;
    uint256[][] private _batches;
    Metered[] private _metered;

    /// @dev Of a batch that is not finished, or is being rolled back: its parts, what is still to come, and what they sum to.
    PartOf[] private _parts;
    uint256[] private _rest;
    int256 private _net;
    bool private _isMetered;
    uint256 private _period;

    /// @dev The parts of what was settled by parts: by period, and by the number of metered batches before.
    mapping(uint256 => PartOf[]) private _partsOf;
    mapping(uint256 => PartOf[]) private _partsOfMetered;

    /// @dev A metered batch, and what is needed to roll it back.
    struct Metered {
        bytes32 settled;
        IEnergySettlement.Metering before;
        uint256[] words;
    }

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 2; ++i) {
            addWide(address(uint160(0xC0 + i)));
            escrow.deposit(members[MEMBERS + i], EACH);
        }
        for (uint256 i = 0; i < members.length; ++i) model.push(EACH);
        deposited = members.length * EACH + BOND;
    }

    modifier counted() {
        _;
        ++calls;
    }

    function deposit(uint256 member, uint256 amount) external counted {
        (,, bool frozen, bool exiting) = escrow.state();
        if (frozen || exiting) return;
        member = bound(member, 0, members.length - 1);
        amount = bound(amount, 1, 1 << 36) << (member < MEMBERS ? 0 : 12);
        if (escrow.balanceOf(members[member]) + amount > most(member)) return;
        escrow.deposit(members[member], amount);
        model[member] += amount;
        deposited += amount;
    }

    function request(uint256 member, uint256 amount) external counted {
        member = bound(member, 0, members.length - 1);
        uint256 balance = escrow.balanceOf(members[member]);
        if (balance == 0) return;
        vm.prank(members[member]);
        escrow.requestWithdrawal(bound(amount, 1, balance), members[member]);
    }

    function cancel(uint256 member) external counted {
        member = bound(member, 0, members.length - 1);
        (uint256 amount,,) = escrow.requestOf(members[member]);
        if (amount == 0 || escrow.balanceOf(members[member]) + amount > most(member)) return;
        vm.prank(members[member]);
        escrow.cancelWithdrawal();
    }

    function finalise(uint256 member) external counted {
        member = bound(member, 0, members.length - 1);
        (uint256 amount, uint64 readyAt,) = escrow.requestOf(members[member]);
        (,, bool frozen,) = escrow.state();
        if (amount == 0 || frozen || time() < readyAt || (unfinishedParts() != 0 && readyAt >= openedAt() + CHALLENGE)) return;
        escrow.finaliseWithdrawal(members[member]);
        model[member] -= amount;
        paid += amount;
    }

    function settle(uint256 seed) external counted {
        if (!settles() || _parts.length != 0) return;
        if (_batches.length >= WINDOW) wait(CHALLENGE);
        int256[] memory deltas = randomDeltas(seed);
        _batches.push(settle(++settledLast, deltas));
        for (uint256 i = 0; i < members.length; ++i) model[i] = uint256(int256(model[i]) + deltas[i]);
    }

    function settleMetered(uint256 seed) external counted {
        IEnergySettlement.Metering memory before = escrow.metering();
        if (!settles() || _parts.length != 0 || !takesMetered()) return;
        bytes32 settled = settledHash(uint64(settledLast));
        int256[] memory deltas = randomDeltas(seed);
        uint256[] memory words = settleMetered(bound(seed, before.period + 1, settledLast), deltas);
        _metered.push(Metered(settled, before, words));
        for (uint256 i = 0; i < members.length; ++i) model[i] = uint256(int256(model[i]) + deltas[i]);
    }

    /// @dev The next part of a batch, which begins with it if there is none.
    function part(uint256 seed, uint256 cut) external counted {
        if (!settles()) return;
        if (_parts.length == 0) {
            _isMetered = seed % 2 == 1 && takesMetered();
            if (!_isMetered && _batches.length >= WINDOW) wait(CHALLENGE);
            _period = _isMetered ? bound(seed, escrow.metering().period + 1, settledLast) : settledLast + 1;
            _rest = pack(randomDeltas(seed >> 1));
        }
        uint256[] memory words = _rest;
        PartOf memory next = PartOf(0, 0, slice(words, 0, bound(cut, 0, words.length)));
        if (_parts.length != 0) {
            PartOf memory last = _parts[_parts.length - 1];
            (next.before, next.from) = (chainOf(last), dueAfter(last));
        }
        if ((_isMetered && !takesMetered()) || !fits(next)) return;
        settlePart(_period, _isMetered, next);
        _parts.push(next);
        _rest = slice(words, next.words.length, words.length);
        _net += apply_(next.words, next.from, 1);
    }

    function finish() external counted {
        if (!settles() || _parts.length == 0 || _rest.length != 0 || (_isMetered && !takesMetered()) || time() > openedAt() + CHALLENGE / 2) return;
        bytes32 settled = settledHash(uint64(settledLast));
        IEnergySettlement.Metering memory before = escrow.metering();
        finish(_period, _isMetered, chainOf(_parts[_parts.length - 1]));
        for (uint256 i = 0; i < _parts.length; ++i) {
            if (_isMetered) _partsOfMetered[_metered.length].push(_parts[i]);
            else _partsOf[_period].push(_parts[i]);
        }
        if (_isMetered) {
            _metered.push(Metered(settled, before, new uint256[](0)));
        } else {
            _batches.push(new uint256[](0));
            ++settledLast;
        }
        delete _parts;
    }

    function undo(uint256 keep, bool bySettler) external counted {
        (,, bool frozen, bool exiting) = escrow.state();
        if (_parts.length == 0 || (!bySettler && !frozen && !exiting && time() < openedAt() + CHALLENGE / 2)) return;
        PartOf memory last = _parts[_parts.length - 1];
        keep = bound(keep, 0, last.words.length);
        PartOf memory kept = PartOf(last.before, last.from, slice(last.words, 0, keep));
        if (bySettler) vm.prank(SETTLER);
        undo(last, keep);
        uint256[] memory undone = slice(last.words, keep, last.words.length);
        _net += apply_(undone, dueAfter(kept), -1);
        _rest = bytesToWords(bytes.concat(abi.encodePacked(undone), abi.encodePacked(_rest)));
        _parts.pop();
        if (keep != 0) _parts.push(kept);
    }

    function pass(uint256 duration) external counted {
        wait(bound(duration, 1, CHALLENGE));
    }

    function togglePause(bool on) external counted {
        vm.prank(on ? PAUSER : ADMIN);
        if (on) escrow.pause();
        else escrow.unpause();
    }

    /// @dev Rare, as the escrow is at its end afterwards.
    function slash(uint256 seed) external counted {
        if (seed % 16 != 0 || settledLast == BEFORE) return;
        uint64 period = uint64(settledLast - bound(seed >> 8, 0, WINDOW - 1));
        if (period <= BEFORE) return;
        (,, bool frozen,) = escrow.state();
        if (frozen && period >= escrow.fraudulentPeriod()) return;
        try escrow.commitmentOf(period) returns (bytes32, uint64 settledAt) {
            if (time() < settledAt + CHALLENGE) slash(period, STRANGER);
        } catch {} // A later period, rolled back since, had its place in the ring: it is long beyond challenge.
    }

    function rollbackMetered(bool byParts) external counted {
        (,, bool frozen,) = escrow.state();
        if (!frozen || _parts.length != 0 || escrow.metering().standsOn != settledLast || _metered.length == 0) return;
        Metered memory last = _metered[_metered.length - 1];
        _metered.pop();
        PartOf[] storage parts = _partsOfMetered[_metered.length];
        if (parts.length != 0 || byParts) {
            escrow.rollbackMeteredParts(last.settled, last.before, METERS, reopen(parts, last.words));
        } else {
            escrow.rollbackMetered(last.settled, last.before, METERS, last.words);
            apply_(last.words, 0, -1);
        }
        IEnergySettlement.Metering memory now_ = escrow.metering();
        require(now_.period == last.before.period && now_.standsOn == last.before.standsOn, "metering");
        require(settledHash(uint64(settledLast)) == last.settled, "commitment");
    }

    function rollback(bool byParts) external counted {
        (,, bool frozen,) = escrow.state();
        if (!frozen || _parts.length != 0 || (escrow.metering().standsOn == settledLast && _metered.length != 0)) return;
        uint256[] memory words = _batches[settledLast - BEFORE - 1];
        PartOf[] storage parts = _partsOf[settledLast];
        if (parts.length != 0 || byParts) {
            escrow.rollbackParts(BIDS, TRADES, reopen(parts, words));
        } else {
            escrow.rollback(BIDS, TRADES, words);
            apply_(words, 0, -1);
        }
        _batches.pop();
        --settledLast;
    }

    /// @dev What was settled, by parts or not, is to be undone; its hash of deltas.
    function reopen(PartOf[] storage parts, uint256[] memory words) private returns (bytes32 deltasHash) {
        if (parts.length == 0) {
            _parts.push(PartOf(0, 0, words));
            return keccak256(abi.encodePacked(words));
        }
        for (uint256 i = 0; i < parts.length; ++i) _parts.push(parts[i]);
        return chainOf(parts[parts.length - 1]);
    }

    function leave(uint256 member, bool opens) external counted {
        (,, bool frozen, bool exiting) = escrow.state();
        if (!frozen && !exiting && opens && time() >= escrow.lastSettledAt() + SILENCE) escrow.openExit();
        (,,, exiting) = escrow.state();
        member = bound(member, 0, members.length - 1);
        if (!exiting || _parts.length != 0 || time() < escrow.lastSettledAt() + CHALLENGE || model[member] == 0) return;
        escrow.exit(members[member]);
        paid += model[member];
        model[member] = 0;
    }

    /// @dev A wide account holds far more than all of these deposits.
    function most(uint256 member) private pure returns (uint256) {
        return member < MEMBERS ? LANE : type(uint64).max >> 1;
    }

    /// @dev What words move, from the slot that is due at the first of them, to or from the model; and what they sum to.
    function apply_(uint256[] memory words, uint256 slot, int256 sign) private returns (int256 net) {
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i] >= JUMP) {
                slot = words[i] - JUMP;
                continue;
            }
            for (uint256 lane = 0; lane < (slot >= WideBalances.FIRST ? 1 : 6); ++lane) {
                (uint256 member, int256 delta) = deltaAt(words[i], slot, lane);
                if (delta == 0) continue;
                model[member] = uint256(int256(model[member]) + sign * delta);
                net += sign * delta;
            }
            ++slot;
        }
    }

    /// @dev Whether everyone can pay her part of it now: a request that is due is out of reach.
    function fits(PartOf memory given) private view returns (bool) {
        uint256[] memory has = spendable();
        uint256 slot = given.from;
        for (uint256 i = 0; i < given.words.length; ++i) {
            if (given.words[i] >= JUMP) {
                slot = given.words[i] - JUMP;
                continue;
            }
            for (uint256 lane = 0; lane < (slot >= WideBalances.FIRST ? 1 : 6); ++lane) {
                (uint256 member, int256 delta) = deltaAt(given.words[i], slot, lane);
                if (delta != 0 && int256(has[member]) + delta < 0) return false;
                if (delta != 0 && int256(escrow.balanceOf(members[member])) + delta > int256(most(member))) return false;
            }
            ++slot;
        }
        return true;
    }

    function deltaAt(uint256 word, uint256 slot, uint256 lane) private pure returns (uint256 member, int256 delta) {
        if (slot >= WideBalances.FIRST) return (MEMBERS + slot - WideBalances.FIRST, int256(word << 4) >> 4);
        return (slot * 6 + lane, int256(((word >> (lane * LANE_BITS)) & LANE) << (256 - LANE_BITS)) >> (256 - LANE_BITS));
    }

    function settles() private view returns (bool) {
        (bool bonded, bool paused, bool frozen, bool exiting) = escrow.state();
        return bonded && !paused && !frozen && !exiting;
    }

    function takesMetered() private view returns (bool) {
        IEnergySettlement.Metering memory before = escrow.metering();
        return before.standsOn != settledLast && before.period != settledLast && time() <= escrow.lastSettledAt() + CHALLENGE / 2;
    }

    function openedAt() private view returns (uint256) {
        (IEnergySettlement.Unfinished memory batch,) = escrow.unfinished();
        return batch.openedAt;
    }

    function bytesToWords(bytes memory packed) private pure returns (uint256[] memory words) {
        words = new uint256[](packed.length / 32);
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 word;
            assembly ("memory-safe") {
                word := mload(add(add(packed, 32), shl(5, i)))
            }
            words[i] = word;
        }
    }

    /* WHAT HOLDS AT ANY TIME */

    function requireSound() external view {
        uint256[] memory has = balances();
        uint256 sum = escrow.bond() + escrow.rewardOf(TREASURY) + escrow.rewardOf(STRANGER);
        for (uint256 i = 0; i < members.length; ++i) {
            (uint256 requested,,) = escrow.requestOf(members[i]);
            has[i] += requested;
            sum += has[i];
        }
        same(has, model, "money");
        // A batch that is not finished owes some what others have not paid yet, or the other way round; none of that leaves.
        sum = uint256(int256(sum) - _net);
        same(sum, deposited - paid, "owed is not what came less what went");
        require((unfinishedParts() != 0) == (_parts.length != 0), "unfinished");
        require(_parts.length != 0 || _net == 0, "net");
        require(euro.balanceOf(address(escrow)) >= sum, "the escrow owes more than it has");
        same(escrow.lastPeriod(), settledLast, "last period");
    }

    /// @dev From any state: fraud is rolled back by anyone, or the operator falls silent; then everyone is paid all she has.
    function requireEveryoneGetsOut() external {
        (,, bool frozen, bool exiting) = escrow.state();
        if (!frozen && !exiting) wait(CHALLENGE);
        for (bool byParts; frozen; (,, frozen,) = escrow.state()) {
            undoAll();
            this.rollbackMetered(byParts);
            undoAll();
            this.rollback(byParts);
            byParts = !byParts;
        }
        undoAll();
        (,,, exiting) = escrow.state();
        wait(exiting ? CHALLENGE : SILENCE);
        if (!exiting) escrow.openExit();
        for (uint256 i = 0; i < members.length; ++i) {
            uint256 before = euro.balanceOf(members[i]);
            if (model[i] == 0) continue;
            escrow.exit(members[i]);
            same(euro.balanceOf(members[i]) - before, model[i], "paid out");
        }
    }

    function undoAll() private {
        while (_parts.length != 0) this.undo(0, false);
    }
}

contract EscrowInvariants {
    Actor private _actor;

    function setUp() public {
        _actor = new Actor();
        _actor.setUp();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_actor);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](15);
        selectors[0] = Actor.deposit.selector;
        selectors[1] = Actor.request.selector;
        selectors[2] = Actor.cancel.selector;
        selectors[3] = Actor.finalise.selector;
        selectors[4] = Actor.settle.selector;
        selectors[5] = Actor.pass.selector;
        selectors[6] = Actor.togglePause.selector;
        selectors[7] = Actor.slash.selector;
        selectors[8] = Actor.rollback.selector;
        selectors[9] = Actor.leave.selector;
        selectors[10] = Actor.settleMetered.selector;
        selectors[11] = Actor.rollbackMetered.selector;
        selectors[12] = Actor.part.selector;
        selectors[13] = bytes4(keccak256("finish()"));
        selectors[14] = bytes4(keccak256("undo(uint256,bool)"));
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_actor), selectors);
    }

    function invariant_Every_unit_is_accounted_for() public view {
        _actor.requireSound();
    }

    function afterInvariant() public {
        _actor.requireEveryoneGetsOut();
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {TestEuro} from "../../TestEuro.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {WideBalances} from "../../libraries/WideBalances.sol";
import {EscrowTest} from "./EscrowTest.sol";

/// @notice Does anything that anyone may do, in any order, and keeps a plain model beside: one number a member, and all batches.
contract Actor is EscrowTest {
    uint256[] public model;
    uint256 public deposited;
    uint256 public paid;
    uint256 public calls;
    uint256 public settledLast = BEFORE;
    uint256[][] private _batches;
    Metered[] private _metered;

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
        if (amount == 0 || frozen || time() < readyAt) return;
        escrow.finaliseWithdrawal(members[member]);
        model[member] -= amount;
        paid += amount;
    }

    function settle(uint256 seed) external counted {
        (bool bonded, bool paused, bool frozen, bool exiting) = escrow.state();
        if (!bonded || paused || frozen || exiting) return;
        if (_batches.length >= WINDOW) wait(CHALLENGE);
        int256[] memory deltas = randomDeltas(seed);
        _batches.push(settle(++settledLast, deltas));
        for (uint256 i = 0; i < members.length; ++i) model[i] = uint256(int256(model[i]) + deltas[i]);
    }

    function settleMetered(uint256 seed) external counted {
        (bool bonded, bool paused, bool frozen, bool exiting) = escrow.state();
        IEnergySettlement.Metering memory before = escrow.metering();
        if (!bonded || paused || frozen || exiting || before.standsOn == settledLast || before.period == settledLast) return;
        if (time() > escrow.lastSettledAt() + CHALLENGE / 2) return;
        bytes32 settled = settledHash(uint64(settledLast));
        int256[] memory deltas = randomDeltas(seed);
        uint256[] memory words = settleMetered(bound(seed, before.period + 1, settledLast), deltas);
        _metered.push(Metered(settled, before, words));
        for (uint256 i = 0; i < members.length; ++i) model[i] = uint256(int256(model[i]) + deltas[i]);
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

    function rollbackMetered() external counted {
        (,, bool frozen,) = escrow.state();
        if (!frozen || escrow.metering().standsOn != settledLast || _metered.length == 0) return;
        Metered memory last = _metered[_metered.length - 1];
        escrow.rollbackMetered(last.settled, last.before, METERS, last.words);
        _metered.pop();
        undo(last.words);
        IEnergySettlement.Metering memory now_ = escrow.metering();
        require(now_.period == last.before.period && now_.standsOn == last.before.standsOn, "metering");
        require(settledHash(uint64(settledLast)) == last.settled, "commitment");
    }

    function rollback() external counted {
        (,, bool frozen,) = escrow.state();
        if (!frozen || (escrow.metering().standsOn == settledLast && _metered.length != 0)) return;
        uint256[] memory words = _batches[settledLast - BEFORE - 1];
        escrow.rollback(BIDS, TRADES, words);
        _batches.pop();
        --settledLast;
        undo(words);
    }

    function leave(uint256 member, bool opens) external counted {
        (,, bool frozen, bool exiting) = escrow.state();
        if (!frozen && !exiting && opens && time() >= escrow.lastSettledAt() + SILENCE) escrow.openExit();
        (,,, exiting) = escrow.state();
        member = bound(member, 0, members.length - 1);
        if (!exiting || time() < escrow.lastSettledAt() + CHALLENGE || model[member] == 0) return;
        escrow.exit(members[member]);
        paid += model[member];
        model[member] = 0;
    }

    /// @dev A wide account holds far more than all of these deposits.
    function most(uint256 member) private pure returns (uint256) {
        return member < MEMBERS ? LANE : type(uint64).max >> 1;
    }

    function undo(uint256[] memory words) private {
        uint256 slot;
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i] >= JUMP) {
                slot = words[i] - JUMP;
                continue;
            }
            if (slot >= WideBalances.FIRST) {
                uint256 wide = MEMBERS + slot++ - WideBalances.FIRST;
                model[wide] = uint256(int256(model[wide]) - (int256(words[i] << 4) >> 4));
                continue;
            }
            for (uint256 lane = 0; lane < 6; ++lane) {
                int256 delta = int256(((words[i] >> (lane * LANE_BITS)) & LANE) << (256 - LANE_BITS)) >> (256 - LANE_BITS);
                if (delta != 0) model[slot * 6 + lane] = uint256(int256(model[slot * 6 + lane]) - delta);
            }
            ++slot;
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
        same(sum, deposited - paid, "owed is not what came less what went");
        require(euro.balanceOf(address(escrow)) >= sum, "the escrow owes more than it has");
        same(escrow.lastPeriod(), settledLast, "last period");
    }

    /// @dev From any state: fraud is rolled back by anyone, or the operator falls silent; then everyone is paid all she has.
    function requireEveryoneGetsOut() external {
        (,, bool frozen, bool exiting) = escrow.state();
        for (; frozen; (,, frozen,) = escrow.state()) {
            this.rollbackMetered();
            this.rollback();
        }
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
        bytes4[] memory selectors = new bytes4[](12);
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

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {ILedgerProofs} from "../../interfaces/ILedgerProofs.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {RoundTest} from "./RoundTest.sol";

contract LedgerProofsTest is RoundTest {
    /* EVIDENCE THAT IS NONE */

    function test_Deltas_must_be_those_that_were_settled(uint256 seed) public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        uint256[] memory others = pack(randomDeltas(seed % 1e18));
        vm.assume(keccak256(abi.encodePacked(others)) != settled.deltasHash);
        CommittedRounds.EntryGap memory gap = entryGap(round, 0);
        bytes32 tree = tradesTree(round);
        vm.expectRevert(abi.encodeWithSelector(ILedgerProofs.OtherDeltas.selector, settled.deltasHash));
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[0], others);
    }

    /* HONEST: never slashed */

    function test_An_honest_ledger_is_never_slashed(uint256 seed) public {
        Round memory round = withFees(honest(seed), seed);
        CommittedRounds.Settled memory settled = settle(round);
        bytes32 tree = tradesTree(round);
        uint256[] memory words = pack(round.deltas);
        for (uint256 place = 0; place <= round.entries.length; ++place) {
            CommittedRounds.EntryGap memory gap = entryGap(round, place);
            expect(false);
            judge.proveEntriesOutOfOrder(escrow, settled, tree, round.outcome, gap);
            expect(false);
            judge.proveEntryWithoutTrade(escrow, settled, rules(), tree, round.outcome, gap);
            if (place == round.entries.length) continue;
            uint256 i = round.entries[place].trade;
            bytes32[] memory path = siblings(tradeLeaves(round), i);
            expect(false);
            judge.proveWrongEntry(escrow, settled, rules(), round.outcome, gap, round.trades[i], path);
            expect(false);
            judge.proveTradeNotBooked(
                escrow, settled, rules(), round.outcome, gap, round.trades[i], i, path, round.entries[place].member
            );
        }
        for (uint256 m = 0; m < MEMBERS; ++m) {
            CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, members[m]));
            expect(false);
            judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[m], words);
        }
        frozen(false);
    }

    /* MUTATED: always */

    function test_Entries_out_of_order_are_fraud(uint256 place, bool twice) public {
        Round memory round = honest(6);
        place = 1 + place % (round.entries.length - 1);
        CommittedRounds.Entry memory before = round.entries[place - 1];
        round.entries[place - 1] = round.entries[place];
        if (!twice) round.entries[place] = before;
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, place);
        bytes32 tree = tradesTree(round);
        expect(true);
        judge.proveEntriesOutOfOrder(escrow, settled, tree, round.outcome, gap);
        frozen(true);
    }

    function test_An_entry_that_does_not_follow_is_fraud(uint256 seed, uint256 place, int256 off, uint256 kind) public {
        vm.assume(off != 0);
        Round memory round = withFees(honest(6), seed);
        place = place % round.entries.length;
        kind = kind % 4;
        CommittedRounds.Entry memory entry = round.entries[place];
        unchecked {
            if (kind == 0) entry.money += off;
            if (kind == 1) entry.bought += uint256(off);
            if (kind == 2) entry.sold += uint256(off);
        }
        if (kind == 3) {
            // Booked for one whom the trade does not concern, next to nobody of hers.
            entry.member = STRANGER;
            (entry.bought, entry.sold, entry.money) = (1, 0, 0);
        }
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, place);
        bytes32[] memory path = siblings(tradeLeaves(round), entry.trade);
        expect(true);
        judge.proveWrongEntry(escrow, settled, rules(), round.outcome, gap, round.trades[entry.trade], path);
        frozen(true);
    }

    function test_An_entry_of_no_trade_is_fraud(uint256 trade) public {
        Round memory round = honest(6);
        uint256 last = round.entries.length - 1;
        trade = bound(trade, round.trades.length, type(uint256).max - 1);
        round.entries[last].trade = trade;
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, last);
        bytes32 tree = tradesTree(round);
        expect(true);
        judge.proveEntryWithoutTrade(escrow, settled, rules(), tree, round.outcome, gap);
        frozen(true);
    }

    function test_A_trade_that_is_not_booked_is_fraud(uint256 seed, uint256 place) public {
        Round memory round = withFees(honest(6), seed);
        place = place % round.entries.length;
        CommittedRounds.Entry memory left_out = round.entries[place];
        CommittedRounds.Entry[] memory rest = new CommittedRounds.Entry[](round.entries.length - 1);
        for (uint256 i = 0; i < rest.length; ++i) rest[i] = round.entries[i < place ? i : i + 1];
        round.entries = rest;
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, place);
        uint256 index = left_out.trade;
        bytes32[] memory path = siblings(tradeLeaves(round), index);
        expect(true);
        judge.proveTradeNotBooked(
            escrow, settled, rules(), round.outcome, gap, round.trades[index], index, path, left_out.member
        );
        frozen(true);
    }

    function test_A_delta_that_is_not_the_members_total_is_fraud(uint256 seed, uint256 from, uint256 to, uint256 amount) public {
        Round memory round = withFees(honest(seed), seed);
        (from, to) = (from % MEMBERS, to % MEMBERS);
        vm.assume(from != to);
        int256 skimmed = int256(bound(amount, 1, 100_000));
        round.deltas[from] -= skimmed;
        round.deltas[to] += skimmed;
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, members[from]));
        bytes32 tree = tradesTree(round);
        uint256[] memory words = pack(round.deltas);
        expect(true);
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[from], words);
        frozen(true);
    }

    /// @dev The operator books money to an account of many, which no trade of the round concerns.
    function test_A_wide_accounts_delta_that_is_not_its_total_is_fraud(uint256 from, uint256 amount) public {
        Round memory round = honest(3);
        addWide(STRANGER);
        from %= MEMBERS;
        int256[] memory deltas = new int256[](MEMBERS + 1);
        for (uint256 i = 0; i < MEMBERS; ++i) deltas[i] = round.deltas[i];
        deltas[MEMBERS] = int256(bound(amount, 1, 100_000));
        deltas[from] -= deltas[MEMBERS];
        round.deltas = deltas;
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, STRANGER));
        bytes32 tree = tradesTree(round);
        uint256[] memory words = pack(deltas);
        expect(true);
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, STRANGER, words);
        frozen(true);
    }

    /* WORDS */

    /// @dev Fees and spreads on some of the trades: a fee is a fraud against the one price, but not against the ledger.
    function withFees(Round memory round, uint256 seed) private view returns (Round memory) {
        for (uint256 i = 0; i < round.trades.length; ++i) {
            round.trades[i].gridFee = int64(int256((seed >> (8 * i)) % 3));
            round.trades[i].spread = int64(int256((seed >> (8 * i + 4)) % 2));
        }
        book(round);
        return round;
    }
}

/// @notice Where balances move only every other period, no period's deltas are its trades alone.
contract TwoTierLedgerTest is RoundTest {
    function terms() internal override returns (IEnergySettlement.Terms memory given) {
        given = super.terms();
        given.periodsPerBatch = 2;
    }

    function test_Deltas_of_several_periods_are_not_judged_by_one() public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, 0);
        bytes32 tree = tradesTree(round);
        uint256[] memory words = pack(round.deltas);
        vm.expectRevert(ILedgerProofs.NotEveryPeriod.selector);
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[0], words);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {ILedgerProofs} from "../../interfaces/ILedgerProofs.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {LedgerEvidence} from "../../proofs/LedgerEvidence.sol";
import {RoundTest} from "./RoundTest.sol";

contract LedgerProofsTest is RoundTest {
    /* EVIDENCE THAT IS NONE */

    function test_Deltas_must_be_those_that_were_settled(uint256 seed) public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        uint256[] memory others = pack(randomDeltas(seed % 1e18));
        vm.assume(keccak256(abi.encodePacked(others)) != settled.deltasHash);
        CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, members[0]));
        bytes32 tree = tradesTree(round);
        vm.expectRevert(abi.encodeWithSelector(LedgerEvidence.OtherDeltas.selector, settled.deltasHash));
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[0], others, inOnePiece());
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
            booked(round, settled, round.entries[place], gap);
        }
        for (uint256 m = 0; m < MEMBERS; ++m) {
            CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, members[m]));
            expect(false);
            judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[m], words, inOnePiece());
        }
        frozen(false);
    }

    function booked(
        Round memory round,
        CommittedRounds.Settled memory settled,
        CommittedRounds.Entry memory entry,
        CommittedRounds.EntryGap memory gap
    ) private {
        bytes32[] memory path = siblings(tradeLeaves(round), entry.trade);
        CommittedRounds.Trade memory trade = round.trades[entry.trade];
        expect(false);
        judge.proveWrongEntry(escrow, settled, rules(), round.outcome, gap, trade, path);
        expect(false);
        judge.proveTradeNotBooked(escrow, settled, rules(), round.outcome, gap, trade, entry.trade, path, entry.member);
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
        amount = bound(amount, 1, 100_000);
        round.deltas[from] -= int256(amount);
        round.deltas[to] += int256(amount);
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, members[from]));
        bytes32 tree = tradesTree(round);
        uint256[] memory words = pack(round.deltas);
        expect(true);
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[from], words, inOnePiece());
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
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, STRANGER, words, inOnePiece());
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

/// @notice Balances move every third period; the ring holds more of them than that.
abstract contract BatchTest is RoundTest {
    uint64 internal constant PER_BATCH = 3;

    function terms() internal virtual override returns (IEnergySettlement.Terms memory given) {
        given = super.terms();
        given.periodsPerBatch = uint32(PER_BATCH);
    }

    /// @dev The first period that is ever settled.
    function first() internal pure virtual returns (uint64);

    /// @dev Periods from the first on with the money of all of them in the last, less what is skimmed of one member for the next.
    function batch(uint256 seed, uint256 member, uint64 count, uint256 from, int256 skimmed)
        internal
        returns (ILedgerProofs.PeriodTotals[] memory periods, Round memory last)
    {
        periods = new ILedgerProofs.PeriodTotals[](count);
        int256[] memory sum = new int256[](MEMBERS);
        for (uint64 i = 0; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            last = honest(seed);
            for (uint256 m = 0; m < MEMBERS; ++m) sum[m] += last.deltas[m];
            if (i == count - 1) {
                last.deltas = sum;
                sum[from] -= skimmed;
                sum[(from + 1) % MEMBERS] += skimmed;
            }
            periods[i].settled = i < count - 1 ? commitAt(last, first() + i) : settleAt(last, first() + i);
            periods[i].tradesTree = tradesTree(last);
            periods[i].outcome = last.outcome;
            periods[i].gap = entryGap(last, behind(last, members[member]));
        }
    }
}

/// @notice Where balances move only every third period, a delta is the sum of what three ledgers say.
contract TwoTierLedgerTest is BatchTest {
    uint64 private constant FIRST = 1002; // 1002, 1003 and 1004, as 1005 is divisible by 3.

    function terms() internal override returns (IEnergySettlement.Terms memory given) {
        given = super.terms();
        given.window = uint32(PER_BATCH);
        given.lastPeriod = uint32(FIRST - 1);
    }

    function first() internal pure override returns (uint64) {
        return FIRST;
    }

    /* EVIDENCE THAT IS NONE */

    function test_Deltas_of_several_periods_are_not_judged_by_one(uint256 seed) public {
        (ILedgerProofs.PeriodTotals[] memory periods, Round memory last) = batch(seed, 0, PER_BATCH, 0, 0);
        uint256[] memory words = pack(last.deltas);
        ILedgerProofs.PeriodTotals memory one = periods[PER_BATCH - 1];
        vm.expectRevert(ILedgerProofs.NotEveryPeriod.selector);
        judge.proveWrongDelta(escrow, one.settled, one.tradesTree, one.outcome, one.gap, members[0], words, inOnePiece());
    }

    function test_No_period_is_left_out_or_added(uint256 seed, uint256 kind) public {
        (ILedgerProofs.PeriodTotals[] memory periods, Round memory last) = batch(seed, 0, PER_BATCH, 0, 0);
        uint256[] memory words = pack(last.deltas);
        ILedgerProofs.PeriodTotals[] memory others = new ILedgerProofs.PeriodTotals[](kind % 3 == 0 ? 2 : kind % 3 == 1 ? 3 : 4);
        uint64 wrong = FIRST;
        if (kind % 3 == 0) (others[0], others[1]) = (periods[1], periods[2]);
        if (kind % 3 == 1) (others[0], others[1], others[2]) = (periods[1], periods[0], periods[2]);
        if (kind % 3 == 2) (wrong, others[3]) = (FIRST - 2, periods[2]);
        vm.expectRevert(abi.encodeWithSelector(ILedgerProofs.NotThosePeriods.selector, wrong));
        judge.proveWrongBatch(escrow, others, members[0], words, inOnePiece());
    }

    function test_Each_period_must_be_what_was_settled(uint256 seed, uint256 which, bytes32 root) public {
        (ILedgerProofs.PeriodTotals[] memory periods, Round memory last) = batch(seed, 0, PER_BATCH, 0, 0);
        uint256[] memory words = pack(last.deltas);
        which = which % PER_BATCH;
        vm.assume(root != periods[which].settled.bidsRoot);
        periods[which].settled.bidsRoot = root;
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, FIRST + which));
        judge.proveWrongBatch(escrow, periods, members[0], words, inOnePiece());
    }

    /// @dev When a later period has pushed the first out of the ring, nobody can say any more that it was none.
    function test_What_the_ring_has_forgotten_is_not_taken_for_nothing(uint256 seed) public {
        (ILedgerProofs.PeriodTotals[] memory periods, Round memory last) = batch(seed, 0, PER_BATCH, 0, 0);
        uint256[] memory words = pack(last.deltas);
        wait(CHALLENGE);
        commitAt(honest(0), FIRST + PER_BATCH);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PeriodNotInWindow.selector, FIRST));
        judge.proveWrongBatch(escrow, periods, members[0], words, inOnePiece());
        ILedgerProofs.PeriodTotals[] memory rest = new ILedgerProofs.PeriodTotals[](2);
        (rest[0], rest[1]) = (periods[1], periods[2]);
        vm.expectRevert(abi.encodeWithSelector(ILedgerProofs.NotThosePeriods.selector, FIRST));
        judge.proveWrongBatch(escrow, rest, members[0], words, inOnePiece());
    }

    /* HONEST: never slashed */

    function test_An_honest_batch_is_never_slashed(uint256 seed, uint256 member) public {
        member = member % MEMBERS;
        (ILedgerProofs.PeriodTotals[] memory periods, Round memory last) = batch(seed, member, PER_BATCH, 0, 0);
        uint256[] memory words = pack(last.deltas);
        expect(false);
        judge.proveWrongBatch(escrow, periods, members[member], words, inOnePiece());
        frozen(false);
    }

    /* MUTATED: always */

    function test_A_delta_that_is_not_the_sum_of_the_periods_is_fraud(uint256 seed, uint256 from, uint256 amount) public {
        from = from % MEMBERS;
        int256 skimmed = int256(bound(amount, 1, 100_000));
        (ILedgerProofs.PeriodTotals[] memory periods, Round memory last) = batch(seed, from, PER_BATCH, from, skimmed);
        uint256[] memory words = pack(last.deltas);
        expect(true);
        judge.proveWrongBatch(escrow, periods, members[from], words, inOnePiece());
        frozen(true);
    }
}

/// @notice The first batch is of two periods only where settlements begin with the second of three.
contract FirstBatchTest is BatchTest {
    function terms() internal override returns (IEnergySettlement.Terms memory given) {
        given = super.terms();
        given.lastPeriod = uint32(first() - 1);
    }

    function first() internal pure override returns (uint64) {
        return 1003;
    }

    function test_The_first_batch_has_what_was_settled_since_the_beginning(uint256 seed, uint256 from, uint256 amount) public {
        from = from % MEMBERS;
        int256 skimmed = int256(amount % 3 == 0 ? 0 : bound(amount, 1, 100_000));
        (ILedgerProofs.PeriodTotals[] memory periods, Round memory last) = batch(seed, from, 2, from, skimmed);
        uint256[] memory words = pack(last.deltas);
        ILedgerProofs.PeriodTotals[] memory rest = new ILedgerProofs.PeriodTotals[](1);
        rest[0] = periods[1];
        vm.expectRevert(abi.encodeWithSelector(ILedgerProofs.NotThosePeriods.selector, first()));
        judge.proveWrongBatch(escrow, rest, members[from], words, inOnePiece());
        expect(skimmed != 0);
        judge.proveWrongBatch(escrow, periods, members[from], words, inOnePiece());
        frozen(skimmed != 0);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {IMeteredProofs} from "../../interfaces/IMeteredProofs.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {MeteredBatches} from "../../libraries/MeteredBatches.sol";
import {PositionalTrees} from "../../libraries/PositionalTrees.sol";
import {Evidence} from "../../proofs/Evidence.sol";
import {MeteredTest} from "./MeteredTest.sol";

contract MeteredProofsTest is MeteredTest {
    /* EVIDENCE THAT IS NONE */

    function test_The_batch_must_be_the_one_on_the_period(bytes32 root) public {
        Metered memory m = honestMetered(3);
        meter(m);
        vm.assume(root != m.batch.tradesRoot);
        m.batch.tradesRoot = root;
        MeteredBatches.PlacedPosition memory position = placed(m, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IMeteredProofs.NotTheBatch.selector, this.hashBatch(m.batch))
        );
        metered.proveWrongShare(escrow, m.batch, m.head, position);
    }

    function hashBatch(MeteredBatches.Batch calldata batch) external pure returns (bytes32) {
        return MeteredBatches.hash(batch);
    }

    function test_What_is_not_in_the_tree_is_no_evidence(uint256 place) public {
        Metered memory m = honestMetered(3);
        meter(m);
        vm.assume(place != 2);
        MeteredBatches.PlacedPosition memory position = placed(m, 2);
        position.place = place;
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        metered.proveWrongShare(escrow, m.batch, m.head, position);
        position.place = 2;
        m.head.totalShort += 1;
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        metered.proveWrongShare(escrow, m.batch, m.head, position);
    }

    function test_A_position_must_be_of_the_reading(bytes32 digest) public {
        Metered memory m = honestMetered(3);
        read(m, 1);
        meter(m);
        MeteredBatches.PlacedPosition memory position = placed(m, 1);
        bytes memory refusal = abi.encodeWithSelector(IMeteredProofs.AnotherReading.selector, m.positions[1].reading);
        vm.expectRevert(refusal);
        metered.proveForgedReading(escrow, m.batch, m.head, position, digest, m.signatures[1]);
        m.readings[1].number += 1;
        vm.expectRevert(refusal);
        metered.proveOtherReading(escrow, m.batch, m.head, position, m.readings[1], keccak256(m.signatures[1]));
    }

    function test_What_was_traded_is_shown_by_the_metered_period(uint64 period, bytes32 deltasHash) public {
        Metered memory m = honestMetered(3);
        meter(m);
        CommittedRounds.Settled memory other = m.batch.settled;
        vm.assume(period != PERIOD && deltasHash != other.deltasHash);
        MeteredBatches.PlacedPosition memory position = placed(m, 0);
        CommittedRounds.EntryGap memory gap = entryGap(m.round, behind(m.round, m.positions[0].member));
        bytes32 tree = tradesTree(m.round);
        MeteredBatches.Batch memory batch = abi.decode(abi.encode(m.batch), (MeteredBatches.Batch));
        other.period = period;
        vm.expectRevert(abi.encodeWithSelector(IMeteredProofs.NotTheMeteredPeriod.selector, PERIOD));
        metered.proveOtherTraded(escrow, batch, m.head, position, other, tree, m.round.outcome, gap);
        (other.period, other.deltasHash) = (PERIOD, deltasHash);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, PERIOD));
        metered.proveOtherTraded(escrow, batch, m.head, position, other, tree, m.round.outcome, gap);
    }

    /* HONEST: never slashed */

    function test_Honest_positions_are_never_slashed(uint256 seed) public {
        Metered memory m = honestMetered(seed);
        meter(m);
        for (uint256 i = 0; i < BIDDERS; ++i) {
            share(m, i, false);
            traded(m, i, false);
            if (m.positions[i].reading == 0) continue;
            reading(m, i, false);
        }
        for (uint256 place = 0; place <= BIDDERS; ++place) sums(m, place, false);
        for (uint256 i = 0; i < MEMBERS; ++i) matched(m, members[i], false);
        prices(m, false);
        frozen(false);
    }

    function test_An_honest_balance_is_never_slashed(uint256 seed) public {
        Metered memory m = honestMetered(seed);
        meter(m);
        bytes32 tree = tradesTree(m.balance);
        uint256[] memory words = pack(m.balance.deltas);
        for (uint256 place = 0; place <= m.balance.entries.length; ++place) {
            CommittedRounds.EntryGap memory gap = entryGap(m.balance, place);
            expect(false);
            metered.proveEntriesOutOfOrder(escrow, m.batch, tree, m.balance.outcome, gap);
            expect(false);
            metered.proveEntryWithoutTrade(escrow, m.batch, tree, m.balance.outcome, gap);
            if (place == m.balance.entries.length) continue;
            booked(m, m.balance.entries[place], gap);
        }
        for (uint256 i = 0; i < MEMBERS; ++i) {
            CommittedRounds.EntryGap memory gap = entryGap(m.balance, behind(m.balance, members[i]));
            expect(false);
            metered.proveWrongDelta(escrow, m.batch, tree, m.balance.outcome, gap, members[i], words, inOnePiece());
        }
        frozen(false);
    }

    /* MUTATED: always */

    function test_A_reading_altered_replayed_or_of_another_is_fraud(uint256 seed, uint256 i, uint256 kind, int64 off) public {
        Metered memory m = honestMetered(seed);
        (i, kind, off) = (i % BIDDERS, kind % 3, int64(1 + int256(uint256(uint64(off)) % 1000)));
        if (kind == 1) m.readings[i].period = PERIOD - 1;
        if (kind == 2) m.readings[i].member = members[sorted[(i + 1) % BIDDERS]];
        read(m, i);
        if (kind == 0) m.positions[i].metered += off;
        match_(m);
        meter(m);
        MeteredBatches.PlacedPosition memory position = placed(m, i);
        expect(true);
        metered.proveOtherReading(escrow, m.batch, m.head, position, m.readings[i], keccak256(m.signatures[i]));
        frozen(true);
    }

    function test_A_reading_that_the_meter_did_not_sign_is_fraud(uint256 i, uint256 kind, bytes32 noise) public {
        Metered memory m = honestMetered(3);
        i = i % BIDDERS;
        bytes32 digest = this.hashReading(m.readings[i]);
        m.signatures[i] = kind % 2 == 0
            ? signature(keyOf(sorted[(i + 1) % BIDDERS]), digest)
            : abi.encodePacked(noise, noise, uint8(27));
        m.positions[i].reading = keccak256(abi.encode(digest, keccak256(m.signatures[i])));
        meter(m);
        MeteredBatches.PlacedPosition memory position = placed(m, i);
        expect(true);
        metered.proveForgedReading(escrow, m.batch, m.head, position, digest, m.signatures[i]);
        frozen(true);
    }

    function test_Traded_energy_that_was_not_traded_is_fraud(uint256 seed, uint256 i, int16 off) public {
        vm.assume(off != 0);
        Metered memory m = honestMetered(seed);
        i = i % BIDDERS;
        m.positions[i].traded += off;
        match_(m);
        meter(m);
        traded(m, i, true);
        frozen(true);
    }

    /// @dev A sum before a position, in the middle or in the head; two positions in the wrong order, or twice; one of a stranger.
    function test_Sums_that_do_not_follow_are_fraud(uint256 seed, uint256 place, uint256 kind, uint256 off) public {
        vm.assume(off != 0);
        Metered memory m = honestMetered(seed);
        (place, kind) = (1 + place % (BIDDERS - 1), kind % 7);
        unchecked {
            if (kind == 0) m.positions[place].shortBefore += off;
            if (kind == 1) m.positions[place].longBefore += off;
            if (kind == 2) m.head.totalShort += off;
            if (kind == 3) m.head.totalLong += off;
        }
        if (kind == 4) m.positions[place].member = m.positions[place - 1].member;
        if (kind == 5) m.positions[place].member = address(uint160(m.positions[place].member) + 1);
        if (kind == 6) (place, m.positions[0].longBefore) = (0, off);
        if (kind == 2 || kind == 3) place = BIDDERS;
        meter(m);
        sums(m, place, true);
        frozen(true);
    }

    /// @dev A Wh beside what rounding down or up gives.
    function test_A_share_that_is_none_is_fraud(uint256 seed, uint256 i, uint256 off, bool up) public {
        Metered memory m = honestMetered(seed);
        i = i % BIDDERS;
        off = bound(off, 2, 300);
        if (!up && m.positions[i].matched < off) up = true;
        if (up) m.positions[i].matched += uint64(off);
        else m.positions[i].matched -= uint64(off);
        meter(m);
        share(m, i, true);
        frozen(true);
    }

    function test_Balancing_trades_that_are_not_the_matched_part_are_fraud(uint256 seed, uint256 kind) public {
        Metered memory m = honestMetered(seed);
        vm.assume(m.balance.trades.length > 1);
        CommittedRounds.Trade memory trade = m.balance.trades[0];
        address who = kind % 2 == 0 ? trade.buyer : trade.seller;
        // A trade more or less, or one of a member who has no position.
        if (kind % 3 == 0) trade.energy += 1;
        if (kind % 3 == 1) m.balance.trades[0] = m.balance.trades[1];
        if (kind % 3 == 2) who = trade.buyer = members[BIDDERS];
        if (kind % 3 == 1 && (m.balance.trades[1].buyer == who || m.balance.trades[1].seller == who)) {
            vm.assume(m.balance.trades[1].energy != trade.energy);
        }
        book(m.balance);
        meter(m);
        matched(m, who, true);
        frozen(true);
    }

    function test_A_balancing_trade_at_another_price_is_fraud(uint256 seed, uint256 kind, int64 off) public {
        vm.assume(off != 0);
        Metered memory m = honestMetered(seed);
        vm.assume(m.balance.trades.length > 0);
        CommittedRounds.Trade memory trade = m.balance.trades[0];
        kind = kind % 8;
        unchecked {
            if (kind == 0) trade.price += off;
            if (kind == 1) trade.spread += off;
            if (kind == 2) trade.gridFee += off;
            if (kind == 3) trade.amount += off;
        }
        if (kind == 4) trade.quality = 1;
        if (kind == 5) trade.buyer = trade.seller;
        if (kind == 6) trade.seller = STRANGER;
        if (kind == 7) (trade.energy, trade.amount, trade.spread) = (0, 0, 0);
        m.balance.deltas = new int256[](MEMBERS);
        meter(m);
        bytes32[] memory path = siblings(tradeLeaves(m.balance), 0);
        bytes32 outcome = keccak256(abi.encode(m.balance.outcome));
        expect(true);
        metered.proveWrongBalancingTrade(escrow, m.batch, m.head, trade, 0, path, outcome);
        frozen(true);
    }

    function test_Prices_that_do_not_follow_from_the_rounds_are_fraud(uint256 seed, int64 off, bool spread) public {
        vm.assume(off != 0);
        Metered memory m = honestMetered(1 + seed % 6);
        if (spread) m.head.spread += off;
        else m.head.longPrice += off;
        meter(m);
        prices(m, true);
        frozen(true);
    }

    /// @dev Where nothing was traded the supplier's prices stand for the round's, and the chain does not know them; the spread it knows.
    function test_Without_trades_only_the_spread_is_known(int64 off) public {
        Metered memory m = honestMetered(0);
        m.head.longPrice = off;
        meter(m);
        prices(m, false);
        frozen(false);
    }

    function test_A_skimmed_deviation_is_fraud(uint256 seed, uint256 from, uint256 to, uint256 amount) public {
        Metered memory m = honestMetered(seed);
        (from, to) = (from % MEMBERS, to % MEMBERS);
        vm.assume(from != to);
        int256 skimmed = int256(bound(amount, 1, 100_000));
        m.balance.deltas[from] -= skimmed;
        m.balance.deltas[to] += skimmed;
        meter(m);
        bytes32 tree = tradesTree(m.balance);
        uint256[] memory words = pack(m.balance.deltas);
        CommittedRounds.EntryGap memory gap = entryGap(m.balance, behind(m.balance, members[from]));
        expect(true);
        metered.proveWrongDelta(escrow, m.batch, tree, m.balance.outcome, gap, members[from], words, inOnePiece());
        frozen(true);
    }

    /// @dev As in a round: an entry altered, of no trade, out of order, or left out.
    function test_A_false_ledger_is_fraud(uint256 seed, uint256 place, uint256 kind) public {
        Metered memory m = honestMetered(seed);
        vm.assume(m.balance.trades.length > 0);
        CommittedRounds.Entry[] memory entries = m.balance.entries;
        (place, kind) = (place % (entries.length - 1), kind % 4);
        CommittedRounds.Entry memory entry = entries[place];
        uint256 i = entry.trade;
        if (kind == 0) entry.money += 1;
        if (kind == 1) (place, entries[entries.length - 1].trade) = (entries.length - 1, m.balance.trades.length);
        if (kind == 2) (entries[place], entries[place + 1]) = (entries[place + 1], entries[place]);
        if (kind == 3) {
            m.balance.entries = new CommittedRounds.Entry[](entries.length - 1);
            for (uint256 j = 0; j + 1 < entries.length; ++j) m.balance.entries[j] = entries[j < place ? j : j + 1];
        }
        meter(m);
        falseLedger(m, entryGap(m.balance, kind == 2 ? place + 1 : place), i, entry.member, kind);
        frozen(true);
    }

    function booked(Metered memory m, CommittedRounds.Entry memory entry, CommittedRounds.EntryGap memory gap) private {
        bytes32 outcome = keccak256(abi.encode(m.balance.outcome));
        CommittedRounds.Trade memory trade = m.balance.trades[entry.trade];
        bytes32[] memory path = siblings(tradeLeaves(m.balance), entry.trade);
        expect(false);
        metered.proveWrongEntry(escrow, m.batch, rules(), m.balance.outcome, gap, trade, path);
        expect(false);
        metered.proveTradeNotBooked(escrow, m.batch, rules(), m.balance.outcome, gap, trade, entry.trade, path, entry.member);
        expect(false);
        metered.proveWrongBalancingTrade(escrow, m.batch, m.head, trade, entry.trade, path, outcome);
    }

    function falseLedger(Metered memory m, CommittedRounds.EntryGap memory gap, uint256 i, address member, uint256 kind) private {
        bytes32 tree = tradesTree(m.balance);
        bytes32[] memory path = siblings(tradeLeaves(m.balance), i);
        CommittedRounds.Outcome memory outcome = m.balance.outcome;
        CommittedRounds.Trade memory trade = m.balance.trades[i];
        expect(true);
        if (kind == 0) metered.proveWrongEntry(escrow, m.batch, rules(), outcome, gap, trade, path);
        if (kind == 1) metered.proveEntryWithoutTrade(escrow, m.batch, tree, outcome, gap);
        if (kind == 2) metered.proveEntriesOutOfOrder(escrow, m.batch, tree, outcome, gap);
        if (kind == 3) metered.proveTradeNotBooked(escrow, m.batch, rules(), outcome, gap, trade, i, path, member);
    }

    /// @dev The batch goes first, then the period that it stands on; everyone has what she had.
    function test_After_the_proof_both_batches_are_undone(uint256 seed) public {
        uint256[] memory before = balances();
        Metered memory m = honestMetered(seed);
        bytes32 settled = settledHash(PERIOD);
        m.positions[2].matched += 2;
        meter(m);
        share(m, 2, true);
        IEnergySettlement.Metering memory standing = IEnergySettlement.Metering(BEFORE, BEFORE);
        bytes32 meterRoot = keccak256(abi.encode(m.batch.deviations, m.batch.tradesRoot));
        escrow.rollbackMetered(settled, standing, meterRoot, pack(m.balance.deltas));
        escrow.rollback(m.batch.settled.bidsRoot, m.batch.settled.tradesRoot, pack(m.round.deltas));
        same(balances(), before, "balance");
    }

    /* WORDS */

    function share(Metered memory m, uint256 i, bool isFraud) private {
        MeteredBatches.PlacedPosition memory position = placed(m, i);
        expect(isFraud);
        metered.proveWrongShare(escrow, m.batch, m.head, position);
    }

    function sums(Metered memory m, uint256 place, bool isFraud) private {
        MeteredBatches.PositionGap memory gap = positionGap(m, place);
        expect(isFraud);
        metered.proveWrongSums(escrow, m.batch, m.head, gap);
    }

    function traded(Metered memory m, uint256 i, bool isFraud) private {
        MeteredBatches.PlacedPosition memory position = placed(m, i);
        CommittedRounds.EntryGap memory gap = entryGap(m.round, behind(m.round, m.positions[i].member));
        bytes32 tree = tradesTree(m.round);
        expect(isFraud);
        metered.proveOtherTraded(escrow, m.batch, m.head, position, m.batch.settled, tree, m.round.outcome, gap);
    }

    function reading(Metered memory m, uint256 i, bool isFraud) private {
        MeteredBatches.PlacedPosition memory position = placed(m, i);
        bytes32 digest = this.hashReading(m.readings[i]);
        expect(isFraud);
        metered.proveForgedReading(escrow, m.batch, m.head, position, digest, m.signatures[i]);
        expect(isFraud);
        metered.proveOtherReading(escrow, m.batch, m.head, position, m.readings[i], keccak256(m.signatures[i]));
    }

    function matched(Metered memory m, address member, bool isFraud) private {
        MeteredBatches.PositionGap memory positions = positionGap(m, behindPosition(m, member));
        CommittedRounds.EntryGap memory entries = entryGap(m.balance, behind(m.balance, member));
        bytes32 tree = tradesTree(m.balance);
        expect(isFraud);
        metered.proveOtherMatched(escrow, m.batch, m.head, positions, tree, m.balance.outcome, entries, member);
    }

    function prices(Metered memory m, bool isFraud) private {
        bytes32 tree = tradesTree(m.round);
        expect(isFraud);
        metered.proveWrongPrices(
            escrow, m.batch, m.head, m.batch.settled, rules(), constants(), tree, m.round.outcome
        );
    }
}

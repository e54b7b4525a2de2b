// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {PartsTest} from "./PartsTest.sol";

contract SettlePartsTest is PartsTest {
    uint256 private constant WIDE = MEMBERS;
    uint256[] private _none;

    function setUp() public override {
        super.setUp();
        addWide(address(0xC0));
        escrow.deposit(members[WIDE], EACH);
    }

    /* REFUSED */

    function test_Only_the_settler_settles_parts(address sender) public {
        vm.assume(sender != SETTLER);
        bytes memory refusal = abi.encodeWithSelector(IEnergySettlement.NotSettler.selector, sender);
        vm.startPrank(sender);
        vm.expectRevert(refusal);
        escrow.settlePart(BEFORE + 1, false, 0, _none);
        vm.expectRevert(refusal);
        escrow.settlePart(BEFORE + 1, true, 0, _none);
        vm.expectRevert(refusal);
        escrow.settleParts(BEFORE + 1, BIDS, TRADES, 0);
        vm.expectRevert(refusal);
        escrow.settleMeteredParts(BEFORE + 1, METERS, 0);
    }

    function test_No_part_is_settled_while_paused_or_frozen(bool isFrozen) public {
        settle(BEFORE + 1, _none);
        PartOf[] memory parts = partsOf(pack(payment(0, 1, 1)), 1, 2);
        settlePart(BEFORE + 2, false, parts[0]);
        if (isFrozen) slash(BEFORE + 1, STRANGER);
        else pause();
        bytes memory refusal = abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, isFrozen ? 21 : 19);
        vm.startPrank(SETTLER);
        vm.expectRevert(refusal);
        escrow.settlePart(BEFORE + 2, false, parts[1].before, parts[1].words);
        vm.expectRevert(refusal);
        escrow.settleParts(BEFORE + 2, BIDS, TRADES, parts[1].before);
    }

    function test_Parts_are_of_the_next_period(uint64 period) public {
        vm.assume(period != BEFORE + 1);
        bytes memory refusal = abi.encodeWithSelector(IEnergySettlement.PeriodNotNext.selector, BEFORE + 1, period);
        vm.startPrank(SETTLER);
        vm.expectRevert(refusal);
        escrow.settlePart(period, false, 0, _none);
        vm.expectRevert(refusal);
        escrow.settleParts(period, BIDS, TRADES, 0);
    }

    function test_Metered_parts_keep_to_the_rules_of_metered_batches(uint256 late) public {
        vm.startPrank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.MeteredAlready.selector, BEFORE));
        escrow.settlePart(BEFORE, true, 0, _none);
        vm.stopPrank();
        settle(BEFORE + 1, _none);
        vm.startPrank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.MeteredPeriodOutOfRange.selector, BEFORE, BEFORE + 1));
        escrow.settlePart(BEFORE + 2, true, 0, _none);
        escrow.settlePart(BEFORE + 1, true, 0, _none);
        bytes32 parts = unfinishedParts();

        // Its last part comes as early as a batch in one piece would have to; else its parts are undone.
        uint256 until = time() + CHALLENGE / 2;
        vm.warp(until + bound(late, 1, 365 days));
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.MeteredTooLate.selector, until));
        escrow.settleMeteredParts(BEFORE + 1, METERS, parts);
        escrow.undoPart(0, 0, _none, 0);
        escrow.settle(BEFORE + 2, BIDS, TRADES, _none);
    }

    function test_A_batch_is_not_begun_while_the_ring_is_full() public {
        for (uint256 i = 1; i <= WINDOW; ++i) settle(BEFORE + i, _none);
        uint256 freeAt = time() + CHALLENGE;
        vm.startPrank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.RingFull.selector, freeAt));
        escrow.settlePart(BEFORE + WINDOW + 1, false, 0, _none);
        vm.warp(freeAt);
        escrow.settlePart(BEFORE + WINDOW + 1, false, 0, _none);
    }

    function test_Trailing_bytes_are_refused(bytes calldata more) public {
        vm.assume(more.length != 0);
        bytes memory data = bytes.concat(abi.encodeCall(escrow.settlePart, (BEFORE + 1, false, 0, pack(payment(0, 1, 1)))), more);
        vm.prank(SETTLER);
        (bool success, bytes memory answer) = address(escrow).call(data);
        require(!success && bytes4(answer) == IEnergySettlement.CallDataLength.selector, "length");
    }

    function test_A_part_follows_the_one_before(uint256 seed, bytes32 before) public {
        PartOf[] memory parts = partsOf(pack(randomDeltas(seed)), seed, 3);
        vm.assume(before != 0 && before != chainOf(parts[0]));
        refused(0, before);
        settlePart(BEFORE + 1, false, parts[0]);
        refused(chainOf(parts[0]), before);
        refused(chainOf(parts[0]), 0); // The first again.
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PartNotNext.selector, chainOf(parts[0]), before));
        escrow.settleParts(BEFORE + 1, BIDS, TRADES, before);
    }

    function test_A_lane_moves_in_one_part_only(uint256 slot) public {
        slot = bound(slot, 0, 2);
        PartOf memory first = PartOf(0, 0, pack(payment(0, MEMBERS - 1, 1)));
        settlePart(BEFORE + 1, false, first);
        uint256[] memory again = new uint256[](2);
        again[0] = JUMP | slot;
        bytes32 chain = chainOf(first);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.SlotsNotAscending.selector, 3, slot));
        escrow.settlePart(BEFORE + 1, false, chain, again);
    }

    function test_Nothing_else_settles_before_a_batch_is_finished() public {
        settle(BEFORE + 1, _none);
        settlePart(BEFORE + 2, false, PartOf(0, 0, _none));
        bytes memory refusal = abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 17);
        vm.startPrank(SETTLER);
        vm.expectRevert(refusal);
        escrow.settle(BEFORE + 2, BIDS, TRADES, _none);
        vm.expectRevert(refusal);
        escrow.settleVerified(BEFORE + 2, BIDS, TRADES, _none);
        vm.expectRevert(refusal);
        escrow.commitRoots(BEFORE + 2, BIDS, TRADES);
        vm.expectRevert(refusal);
        escrow.settleMetered(BEFORE + 1, METERS, _none);
    }

    function test_Parts_that_are_none_settle_nothing(bytes32 parts) public {
        vm.startPrank(SETTLER);
        vm.expectRevert(IEnergySettlement.NothingUnfinished.selector);
        escrow.settleParts(BEFORE + 1, BIDS, TRADES, 0);
        vm.assume(parts != 0);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PartNotNext.selector, bytes32(0), parts));
        escrow.settleParts(BEFORE + 1, BIDS, TRADES, parts);
        vm.expectRevert(IEnergySettlement.NothingUnfinished.selector);
        escrow.undoPart(0, 0, _none, 0);
    }

    function test_All_parts_together_neither_make_nor_lose_money(uint256 seed, uint256 member, uint256 amount) public {
        amount = bound(amount, 1, EACH);
        int256[] memory deltas = new int256[](members.length);
        deltas[bound(member, 0, members.length - 1)] = int256(amount);
        PartOf[] memory parts = partsOf(pack(deltas), seed, 3);
        for (uint256 i = 0; i < 3; ++i) settlePart(BEFORE + 1, false, parts[i]);
        bytes32 chain = chainOf(parts[2]);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.DeltasNotBalanced.selector, int256(amount)));
        escrow.settleParts(BEFORE + 1, BIDS, TRADES, chain);
    }

    function test_Nobody_pays_more_than_she_has(uint256 from, uint256 more) public {
        from = bound(from, 0, MEMBERS - 1);
        uint256[] memory words = pack(payment(from, (from + 1) % MEMBERS, EACH + bound(more, 1, 1 << 40)));
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.Overdraft.selector, members[from]));
        escrow.settlePart(BEFORE + 1, false, 0, words);
    }

    /* SETTLED */

    /// @dev Beside an escrow that settles the same in one piece; some have asked for money, which both may take.
    function test_Parts_come_to_what_one_batch_does(uint256 seed, uint256 asked, bool isMetered) public {
        EnergySettlement byParts = escrow;
        settle(BEFORE + 1, _none);
        EnergySettlement whole = create(terms());
        escrow = whole;
        address[] memory narrow = new address[](MEMBERS);
        for (uint256 i = 0; i < MEMBERS; ++i) narrow[i] = members[i];
        vm.startPrank(REGISTRAR);
        escrow.register(narrow);
        escrow.registerWide(members[WIDE]);
        vm.stopPrank();
        euro.approve(address(escrow), type(uint256).max);
        escrow.postBond(BOND);
        for (uint256 i = 0; i < members.length; ++i) escrow.deposit(members[i], EACH);
        settle(BEFORE + 1, _none);
        for (uint256 i = 0; i < members.length; i += 2) {
            uint256 amount = bound(uint256(keccak256(abi.encode(asked, i))), 1, EACH);
            vm.startPrank(members[i]);
            whole.requestWithdrawal(amount, STRANGER);
            byParts.requestWithdrawal(amount, STRANGER);
            vm.stopPrank();
        }

        uint256[] memory words = pack(randomDeltas(seed));
        if (isMetered) settleMetered(BEFORE + 1, words);
        else settle(BEFORE + 2, words);
        escrow = byParts;
        PartOf[] memory parts = partsOf(words, seed, 1 + seed % 4);
        settleParts(isMetered ? BEFORE + 1 : BEFORE + 2, isMetered, parts);

        same(balances(), whole.balancesOf(members), "balance");
        for (uint256 i = 0; i < members.length; ++i) {
            (uint256 left, uint64 readyAt, address to) = escrow.requestOf(members[i]);
            (uint256 there, uint64 thereAt, address thereTo) = whole.requestOf(members[i]);
            require(left == there && readyAt == thereAt && to == thereTo, "request");
        }
        require(escrow.lastPeriod() == whole.lastPeriod() && escrow.metering().period == whole.metering().period, "period");
        require(unfinishedParts() == 0, "unfinished");
        (bytes32 commitment,) = escrow.commitmentOf(BEFORE + 2 - (isMetered ? 1 : 0));
        bytes32 chain = chainOf(parts[parts.length - 1]);
        bytes32 expected = keccak256(abi.encode(uint64(BEFORE + 2), BIDS, TRADES, chain));
        if (isMetered) {
            bytes32 alone = keccak256(abi.encode(uint64(BEFORE + 1), BIDS, TRADES, keccak256("")));
            bytes32 meteredHash = keccak256(abi.encode(uint64(BEFORE + 1), BEFORE, BEFORE, METERS, chain));
            expected = keccak256(abi.encode((alone >> 32) << 32, meteredHash));
        }
        require(commitment == (expected >> 32) << 32, "commitment");
        settle(escrow.lastPeriod() + 1, _none);
    }

    /* MONEY MEANWHILE */

    function test_What_an_unfinished_batch_gave_does_not_leave(uint256 amount, bool finishes) public {
        amount = bound(amount, 1, EACH);
        PartOf[] memory parts = partsOf(pack(payment(13, 0, amount)), 0, 1);
        parts[0].words = slice(parts[0].words, 0, 1); // What member 0 gets, and not yet who pays it.
        settlePart(BEFORE + 1, false, parts[0]);
        vm.prank(members[0]);
        escrow.requestWithdrawal(EACH + amount, members[0]);
        if (finishes) {
            // The last part comes as late as it may: she waits until that is beyond challenge, too.
            wait(CHALLENGE / 2);
            PartOf memory rest = PartOf(chainOf(parts[0]), 1, slice(pack(payment(13, 0, amount)), 1, 3));
            settlePart(BEFORE + 1, false, rest);
            finish(BEFORE + 1, false, chainOf(rest));
            wait(CHALLENGE - 1);
            vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotYet.selector, time() + 1));
            escrow.finaliseWithdrawal(members[0]);
            wait(1);
        } else {
            wait(CHALLENGE + CHALLENGE / 2);
            vm.expectRevert(IEnergySettlement.BatchUnfinished.selector);
            escrow.finaliseWithdrawal(members[0]);
            undo(parts[0], 0); // Whoever wants to be paid ends it by herself.
        }
        escrow.finaliseWithdrawal(members[0]);
        same(euro.balanceOf(members[0]), finishes ? EACH + amount : EACH, "paid");
    }

    /// @dev In between she asks for all; the batch is finished, and proved wrong in the last second: the money is still there.
    function test_Fraud_in_a_batch_by_parts_is_proved_before_its_money_leaves(uint256 amount, uint256 early, uint256 late) public {
        amount = bound(amount, 1, EACH);
        uint256[] memory words = pack(payment(13, 0, amount));
        PartOf memory first = PartOf(0, 0, slice(words, 0, 1));
        PartOf memory rest = PartOf(chainOf(first), 1, slice(words, 1, words.length));
        settlePart(BEFORE + 1, false, first);
        early = bound(early, 0, CHALLENGE / 2);
        wait(early);
        vm.prank(members[0]);
        escrow.requestWithdrawal(EACH + amount, members[0]);
        wait(bound(late, 0, CHALLENGE / 2 - early));
        settlePart(BEFORE + 1, false, rest);
        finish(BEFORE + 1, false, chainOf(rest));
        wait(CHALLENGE - 1);
        (, uint64 readyAt,) = escrow.requestOf(members[0]);
        require(time() < readyAt, "too early");
        slash(BEFORE + 1, STRANGER);
        escrow.rollbackParts(BIDS, TRADES, chainOf(rest));
        undo(rest, 0);
        undo(first, 0);
        (uint256 left,,) = escrow.requestOf(members[0]);
        same(escrow.balanceOf(members[0]) + left, EACH, "she");
        same(escrow.balanceOf(members[13]), EACH, "who paid");
    }

    function test_A_batch_is_finished_early_enough_or_undone(uint256 late) public {
        uint256[] memory words = pack(payment(0, 13, 1));
        settlePart(BEFORE + 1, false, PartOf(0, 0, words));
        bytes32 chain = unfinishedParts();
        uint256 until = time() + CHALLENGE / 2;
        vm.warp(until + bound(late, 1, 365 days));
        vm.startPrank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PartsTooLate.selector, until));
        escrow.settleParts(BEFORE + 1, BIDS, TRADES, chain);
        vm.warp(until);
        escrow.settleParts(BEFORE + 1, BIDS, TRADES, chain);
    }

    function test_What_was_asked_for_before_is_paid_as_ever(uint256 asked, uint256 paid) public {
        asked = bound(asked, 1, EACH);
        paid = bound(paid, 0, EACH);
        vm.prank(members[0]);
        escrow.requestWithdrawal(asked, members[0]);
        wait(1);
        uint256[] memory words = pack(payment(0, 13, paid));
        settlePart(BEFORE + 1, false, PartOf(0, 0, words));
        wait(CHALLENGE - 1);
        uint256 taken = paid > EACH - asked ? paid - (EACH - asked) : 0;
        if (taken != asked) escrow.finaliseWithdrawal(members[0]);
        same(euro.balanceOf(members[0]), asked - taken, "paid");
    }

    /* UNDONE */

    function test_Only_what_was_settled_is_undone(uint256 seed, uint256 kind, uint256 keep) public {
        PartOf[] memory parts = partsOf(pack(payment(0, 13, 1 + seed % EACH)), seed, 2);
        for (uint256 i = 0; i < 2; ++i) settlePart(BEFORE + 1, false, parts[i]);
        PartOf memory part = PartOf(parts[1].before, parts[1].from, parts[1].words);
        bytes32 chain = chainOf(part);
        kind %= 4;
        if (kind == 0) part = parts[0];
        if (kind == 1) part.before = keccak256(abi.encode(seed));
        if (kind == 2) part.from ^= 1;
        if (kind == 3) part.words = pack(payment(0, 13, 2 + seed % EACH));
        vm.startPrank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PartNotNext.selector, chain, chainOf(part)));
        escrow.undoPart(part.before, part.from, part.words, 0);
        keep = bound(keep, parts[1].words.length + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.CallDataLength.selector, keep, parts[1].words.length));
        escrow.undoPart(parts[1].before, parts[1].from, parts[1].words, keep);
    }

    function test_Others_undo_only_what_stays_unfinished_for_half_a_challenge(address sender, uint256 early) public {
        vm.assume(sender != SETTLER);
        PartOf memory part = PartOf(0, 0, pack(payment(0, 13, 1)));
        settlePart(BEFORE + 1, false, part);
        uint256 freeAt = time() + CHALLENGE / 2;
        wait(bound(early, 0, CHALLENGE / 2 - 1));
        vm.startPrank(sender);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotYet.selector, freeAt));
        undo(part, 0);
        vm.warp(freeAt);
        undo(part, 0);
        same(escrow.balanceOf(members[0]), EACH, "balance");
    }

    /// @dev Also a request that a part took from: its money, when it is due and to whom. Meanwhile anyone may have the rest of it paid.
    function test_Undoing_parts_is_exact(uint256 seed, uint256 asked, bool restIsPaid) public {
        for (uint256 i = 0; i < members.length; ++i) {
            uint256 amount = bound(uint256(keccak256(abi.encode(asked, i))), 0, EACH);
            if (amount == 0) continue;
            vm.prank(members[i]);
            escrow.requestWithdrawal(amount, address(uint160(0xAA00 + i)));
        }
        wait(1);
        uint256[] memory before = balances();
        uint256[] memory requests = requested();
        uint256 readyAt = time() - 1 + CHALLENGE;
        PartOf[] memory parts = partsOf(pack(randomDeltas(seed)), seed, 3);
        for (uint256 i = 0; i < 3; ++i) settlePart(BEFORE + 1, false, parts[i]);
        uint256[] memory paid = new uint256[](members.length);
        wait(CHALLENGE);
        for (uint256 i = 0; restIsPaid && i < members.length; ++i) {
            (paid[i],,) = escrow.requestOf(members[i]);
            if (paid[i] != 0) escrow.finaliseWithdrawal(members[i]);
        }
        for (uint256 i = 3; i > 0; --i) undoInSlices(parts[i - 1], seed);

        require(unfinishedParts() == 0, "unfinished");
        same(balances(), before, "balance");
        for (uint256 i = 0; i < members.length; ++i) {
            (uint256 left, uint64 due, address to) = escrow.requestOf(members[i]);
            same(left, requests[i] - paid[i], "request");
            if (left == 0) continue;
            require(due == readyAt && to == address(uint160(0xAA00 + i)), "when and to whom");
            escrow.finaliseWithdrawal(members[i]);
            same(euro.balanceOf(to), requests[i], "paid in all");
        }
        settle(BEFORE + 1, pack(payment(0, 13, escrow.balanceOf(members[0]))));
    }

    /// @dev The settler takes back the last words, and goes on with others.
    function test_A_batch_goes_on_from_what_was_kept(uint256 seed, uint256 keep) public {
        uint256[] memory words = pack(randomDeltas(seed));
        PartOf memory part = PartOf(0, 0, words);
        settlePart(BEFORE + 1, false, part);
        keep = bound(keep, 0, words.length);
        vm.prank(SETTLER);
        undo(part, keep);
        if (keep == 0) require(unfinishedParts() == 0, "nothing left");
        PartOf memory kept = PartOf(0, 0, slice(words, 0, keep));
        PartOf memory rest = PartOf(keep == 0 ? bytes32(0) : chainOf(kept), dueAfter(kept), slice(words, keep, words.length));
        settlePart(BEFORE + 1, false, rest);
        finish(BEFORE + 1, false, chainOf(rest));
        escrow.commitmentOf(BEFORE + 1);
    }

    /// @dev Her lane was filled up to the top meanwhile: what it cannot take back waits as all money does.
    function test_Money_that_no_longer_fits_waits_beside(uint256 amount) public {
        amount = bound(amount, 1, EACH);
        PartOf memory part = PartOf(0, 0, pack(payment(0, 1, amount)));
        settlePart(BEFORE + 1, false, part);
        escrow.deposit(members[0], LANE - escrow.balanceOf(members[0]));
        vm.prank(SETTLER);
        undo(part, 0);
        (uint256 aside, uint64 readyAt, address to) = escrow.requestOf(members[0]);
        same(escrow.balanceOf(members[0]), LANE, "lane");
        same(aside, amount, "aside");
        same(readyAt, time() + CHALLENGE, "ready");
        require(to == members[0], "to");
    }

    /* FRAUD AND EXIT */

    function test_Fraud_before_is_rolled_back_after_the_parts(uint256 seed) public {
        uint256[] memory before = balances();
        uint256[] memory words = settle(BEFORE + 1, randomDeltas(seed));
        PartOf[] memory parts = partsOf(pack(randomDeltas(seed >> 1)), seed, 2);
        for (uint256 i = 0; i < 2; ++i) settlePart(BEFORE + 2, false, parts[i]);
        slash(BEFORE + 1, STRANGER);
        vm.expectRevert(IEnergySettlement.BatchUnfinished.selector);
        escrow.rollback(BIDS, TRADES, words);
        undo(parts[1], 0);
        undo(parts[0], 0);
        escrow.rollback(BIDS, TRADES, words);
        same(balances(), before, "balance");
    }

    /// @dev Periods by parts, in one piece, and with a metered batch by parts on each: all undone newest first, some of them in slices.
    function test_Rolling_parts_back_restores_every_balance(uint256 seed, uint256 fraudulent) public {
        fraudulent = bound(fraudulent, 1, 3);
        uint256[] memory before;
        PartOf[][4] memory trades;
        PartOf[][4] memory metered;
        bytes32[4] memory alone;
        IEnergySettlement.Metering[4] memory stood;
        for (uint256 i = 1; i <= 3; ++i) {
            if (i == fraudulent) before = balances();
            seed = uint256(keccak256(abi.encode(seed)));
            uint256[] memory words = pack(randomDeltas(seed));
            trades[i] = partsOf(words, seed, i == 2 ? 1 : 3);
            if (i == 2) settle(BEFORE + i, words);
            else settleParts(BEFORE + i, false, trades[i]);
            (alone[i], stood[i]) = (settledHash(uint64(BEFORE + i)), escrow.metering());
            metered[i] = partsOf(pack(randomDeltas(seed >> 1)), seed, 2);
            settleParts(BEFORE + i, true, metered[i]);
        }

        slash(uint64(BEFORE + fraudulent), STRANGER);
        for (uint256 i = 3; i >= fraudulent; --i) {
            bytes32 deltasHash = i == 2 ? keccak256(abi.encodePacked(trades[i][0].words)) : chainOf(trades[i][2]);
            vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.MeteredBatchStands.selector, BEFORE + i));
            escrow.rollbackParts(BIDS, TRADES, deltasHash);
            escrow.rollbackMeteredParts(alone[i], stood[i], METERS, chainOf(metered[i][1]));
            vm.expectRevert(IEnergySettlement.BatchUnfinished.selector);
            escrow.rollbackParts(BIDS, TRADES, deltasHash);
            for (uint256 j = 2; j > 0; --j) undoInSlices(metered[i][j - 1], seed);

            vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, BEFORE + i));
            escrow.rollbackParts(BIDS, TRADES, deltasHash ^ bytes32(uint256(1)));
            escrow.rollbackParts(BIDS, TRADES, deltasHash);
            if (i == fraudulent) {
                wait(CHALLENGE);
                vm.expectRevert(IEnergySettlement.BatchUnfinished.selector);
                escrow.exit(members[0]);
            }
            for (uint256 j = trades[i].length; j > 0; --j) undoInSlices(trades[i][j - 1], seed);
        }
        same(balances(), before, "balance");
        (,, bool frozen, bool exiting) = escrow.state();
        require(!frozen && exiting && unfinishedParts() == 0, "state");
        for (uint256 i = 0; i < members.length; ++i) {
            if (before[i] != 0) escrow.exit(members[i]);
            same(euro.balanceOf(members[i]), before[i], "paid");
        }
    }

    function test_Nothing_is_rolled_back_without_proof(bytes32 deltasHash) public {
        settle(BEFORE + 1, _none);
        vm.expectRevert(IEnergySettlement.NotFrozen.selector);
        escrow.rollbackParts(BIDS, TRADES, deltasHash);
        vm.expectRevert(IEnergySettlement.NotFrozen.selector);
        escrow.rollbackMeteredParts(0, IEnergySettlement.Metering(BEFORE, BEFORE), METERS, deltasHash);
    }

    function test_An_operator_who_falls_silent_in_between_holds_up_nobody(uint256 amount) public {
        amount = bound(amount, 1, EACH);
        wait(SILENCE - 1);
        PartOf memory part = PartOf(0, 0, slice(pack(payment(13, 0, amount)), 0, 1));
        settlePart(BEFORE + 1, false, part);
        wait(1);
        escrow.openExit();
        vm.expectRevert(IEnergySettlement.BatchUnfinished.selector);
        escrow.exit(members[0]);
        vm.expectRevert(IEnergySettlement.BatchUnfinished.selector);
        vm.prank(ADMIN);
        escrow.reclaimBond(ADMIN);
        undo(part, 0);
        escrow.exit(members[0]);
        same(euro.balanceOf(members[0]), EACH, "paid");
    }

    /* WORDS */

    function pause() private {
        vm.prank(PAUSER);
        escrow.pause();
    }

    function refused(bytes32 parts, bytes32 before) private {
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PartNotNext.selector, parts, before));
        escrow.settlePart(BEFORE + 1, false, before, _none);
    }

    function requested() private view returns (uint256[] memory amounts) {
        amounts = new uint256[](members.length);
        for (uint256 i = 0; i < members.length; ++i) (amounts[i],,) = escrow.requestOf(members[i]);
    }
}

/// @notice Roots every period, balances every third.
contract RootsAndPartsTest is PartsTest {
    function terms() internal override returns (IEnergySettlement.Terms memory given) {
        given = super.terms();
        given.periodsPerBatch = 3;
    }

    function test_Parts_are_of_periods_that_move_balances(uint256 amount) public {
        PartOf[] memory parts = partsOf(pack(payment(0, 13, bound(amount, 1, EACH))), amount, 2);
        settleParts(BEFORE + 1, false, parts);
        vm.startPrank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotThisPeriod.selector, BEFORE + 2));
        escrow.settlePart(BEFORE + 2, false, 0, new uint256[](0));
        escrow.commitRoots(BEFORE + 2, BIDS, TRADES);
        vm.stopPrank();

        // Roots have no parts: there is nothing to undo, and what comes before can be rolled back.
        slash(BEFORE + 1, STRANGER);
        escrow.rollbackParts(BIDS, TRADES, 0);
        require(unfinishedParts() == 0, "unfinished");
        escrow.rollbackParts(BIDS, TRADES, chainOf(parts[1]));
        for (uint256 i = 2; i > 0; --i) undo(parts[i - 1], 0);
        same(escrow.balanceOf(members[0]), EACH, "balance");
    }
}

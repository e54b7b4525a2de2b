// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract SettleTest is EscrowTest {
    function test_Only_the_settler_settles(address sender) public {
        vm.assume(sender != SETTLER);
        vm.prank(sender);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotSettler.selector, sender));
        escrow.settle(BEFORE + 1, BIDS, TRADES, new uint256[](0));
    }

    function test_Only_the_next_period_is_settled(uint64 period) public {
        vm.assume(period != BEFORE + 1);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PeriodNotNext.selector, BEFORE + 1, period));
        escrow.settle(period, BIDS, TRADES, new uint256[](0));
    }

    function test_Money_is_neither_made_nor_lost(uint256 member, int256 delta) public {
        int256[] memory deltas = new int256[](MEMBERS);
        delta = int256(bound(uint256(delta), 0, 2 * EACH)) - int256(EACH);
        vm.assume(delta != 0);
        deltas[bound(member, 0, MEMBERS - 1)] = delta;
        uint256[] memory words = pack(deltas);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.DeltasNotBalanced.selector, delta));
        escrow.settle(BEFORE + 1, BIDS, TRADES, words);
    }

    function test_Nobody_pays_more_than_she_has(uint256 from, uint256 more) public {
        from = bound(from, 0, MEMBERS - 1);
        uint256[] memory words = pack(payment(from, (from + 1) % MEMBERS, EACH + bound(more, 1, 1 << 40)));
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.Overdraft.selector, members[from]));
        escrow.settle(BEFORE + 1, BIDS, TRADES, words);
    }

    /// @dev A member who asks for her money after she has traded holds up nobody: it is taken from there.
    function test_What_a_lane_lacks_is_taken_from_what_was_asked_for(uint256 asked, uint256 paid) public {
        asked = bound(asked, 1, EACH);
        paid = bound(paid, EACH - asked + 1, EACH);
        vm.prank(members[4]);
        escrow.requestWithdrawal(asked, STRANGER);
        settle(BEFORE + 1, payment(4, 9, paid));
        (uint256 left,,) = escrow.requestOf(members[4]);
        same(escrow.balanceOf(members[4]), 0, "lane");
        same(left, EACH - paid, "request");
        same(escrow.balanceOf(members[9]), EACH + paid, "payee");
    }

    function test_What_is_due_is_taken_by_no_batch(uint256 asked) public {
        asked = bound(asked, 1, EACH);
        vm.prank(members[4]);
        escrow.requestWithdrawal(asked, STRANGER);
        wait(CHALLENGE);
        uint256[] memory words = pack(payment(4, 9, EACH - asked + 1));
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.Overdraft.selector, members[4]));
        escrow.settle(BEFORE + 1, BIDS, TRADES, words);
    }

    function test_Nothing_settles_while_paused() public {
        vm.prank(PAUSER);
        escrow.pause();
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 3));
        escrow.settle(BEFORE + 1, BIDS, TRADES, new uint256[](0));
        vm.prank(ADMIN);
        escrow.unpause();
        settle(BEFORE + 1, new uint256[](0));
    }

    function test_No_period_is_pushed_out_of_the_ring_while_it_can_be_challenged(uint256 duration) public {
        for (uint256 i = 1; i <= WINDOW; ++i) settle(BEFORE + i, new uint256[](0));
        uint256 freeAt = time() + CHALLENGE;
        wait(bound(duration, 0, CHALLENGE - 1));
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.RingFull.selector, freeAt));
        escrow.settle(BEFORE + WINDOW + 1, BIDS, TRADES, new uint256[](0));
        vm.warp(freeAt);
        settle(BEFORE + WINDOW + 1, new uint256[](0));
    }

    function test_Periods_end_with_32_bits() public {
        IEnergySettlement.Terms memory late = terms();
        late.lastPeriod = type(uint32).max;
        late.bond = 0;
        EnergySettlement last = create(late);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PeriodTooHigh.selector, type(uint32).max));
        last.settle(uint64(type(uint32).max) + 1, BIDS, TRADES, new uint256[](0));
    }

    function test_Balances_follow_the_plain_model(uint256 seed) public {
        for (uint256 period = BEFORE + 1; period <= BEFORE + 3; ++period) {
            seed = uint256(keccak256(abi.encode(seed)));
            int256[] memory deltas = randomDeltas(seed);
            uint256[] memory expected = balances();
            for (uint256 i = 0; i < MEMBERS; ++i) expected[i] = uint256(int256(expected[i]) + deltas[i]);
            uint256[] memory words = settle(period, deltas);
            same(balances(), expected, "balance");
            (bytes32 commitment, uint64 settledAt) = escrow.commitmentOf(uint64(period));
            bytes32 whole = keccak256(abi.encode(uint64(period), BIDS, TRADES, keccak256(abi.encodePacked(words))));
            require(commitment == (whole >> 32) << 32, "commitment");
            same(settledAt, time(), "time");
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract WithdrawTest is EscrowTest {
    function test_Nobody_asks_for_more_than_she_has(uint256 member, uint256 more) public {
        member = bound(member, 0, MEMBERS - 1);
        more = bound(more, 1, type(uint128).max);
        vm.prank(members[member]);
        vm.expectRevert(
            abi.encodeWithSelector(IEnergySettlement.InsufficientBalance.selector, members[member], EACH, EACH + more)
        );
        escrow.requestWithdrawal(EACH + more, members[member]);
    }

    function test_A_stranger_asks_for_nothing(uint256 amount) public {
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotRegistered.selector, STRANGER));
        escrow.requestWithdrawal(amount, STRANGER);
    }

    function test_Nobody_is_paid_before_the_challenge_is_over(uint256 amount, uint256 duration) public {
        request(3, bound(amount, 1, EACH), members[3]);
        uint256 readyAt = time() + CHALLENGE;
        wait(bound(duration, 0, CHALLENGE - 1));
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotYet.selector, readyAt));
        escrow.finaliseWithdrawal(members[3]);
    }

    function test_Who_asked_for_nothing_is_paid_nothing(uint256 member) public {
        member = bound(member, 0, MEMBERS - 1);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NothingRequested.selector, members[member]));
        escrow.finaliseWithdrawal(members[member]);
    }

    function test_Anyone_has_her_paid_to_where_she_said(uint256 amount, address to) public {
        vm.assume(to != address(0) && to != address(escrow));
        amount = bound(amount, 1, EACH);
        request(3, amount, to);
        same(escrow.balanceOf(members[3]), EACH - amount, "balance");
        wait(CHALLENGE);
        uint256 before = euro.balanceOf(to);
        vm.prank(STRANGER);
        escrow.finaliseWithdrawal(members[3]);
        same(euro.balanceOf(to) - before, amount, "paid");
        same(owed(), euro.balanceOf(address(escrow)), "escrow");
    }

    function test_A_second_request_makes_all_of_it_wait(uint256 first, uint256 second) public {
        first = bound(first, 1, EACH - 1);
        second = bound(second, 1, EACH - first);
        request(0, first, members[0]);
        wait(CHALLENGE - 1);
        request(0, second, STRANGER);
        (uint256 amount, uint64 readyAt, address to) = escrow.requestOf(members[0]);
        same(amount, first + second, "amount");
        same(readyAt, time() + CHALLENGE, "ready");
        require(to == STRANGER, "to");
    }

    function test_A_request_taken_back_is_as_if_it_had_not_been(uint256 amount) public {
        uint256[] memory before = balances();
        request(5, bound(amount, 1, EACH), members[5]);
        vm.prank(members[5]);
        escrow.cancelWithdrawal();
        same(balances(), before, "balance");
        vm.prank(members[5]);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NothingRequested.selector, members[5]));
        escrow.cancelWithdrawal();
    }

    function test_A_pause_stops_no_withdrawal(uint256 amount) public {
        vm.prank(PAUSER);
        escrow.pause();
        amount = bound(amount, 1, EACH);
        request(2, amount, members[2]);
        wait(CHALLENGE);
        escrow.finaliseWithdrawal(members[2]);
        same(euro.balanceOf(members[2]), amount, "paid");
    }

    function request(uint256 member, uint256 amount, address to) private {
        vm.prank(members[member]);
        escrow.requestWithdrawal(amount, to);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract RollbackTest is EscrowTest {
    function test_Nothing_is_rolled_back_without_proof() public {
        settle(BEFORE + 1, new uint256[](0));
        vm.expectRevert(IEnergySettlement.NotFrozen.selector);
        escrow.rollback(BIDS, TRADES, new uint256[](0));
    }

    function test_Only_what_was_settled_is_rolled_back(uint256 seed) public {
        uint256[] memory words = settle(BEFORE + 1, payment(1, 7, 1 + seed % EACH));
        slash(BEFORE + 1, STRANGER);
        uint256[] memory other = pack(payment(1, 7, 2 + seed % EACH));
        bytes memory refusal = abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, BEFORE + 1);
        vm.expectRevert(refusal);
        escrow.rollback(BIDS, TRADES, other);
        vm.expectRevert(refusal);
        escrow.rollback(TRADES, BIDS, words);
        vm.expectRevert(refusal);
        escrow.rollback(BIDS, TRADES, new uint256[](0));
    }

    /// @dev Three periods, fraud in any of them: it and what came after are undone, newest first, and what came before stands.
    function test_Rolling_back_restores_every_balance(uint256 seed, uint256 fraudulent) public {
        fraudulent = bound(fraudulent, 1, 3);
        uint256[][4] memory words;
        uint256[] memory before;
        for (uint256 i = 1; i <= 3; ++i) {
            if (i == fraudulent) before = balances();
            seed = uint256(keccak256(abi.encode(seed)));
            words[i] = settle(BEFORE + i, randomDeltas(seed));
        }

        slash(uint64(BEFORE + fraudulent), STRANGER);
        for (uint256 i = 3; i >= fraudulent; --i) escrow.rollback(BIDS, TRADES, words[i]);
        same(balances(), before, "balance");
        same(escrow.lastPeriod(), BEFORE + fraudulent - 1, "last period");
        (,, bool frozen, bool exiting) = escrow.state();
        require(!frozen && exiting, "state");
        vm.expectRevert(IEnergySettlement.NotFrozen.selector);
        escrow.rollback(BIDS, TRADES, words[fraudulent - 1]);
    }

    /// @dev What she was paid wrongly and has asked for since is taken from her request.
    function test_Money_asked_for_meanwhile_is_not_out_of_reach(uint256 amount, uint256 asked) public {
        amount = bound(amount, 1, EACH);
        asked = bound(asked, 1, EACH + amount);
        uint256[] memory words = settle(BEFORE + 1, payment(0, 1, amount));
        vm.prank(members[1]);
        escrow.requestWithdrawal(asked, members[1]);
        slash(BEFORE + 1, STRANGER);

        // However late it is rolled back: while frozen nobody is paid.
        wait(10 * CHALLENGE);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 5));
        escrow.finaliseWithdrawal(members[1]);
        escrow.rollback(BIDS, TRADES, words);
        (uint256 requested,,) = escrow.requestOf(members[1]);
        same(escrow.balanceOf(members[0]), EACH, "payer");
        same(escrow.balanceOf(members[1]) + requested, EACH, "payee");
    }

    /// @dev Her lane was filled up to the top after she had paid: what it cannot take back is put beside it.
    function test_Money_that_no_longer_fits_is_put_aside(uint256 amount) public {
        amount = bound(amount, 1, EACH);
        uint256[] memory words = settle(BEFORE + 1, payment(0, 1, amount));
        escrow.deposit(members[0], LANE - escrow.balanceOf(members[0]));
        slash(BEFORE + 1, STRANGER);
        escrow.rollback(BIDS, TRADES, words);
        (uint256 requested,, address to) = escrow.requestOf(members[0]);
        same(escrow.balanceOf(members[0]), LANE, "lane");
        same(requested, amount, "aside");
        require(to == members[0], "to");
        wait(CHALLENGE);
        escrow.exit(members[0]);
        same(euro.balanceOf(members[0]), LANE + amount, "paid");
    }
}

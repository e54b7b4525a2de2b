// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {EnergySettlement} from "../../EnergySettlement.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract RolesTest is EscrowTest {
    function test_Only_who_has_the_role_acts(address sender) public {
        vm.assume(sender != ADMIN && sender != PAUSER && sender != REGISTRAR);
        bytes4 refusal = IAccessControl.AccessControlUnauthorizedAccount.selector;
        vm.startPrank(sender);
        vm.expectRevert(abi.encodeWithSelector(refusal, sender, escrow.PAUSER_ROLE()));
        escrow.pause();
        vm.expectRevert(abi.encodeWithSelector(refusal, sender, bytes32(0)));
        escrow.unpause();
        vm.expectRevert(abi.encodeWithSelector(refusal, sender, bytes32(0)));
        escrow.announceSettler(sender);
        vm.expectRevert(abi.encodeWithSelector(refusal, sender, bytes32(0)));
        escrow.reclaimBond(sender);
        vm.expectRevert(abi.encodeWithSelector(refusal, sender, escrow.REGISTRAR_ROLE()));
        escrow.register(new address[](0));
        vm.stopPrank();
    }

    function test_A_new_settler_waits(address next, uint256 early) public {
        vm.assume(next != address(0) && next != SETTLER);
        vm.prank(ADMIN);
        escrow.announceSettler(next);
        uint256 readyAt = time() + KEY_DELAY;
        wait(bound(early, 0, KEY_DELAY - 1));
        vm.prank(next);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotYet.selector, readyAt));
        escrow.acceptSettler();
        settle(BEFORE + 1, new uint256[](0));
        vm.warp(readyAt);
        vm.prank(next);
        escrow.acceptSettler();
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotSettler.selector, SETTLER));
        escrow.settle(BEFORE + 2, BIDS, TRADES, new uint256[](0));
        vm.prank(next);
        escrow.settle(BEFORE + 2, BIDS, TRADES, new uint256[](0));
    }

    function test_Nobody_becomes_settler_unannounced(address sender) public {
        vm.assume(sender != address(0));
        vm.prank(sender);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotSettler.selector, sender));
        escrow.acceptSettler();
        vm.prank(ADMIN);
        vm.expectRevert(IEnergySettlement.ZeroAddress.selector);
        escrow.announceSettler(address(0));
    }

    /// @dev Whoever distrusts a new settler has asked for her money and got it before he can begin.
    function test_Who_distrusts_the_next_settler_is_out_before_he_begins() public {
        vm.prank(ADMIN);
        escrow.announceSettler(STRANGER);
        vm.prank(members[4]);
        escrow.requestWithdrawal(EACH, members[4]);
        wait(CHALLENGE);
        escrow.finaliseWithdrawal(members[4]);
        same(euro.balanceOf(members[4]), EACH, "paid");
        require(escrow.settler() == SETTLER, "settler");
    }

    function test_Delays_are_at_least_a_challenge() public {
        IEnergySettlement.Terms memory wrong = terms();
        wrong.silenceSeconds = uint32(CHALLENGE - 1);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.ChallengeTooLong.selector, CHALLENGE));
        create(wrong);
        wrong = terms();
        wrong.keyDelaySeconds = uint32(CHALLENGE - 1);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.ChallengeTooLong.selector, CHALLENGE));
        create(wrong);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract ExitTest is EscrowTest {
    function test_Nobody_exits_while_the_operator_works(uint256 after_) public {
        vm.expectRevert(IEnergySettlement.NotExiting.selector);
        escrow.exit(members[0]);
        settle(BEFORE + 1, new uint256[](0));
        uint256 silentFrom = time() + SILENCE;
        wait(bound(after_, 0, SILENCE - 1));
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotYet.selector, silentFrom));
        escrow.openExit();
    }

    /// @dev In any order, with requests open or not, paused or not: everyone gets all that is hers, and the bond goes back.
    function test_Everyone_gets_out_when_the_operator_is_silent(uint256 seed, bool paused) public {
        settle(BEFORE + 1, randomDeltas(seed));
        address first = members[seed % MEMBERS];
        if (escrow.balanceOf(first) > 0) {
            vm.prank(first);
            escrow.requestWithdrawal(1, first);
        }
        if (paused) {
            vm.prank(PAUSER);
            escrow.pause();
        }
        wait(SILENCE);
        vm.prank(STRANGER);
        escrow.openExit();
        for (uint256 i = 0; i < MEMBERS; ++i) {
            address member = members[(i + seed % MEMBERS) % MEMBERS];
            (uint256 requested,,) = escrow.requestOf(member);
            uint256 has = escrow.balanceOf(member) + requested;
            if (has == 0) vm.expectRevert(IEnergySettlement.ZeroAmount.selector);
            escrow.exit(member);
            same(euro.balanceOf(member), has, "paid");
        }
        vm.prank(ADMIN);
        escrow.reclaimBond(ADMIN);
        same(euro.balanceOf(address(escrow)), 0, "escrow");
        vm.prank(ADMIN);
        vm.expectRevert(IEnergySettlement.ZeroAmount.selector);
        escrow.reclaimBond(ADMIN);
    }

    function test_The_bond_stays_while_the_operator_works() public {
        vm.prank(ADMIN);
        vm.expectRevert(IEnergySettlement.NotExiting.selector);
        escrow.reclaimBond(ADMIN);
    }

    function test_Exiting_it_settles_nothing_more() public {
        wait(SILENCE);
        escrow.openExit();
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 9));
        escrow.settle(BEFORE + 1, BIDS, TRADES, new uint256[](0));
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 9));
        escrow.openExit();
    }
}

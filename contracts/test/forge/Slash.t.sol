// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract SlashTest is EscrowTest {
    function test_Only_the_judge_slashes(address sender) public {
        vm.assume(sender != address(this));
        settle(BEFORE + 1, new uint256[](0));
        refused(sender, BEFORE + 1, sender, abi.encodeWithSelector(IEnergySettlement.NotJudge.selector, sender));
    }

    function test_Only_a_settled_period_is_fraudulent(uint64 period) public {
        vm.assume(period != BEFORE + 1);
        settle(BEFORE + 1, new uint256[](0));
        refused(address(this), period, STRANGER, abi.encodeWithSelector(IEnergySettlement.PeriodNotInWindow.selector, period));
    }

    function test_A_period_beyond_challenge_stands(uint256 late) public {
        settle(BEFORE + 1, new uint256[](0));
        wait(CHALLENGE + bound(late, 0, 365 days));
        refused(address(this), BEFORE + 1, STRANGER, abi.encodeWithSelector(IEnergySettlement.PeriodFinal.selector, BEFORE + 1));
    }

    function test_The_same_fraud_is_not_proved_twice_but_an_earlier_one_is() public {
        for (uint256 i = 1; i <= 3; ++i) settle(BEFORE + i, new uint256[](0));
        slash(BEFORE + 2, STRANGER);
        refused(address(this), BEFORE + 2, STRANGER, abi.encodeWithSelector(IEnergySettlement.AlreadyProved.selector, BEFORE + 2));
        refused(address(this), BEFORE + 3, STRANGER, abi.encodeWithSelector(IEnergySettlement.AlreadyProved.selector, BEFORE + 2));
        slash(BEFORE + 1, STRANGER);
        same(escrow.fraudulentPeriod(), BEFORE + 1, "period");
    }

    function test_An_earlier_fraud_is_proved_after_a_later_one_was_rolled_back() public {
        settle(BEFORE + 1, new uint256[](0));
        settle(BEFORE + 2, new uint256[](0));
        slash(BEFORE + 2, STRANGER);
        escrow.rollback(BIDS, TRADES, new uint256[](0));
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotYet.selector, time() + CHALLENGE));
        escrow.exit(members[0]);
        slash(BEFORE + 1, STRANGER);
        escrow.rollback(BIDS, TRADES, new uint256[](0));
        same(escrow.lastPeriod(), BEFORE, "last period");
        escrow.exit(members[0]);
    }

    function test_Half_of_the_bond_is_the_challengers(uint256 more) public {
        escrow.postBond(bound(more, 1, 1 << 60));
        uint256 bond = escrow.bond();
        settle(BEFORE + 1, new uint256[](0));
        slash(BEFORE + 1, STRANGER);
        same(escrow.bond(), 0, "bond");
        same(escrow.rewardOf(STRANGER), bond - bond / 2, "challenger");
        same(escrow.rewardOf(TREASURY), bond / 2, "treasury");
        vm.prank(STRANGER);
        escrow.claimReward(STRANGER);
        same(euro.balanceOf(STRANGER), bond - bond / 2, "paid");
        vm.prank(STRANGER);
        vm.expectRevert(IEnergySettlement.ZeroAmount.selector);
        escrow.claimReward(STRANGER);
        vm.prank(TREASURY);
        vm.expectRevert(IEnergySettlement.ZeroAddress.selector);
        escrow.claimReward(address(0));
    }

    function test_A_bond_has_64_bits(uint256 more) public {
        more = bound(more, type(uint64).max - BOND + 1, type(uint96).max);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.BondTooHigh.selector, type(uint64).max));
        escrow.postBond(more);
    }

    function test_Frozen_it_takes_no_money_and_settles_nothing() public {
        settle(BEFORE + 1, new uint256[](0));
        slash(BEFORE + 1, STRANGER);
        bytes memory refusal = abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 5);
        vm.expectRevert(refusal);
        escrow.deposit(members[0], 1);
        vm.expectRevert(refusal);
        escrow.postBond(1);
        vm.expectRevert(refusal);
        escrow.openExit();
        vm.prank(SETTLER);
        vm.expectRevert(refusal);
        escrow.settle(BEFORE + 2, BIDS, TRADES, new uint256[](0));
    }

    function test_Without_his_bond_the_operator_does_not_settle(uint256 amount) public {
        EnergySettlement unbonded = create(terms());
        euro.approve(address(unbonded), type(uint256).max);
        amount = bound(amount, 1, BOND - 1);
        unbonded.postBond(amount);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 0));
        unbonded.settle(BEFORE + 1, BIDS, TRADES, new uint256[](0));
        unbonded.postBond(BOND - amount);
        vm.prank(SETTLER);
        unbonded.settle(BEFORE + 1, BIDS, TRADES, new uint256[](0));
    }

    function test_Evidence_must_be_about_what_was_settled(bytes32 other) public {
        settle(BEFORE + 1, new uint256[](0));
        vm.assume((other >> 32) << 32 != settledHash(BEFORE + 1));
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, BEFORE + 1));
        escrow.slash(BEFORE + 1, other, STRANGER);
    }

    function refused(address judge, uint64 period, address challenger, bytes memory refusal) private {
        bytes32 settled = settledHash(period);
        vm.prank(judge);
        vm.expectRevert(refusal);
        escrow.slash(period, settled, challenger);
    }
}

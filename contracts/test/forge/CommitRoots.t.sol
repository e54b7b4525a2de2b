// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

/// @notice Roots every period, balances every third: in periods 1001, 1004, ..., as 1002 is divisible by three.
contract CommitRootsTest is EscrowTest {
    function terms() internal override returns (IEnergySettlement.Terms memory given) {
        given = super.terms();
        given.periodsPerBatch = 3;
    }

    function test_Balances_move_in_every_third_period_and_only_then() public {
        bytes4 refusal = IEnergySettlement.NotThisPeriod.selector;
        for (uint64 period = BEFORE + 1; period <= BEFORE + 7; ++period) {
            bool moves = (period + 1) % 3 == 0;
            vm.startPrank(SETTLER);
            vm.expectRevert(abi.encodeWithSelector(refusal, period));
            if (moves) escrow.commitRoots(period, BIDS, TRADES);
            else escrow.settle(period, BIDS, TRADES, new uint256[](0));
            if (moves) escrow.settle(period, BIDS, TRADES, new uint256[](0));
            else escrow.commitRoots(period, BIDS, TRADES);
            vm.stopPrank();
        }
    }

    function test_A_period_without_deltas_keeps_its_roots(bytes32 bids, bytes32 trades) public {
        settle(BEFORE + 1, new uint256[](0));
        vm.prank(SETTLER);
        escrow.commitRoots(BEFORE + 2, bids, trades);
        (bytes32 commitment,) = escrow.commitmentOf(BEFORE + 2);
        bytes32 whole = keccak256(abi.encode(uint64(BEFORE + 2), bids, trades, bytes32(0)));
        require(commitment == (whole >> 32) << 32, "commitment");
    }

    function test_Fraud_in_a_period_without_deltas_rolls_back_the_batch_that_paid_it(uint256 amount) public {
        settle(BEFORE + 1, payment(3, 4, 5));
        uint256[] memory before = balances();
        vm.startPrank(SETTLER);
        escrow.commitRoots(BEFORE + 2, BIDS, TRADES);
        escrow.commitRoots(BEFORE + 3, BIDS, TRADES);
        vm.stopPrank();
        uint256[] memory words = settle(BEFORE + 4, payment(0, 9, bound(amount, 1, EACH)));
        slash(BEFORE + 2, STRANGER);
        escrow.rollback(BIDS, TRADES, words);
        escrow.rollback(BIDS, TRADES, new uint256[](0));
        escrow.rollback(BIDS, TRADES, new uint256[](0));
        same(balances(), before, "balance");
        same(escrow.lastPeriod(), BEFORE + 1, "last period");
    }

    function test_Balances_move_at_least_once_in_the_ring(uint32 periods) public {
        vm.assume(periods == 0 || periods > WINDOW);
        IEnergySettlement.Terms memory wrong = terms();
        wrong.periodsPerBatch = periods;
        vm.expectRevert(
            abi.encodeWithSelector(IEnergySettlement.PeriodsPerBatchOutOfRange.selector, periods, WINDOW)
        );
        create(wrong);
    }
}

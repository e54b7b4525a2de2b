// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract RollbackMeteredTest is EscrowTest {
    uint256[] private _none;
    IEnergySettlement.Metering private _first = IEnergySettlement.Metering(BEFORE, BEFORE);

    function test_Nothing_metered_is_rolled_back_without_proof() public {
        settle(BEFORE + 1, _none);
        bytes32 settled = settledHash(BEFORE + 1);
        settleMetered(BEFORE + 1, _none);
        vm.expectRevert(IEnergySettlement.NotFrozen.selector);
        escrow.rollbackMetered(settled, _first, METERS, _none);
    }

    function test_Where_no_metered_batch_stands_none_is_rolled_back() public {
        settle(BEFORE + 1, _none);
        settleMetered(BEFORE + 1, _none);
        settle(BEFORE + 2, _none);
        bytes32 settled = settledHash(BEFORE + 2);
        slash(BEFORE + 2, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NothingMetered.selector, BEFORE + 2));
        escrow.rollbackMetered(settled, _first, METERS, _none);
    }

    function test_A_period_is_not_rolled_back_from_under_its_metered_batch(uint256 seed) public {
        uint256[] memory words = settle(BEFORE + 1, randomDeltas(seed));
        settleMetered(BEFORE + 1, _none);
        slash(BEFORE + 1, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.MeteredBatchStands.selector, BEFORE + 1));
        escrow.rollback(BIDS, TRADES, words);
    }

    function test_Only_what_was_settled_is_rolled_back(uint256 seed) public {
        settle(BEFORE + 1, _none);
        bytes32 settled = settledHash(BEFORE + 1);
        uint256[] memory words = settleMetered(BEFORE + 1, payment(1, 7, 1 + seed % EACH));
        slash(BEFORE + 1, STRANGER);
        refused(settled, _first, METERS, pack(payment(1, 7, 2 + seed % EACH)));
        refused(settled, _first, METERS, _none);
        refused(settled, _first, TRADES, words);
        refused(bytes32(uint256(settled) ^ (1 << (32 + seed % 224))), _first, METERS, words);
        refused(settled, IEnergySettlement.Metering(BEFORE - 1, BEFORE), METERS, words);
        refused(settled, IEnergySettlement.Metering(BEFORE, BEFORE - 1), METERS, words);
        escrow.rollbackMetered(settled, _first, METERS, words);
    }

    /// @dev Three trading periods with a metered batch on each, fraud in any of them. All is as before it, the ring included.
    function test_Rolling_back_restores_balances_commitment_time_and_metering(uint256 seed, uint256 fraudulent) public {
        fraudulent = bound(fraudulent, 1, 3);
        uint256[][4] memory traded;
        uint256[][4] memory metered;
        bytes32[4] memory settled;
        uint64[4] memory settledAt;
        uint256[] memory before;
        for (uint32 i = 1; i <= 3; ++i) {
            if (i == fraudulent) before = balances();
            seed = uint256(keccak256(abi.encode(seed)));
            traded[i] = settle(BEFORE + i, randomDeltas(seed));
            (settled[i], settledAt[i]) = escrow.commitmentOf(BEFORE + i);
            wait(seed % 100);
            metered[i] = settleMetered(BEFORE + i, randomDeltas(seed >> 1));
        }

        slash(uint64(BEFORE + fraudulent), STRANGER);
        for (uint32 i = 3; i >= fraudulent; --i) {
            IEnergySettlement.Metering memory standing = IEnergySettlement.Metering(BEFORE + i - 1, BEFORE + i - 1);
            escrow.rollbackMetered(settled[i], standing, METERS, metered[i]);
            (bytes32 commitment, uint64 time_) = escrow.commitmentOf(BEFORE + i);
            require(commitment == settled[i] && time_ == settledAt[i], "commitment");
            IEnergySettlement.Metering memory metering = escrow.metering();
            same(metering.period, standing.period, "metered");
            same(metering.standsOn, standing.standsOn, "stands on");
            escrow.rollback(BIDS, TRADES, traded[i]);
        }

        same(balances(), before, "balance");
        (,, bool frozen, bool exiting) = escrow.state();
        require(!frozen && exiting, "state");
    }

    /// @dev What she was paid wrongly and has asked for since is taken from her request.
    function test_Money_asked_for_meanwhile_is_not_out_of_reach(uint256 amount, uint256 asked) public {
        amount = bound(amount, 1, EACH);
        asked = bound(asked, 1, EACH + amount);
        settle(BEFORE + 1, _none);
        bytes32 settled = settledHash(BEFORE + 1);
        uint256[] memory words = settleMetered(BEFORE + 1, payment(0, 1, amount));
        vm.prank(members[1]);
        escrow.requestWithdrawal(asked, members[1]);
        slash(BEFORE + 1, STRANGER);
        wait(10 * CHALLENGE);
        escrow.rollbackMetered(settled, _first, METERS, words);
        (uint256 requested,,) = escrow.requestOf(members[1]);
        same(escrow.balanceOf(members[0]), EACH, "payer");
        same(escrow.balanceOf(members[1]) + requested, EACH, "payee");
    }

    function refused(bytes32 settled, IEnergySettlement.Metering memory before, bytes32 root, uint256[] memory words) private {
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, BEFORE + 1));
        escrow.rollbackMetered(settled, before, root, words);
    }
}

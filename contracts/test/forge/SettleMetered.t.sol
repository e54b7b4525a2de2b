// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract SettleMeteredTest is EscrowTest {
    uint256[] private _none;

    function test_Only_the_settler_settles_deviations(address sender) public {
        vm.assume(sender != SETTLER);
        settle(BEFORE + 1, _none);
        vm.prank(sender);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotSettler.selector, sender));
        escrow.settleMetered(BEFORE + 1, METERS, _none);
    }

    function test_No_deviation_settles_while_paused() public {
        settle(BEFORE + 1, _none);
        vm.prank(PAUSER);
        escrow.pause();
        refused(BEFORE + 1, _none, abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 3));
    }

    function test_No_deviation_settles_while_frozen() public {
        settle(BEFORE + 1, _none);
        slash(BEFORE + 1, STRANGER);
        refused(BEFORE + 1, _none, abi.encodeWithSelector(IEnergySettlement.NotOpen.selector, 5));
    }

    function test_Before_the_first_trading_period_there_is_nothing_to_stand_on(uint64 meteredPeriod) public {
        refused(meteredPeriod, _none, abi.encodeWithSelector(IEnergySettlement.MeteredAlready.selector, BEFORE));
    }

    function test_At_most_one_metered_batch_stands_on_a_period(uint64 meteredPeriod) public {
        for (uint256 i = 1; i <= 3; ++i) settle(BEFORE + i, _none);
        settleMetered(BEFORE + 1, _none);
        refused(meteredPeriod, _none, abi.encodeWithSelector(IEnergySettlement.MeteredAlready.selector, BEFORE + 3));
        settle(BEFORE + 4, _none);
        settleMetered(BEFORE + 2, _none);
    }

    function test_Metered_periods_ascend_and_were_traded_before(uint64 wrong) public {
        vm.assume(wrong <= BEFORE + 2 || wrong > BEFORE + 4);
        for (uint256 i = 1; i <= 3; ++i) settle(BEFORE + i, _none);
        settleMetered(BEFORE + 2, _none);
        settle(BEFORE + 4, _none);
        refused(
            wrong, _none, abi.encodeWithSelector(IEnergySettlement.MeteredPeriodOutOfRange.selector, BEFORE + 2, BEFORE + 4)
        );
        settleMetered(BEFORE + 4, _none);
    }

    function test_A_metered_batch_comes_early_enough_to_be_challenged(uint256 late) public {
        settle(BEFORE + 1, _none);
        uint256 until = time() + CHALLENGE / 2;
        vm.warp(until + bound(late, 1, 365 days));
        refused(BEFORE + 1, _none, abi.encodeWithSelector(IEnergySettlement.MeteredTooLate.selector, until));
        vm.warp(until);
        settleMetered(BEFORE + 1, _none);
    }

    function test_Deviations_neither_make_nor_lose_money(uint256 member, int256 delta) public {
        int256[] memory deltas = new int256[](MEMBERS);
        delta = int256(bound(uint256(delta), 0, 2 * EACH)) - int256(EACH);
        vm.assume(delta != 0);
        deltas[bound(member, 0, MEMBERS - 1)] = delta;
        settle(BEFORE + 1, _none);
        refused(BEFORE + 1, pack(deltas), abi.encodeWithSelector(IEnergySettlement.DeltasNotBalanced.selector, delta));
    }

    function test_Nobody_pays_more_for_her_deviation_than_she_has(uint256 from, uint256 more) public {
        from = bound(from, 0, MEMBERS - 1);
        settle(BEFORE + 1, _none);
        uint256[] memory words = pack(payment(from, (from + 1) % MEMBERS, EACH + bound(more, 1, 1 << 40)));
        refused(BEFORE + 1, words, abi.encodeWithSelector(IEnergySettlement.Overdraft.selector, members[from]));
    }

    function test_Trailing_bytes_are_refused() public {
        settle(BEFORE + 1, _none);
        bytes memory call = abi.encodeCall(IEnergySettlement.settleMetered, (BEFORE + 1, METERS, _none));
        vm.prank(SETTLER);
        (bool success, bytes memory answer) = address(escrow).call(bytes.concat(call, hex"00"));
        require(!success, "taken");
        bytes memory expected = abi.encodeWithSelector(IEnergySettlement.CallDataLength.selector, 4 + 4 * 32, 4 + 4 * 32 + 1);
        require(keccak256(answer) == keccak256(expected), "another error");
    }

    /// @dev Three trading periods; the deviations of the first two are settled after the second and the third.
    function test_Balances_follow_the_plain_model(uint256 seed) public {
        uint256[] memory expected = balances();
        for (uint256 period = BEFORE + 1; period <= BEFORE + 3; ++period) {
            seed = uint256(keccak256(abi.encode(seed)));
            int256[] memory deltas = randomDeltas(seed);
            settle(period, deltas);
            apply_(expected, deltas);
            if (period == BEFORE + 1) continue;
            deltas = randomDeltas(seed >> 1);
            settleMetered(period - 1, deltas);
            apply_(expected, deltas);
            IEnergySettlement.Metering memory metering = escrow.metering();
            same(metering.period, period - 1, "metered");
            same(metering.standsOn, period, "stands on");
        }

        same(balances(), expected, "balance");
    }

    function test_The_commitment_is_of_both_and_the_time_stays(uint256 seed, bytes32 meterRoot, uint256 later) public {
        settle(BEFORE + 1, randomDeltas(seed));
        (bytes32 traded, uint64 tradedAt) = escrow.commitmentOf(BEFORE + 1);
        wait(bound(later, 0, CHALLENGE / 2));
        uint256[] memory words = pack(randomDeltas(seed >> 1));
        vm.prank(SETTLER);
        escrow.settleMetered(BEFORE + 1, meterRoot, words);

        bytes32 metered = keccak256(
            abi.encode(uint64(BEFORE + 1), uint32(BEFORE), uint32(BEFORE), meterRoot, keccak256(abi.encodePacked(words)))
        );
        bytes32 both = keccak256(abi.encode(traded, metered));
        (bytes32 commitment, uint64 settledAt) = escrow.commitmentOf(BEFORE + 1);
        require(commitment == (both >> 32) << 32, "commitment");
        same(settledAt, tradedAt, "time");
        same(escrow.lastSettledAt(), tradedAt, "last settled");

        // Evidence is now about both: of the trades alone it comes too late, and is given again.
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, BEFORE + 1));
        escrow.slash(BEFORE + 1, traded, STRANGER);
        escrow.slash(BEFORE + 1, both, STRANGER);
    }

    /// @dev Whoever asks for money after a period is paid when neither it nor the metered batch on it can be challenged.
    function test_Nothing_is_challenged_after_the_money_that_it_brought_has_left(uint256 asked) public {
        settle(BEFORE + 1, payment(0, 1, EACH));
        wait(bound(asked, 0, CHALLENGE / 2));
        vm.prank(members[1]);
        escrow.requestWithdrawal(2 * EACH, members[1]);
        settleMetered(BEFORE + 1, payment(2, 3, EACH));
        wait(CHALLENGE);
        escrow.finaliseWithdrawal(members[1]);
        bytes32 both = settledHash(BEFORE + 1);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.PeriodFinal.selector, BEFORE + 1));
        escrow.slash(BEFORE + 1, both, STRANGER);
    }

    function apply_(uint256[] memory to, int256[] memory deltas) private pure {
        for (uint256 i = 0; i < MEMBERS; ++i) to[i] = uint256(int256(to[i]) + deltas[i]);
    }

    function refused(uint64 meteredPeriod, uint256[] memory words, bytes memory refusal) private {
        vm.prank(SETTLER);
        vm.expectRevert(refusal);
        escrow.settleMetered(meteredPeriod, METERS, words);
    }
}

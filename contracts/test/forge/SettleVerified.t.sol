// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {Payments} from "../../libraries/Payments.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract SettleVerifiedTest is EscrowTest {
    function test_Payments_are_between_members(uint256 lane, bool asPayer) public {
        lane = bound(lane, MEMBERS, (1 << 24) - 1);
        uint256[] memory words = new uint256[](1);
        words[0] = asPayer ? packed(lane, 0, 1, 1) : packed(0, lane, 1, 1);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(Payments.PaymentLaneNotInUse.selector, lane));
        escrow.settleVerified(BEFORE + 1, BIDS, TRADES, words);
    }

    function test_Nobody_gets_more_than_a_delta_holds() public {
        uint256[] memory words = new uint256[](1);
        // 2^39 Wh at 8000 µEUR/kWh are 2^42 µEUR.
        words[0] = packed(0, 1, 1 << 39, 8000);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(Payments.DeltaOverflow.selector, 0));
        escrow.settleVerified(BEFORE + 1, BIDS, TRADES, words);
    }

    /// @dev 1 Wh at 499, 500, -500 and -501 µEUR/kWh: half a unit goes up, also below zero.
    function test_Amounts_are_rounded_half_up() public {
        int256[4] memory prices = [int256(499), 500, -500, -501];
        int256[4] memory amounts = [int256(0), 1, 0, -1];
        for (uint256 i = 0; i < 4; ++i) {
            uint256[] memory words = new uint256[](1);
            words[0] = packed(0, 1, 1, prices[i]);
            uint256 before = escrow.balanceOf(members[1]);
            vm.prank(SETTLER);
            escrow.settleVerified(uint64(BEFORE + 1 + i), BIDS, TRADES, words);
            same(escrow.balanceOf(members[1]), uint256(int256(before) + amounts[i]), text(i));
        }
    }

    function test_Packed_verified_and_plain_model_agree(uint256 seed, uint256 trades) public {
        trades = bound(trades, 0, 60);
        uint256[] memory words = new uint256[]((trades + 1) / 2);
        int256[] memory deltas = new int256[](MEMBERS);
        for (uint256 i = 0; i < trades; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (uint256 payer, uint256 payee) = (seed % MEMBERS, (seed >> 16) % MEMBERS);
            uint256 energy = bound(seed >> 32, 0, 300);
            int256 price = int256(bound(seed >> 64, 0, 60_000)) - 6_000;
            words[i / 2] |= packed(payer, payee, energy, price) << (i % 2 == 0 ? 128 : 0);
            int256 amount = floored(int256(energy) * price + 500, 1000);
            deltas[payer] -= amount;
            deltas[payee] += amount;
        }

        EnergySettlement other = escrow;
        uint256[] memory netted = pack(deltas);
        vm.prank(SETTLER);
        other.settleVerified(BEFORE + 1, BIDS, TRADES, words);
        uint256[] memory verified = balances();
        members = new address[](0);
        setUp();
        settle(BEFORE + 1, netted);
        same(verified, balances(), "balance");
        for (uint256 i = 0; i < MEMBERS; ++i) same(verified[i], uint256(int256(EACH) + deltas[i]), "model");

        // And it commits to the packed words, so that it is rolled back like a packed batch.
        (bytes32 commitment,) = other.commitmentOf(BEFORE + 1);
        bytes32 whole = keccak256(
            abi.encode(uint64(BEFORE + 1), BIDS, TRADES, keccak256(abi.encodePacked(netted)))
        );
        require(commitment == (whole >> 32) << 32, "commitment");
    }

    function floored(int256 value, int256 by) private pure returns (int256 quotient) {
        quotient = value / by;
        if (value < 0 && quotient * by != value) --quotient;
    }

    function packed(uint256 payer, uint256 payee, uint256 energy, int256 price) private pure returns (uint256) {
        return (payer << 104) | (payee << 80) | (energy << 40) | (uint256(price) & ((1 << 40) - 1));
    }
}

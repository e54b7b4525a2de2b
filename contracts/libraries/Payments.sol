// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PackedBalances} from "./PackedBalances.sol";
import {WideBalances} from "./WideBalances.sol";

/// @title Payments
/// @notice Nets a period's payments on the chain: the mode in which nobody has to be trusted with adding up.
/// @dev A payment is 128 bits, from the top: payer's lane (24), payee's lane (24), energy in Wh (40), price in µEUR/kWh (40,
/// two's complement). Two make a word, the upper one first; one without energy is empty. What a trade pays besides its price,
/// grid fee and spread, are payments of their own with the same energy, as each part is rounded for itself.
library Payments {
    uint256 private constant LANE = (1 << 24) - 1;
    uint256 private constant FORTY = (1 << 40) - 1;
    uint256 private constant JUMP = 1 << 252;

    /// @notice A payment names a lane without a member.
    error PaymentLaneNotInUse(uint256 lane);

    /// @notice What a member gets or pays in all does not fit into 42 bits.
    error DeltaOverflow(uint256 lane);

    /// @notice The delta words of the payments, as `settle` takes them: ascending, with jumps over slots that nothing happens in.
    /// @param members How many have a lane of six to a word.
    /// @param wide How many have a word; their deltas are gathered behind the members' last word.
    function net(uint256[] calldata payments, uint256 members, uint256 wide) internal pure returns (uint256[] memory words) {
        int256[] memory deltas = new int256[](members + PackedBalances.LANES + wide);
        for (uint256 i = 0; i < payments.length; ++i) {
            uint256 two = payments[i];
            _pay(deltas, members, two >> 128);
            _pay(deltas, members, two & type(uint128).max);
        }
        return _pack(deltas, members, wide);
    }

    function _pay(int256[] memory deltas, uint256 members, uint256 payment) private pure {
        unchecked {
            uint256 energy = (payment >> 40) & FORTY;
            if (energy == 0) return;
            uint256 payer = payment >> 104;
            uint256 payee = (payment >> 80) & LANE;
            if (payer >= members) payer = _wideIndex(deltas, members, payer);
            if (payee >= members) payee = _wideIndex(deltas, members, payee);
            int256 amount = _amount(energy, int256(payment << 216) >> 216);
            // At most 2^80 a payment, of which there are fewer than 2^40: no sum overflows.
            assembly ("memory-safe") {
                let place := add(add(deltas, 32), shl(5, payer))
                mstore(place, sub(mload(place), amount))
                place := add(add(deltas, 32), shl(5, payee))
                mstore(place, add(mload(place), amount))
            }
        }
    }

    /// @dev Where a wide lane's delta is gathered.
    function _wideIndex(int256[] memory deltas, uint256 members, uint256 lane) private pure returns (uint256 index) {
        index = members + PackedBalances.LANES + lane;
        if (lane < WideBalances.FIRST || index - WideBalances.FIRST >= deltas.length) revert PaymentLaneNotInUse(lane);
        index -= WideBalances.FIRST;
    }

    /// @dev Energy times price in thousandths, rounded half up: an arithmetic floor of half a unit more, also below zero.
    function _amount(uint256 energy, int256 price) private pure returns (int256 amount) {
        unchecked {
            int256 thousandths = int256(energy) * price + 500;
            amount = thousandths / 1000;
            if (thousandths < 0 && amount * 1000 != thousandths) --amount;
        }
    }

    function _pack(int256[] memory deltas, uint256 members, uint256 wide) private pure returns (uint256[] memory words) {
        unchecked {
            uint256 slots = (members + PackedBalances.LANES - 1) / PackedBalances.LANES;
            words = new uint256[](2 * (slots + wide));
            uint256 count;
            uint256 due;
            for (uint256 slot = 0; slot < slots; ++slot) {
                uint256 word = _word(deltas, slot * PackedBalances.LANES);
                if (word == 0) continue;
                if (slot != due) words[count++] = JUMP | slot;
                words[count++] = word;
                due = slot + 1;
            }
            for (uint256 i = 0; i < wide; ++i) {
                int256 delta = deltas[members + PackedBalances.LANES + i];
                if (delta == 0) continue;
                uint256 slot = WideBalances.FIRST + i;
                if (slot != due) words[count++] = JUMP | slot;
                words[count++] = uint256(delta) & (JUMP - 1);
                due = slot + 1;
            }
            assembly ("memory-safe") {
                mstore(words, count)
            }
        }
    }

    function _word(int256[] memory deltas, uint256 first) private pure returns (uint256 word) {
        unchecked {
            for (uint256 lane = 0; lane < PackedBalances.LANES; ++lane) {
                int256 delta = deltas[first + lane];
                if (delta == 0) continue;
                if (!PackedBalances.isDelta(delta)) revert DeltaOverflow(first + lane);
                word |= (uint256(delta) & PackedBalances.MAX_BALANCE) << (lane * PackedBalances.LANE_BITS);
            }
        }
    }
}

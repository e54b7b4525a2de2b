// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title PackedBalances
/// @notice Six balances of 42 bits in one storage word, and how a word of six signed deltas is added to them at once.
/// @dev Lane `i` is bits `42 i` to `42 i + 41`. Above the lanes, bit 252 marks a word in use: it is never zero again, so a
/// settlement never pays for a fresh slot.
///
/// A delta is a signed number of 42 bits, two's complement. With its sign bit flipped it is the delta plus 2^41, never
/// negative: that is how the addition sees it. It works on three lanes at a time, every other one, so that each has the
/// 42 bits of its neighbour as room to overflow into: three fields of 84 bits, "spread". After another 2^41 every field
/// is 2^42 plus the new balance, no field has borrowed from the next, and a balance outside 0 .. 2^42 - 1 shows in the
/// bits above its lane.
library PackedBalances {
    uint256 internal constant LANES = 6;
    uint256 internal constant LANE_BITS = 42;

    /// @notice The most a lane can hold: 4.4 million euros in millionths.
    uint256 internal constant MAX_BALANCE = (1 << LANE_BITS) - 1;

    /// @notice A word with six empty lanes, in use.
    uint256 internal constant IN_USE = 1 << 252;

    uint256 private constant FIELD_BITS = 84;
    uint256 private constant FIELD = (1 << FIELD_BITS) - 1;

    /// @dev 1 in each field of a spread triple; times x: x in each field.
    uint256 private constant EACH = 1 | (1 << FIELD_BITS) | (1 << (2 * FIELD_BITS));

    uint256 private constant SPREAD = EACH * MAX_BALANCE;
    uint256 private constant HALF = EACH << (LANE_BITS - 1);
    uint256 private constant WHOLE = EACH << LANE_BITS;
    uint256 private constant OUTSIDE = SPREAD << LANE_BITS;
    uint256 private constant SIGNS = HALF | (HALF << LANE_BITS);

    /// @notice Adds six deltas to six balances.
    /// @param balances The word in storage.
    /// @param deltas Six lanes of deltas, nothing above them.
    /// @return result The new word; meaningless unless `fits`.
    /// @return tally To be summed over all words and given to `netOf`.
    /// @return fits Whether every lane stayed in 0 .. MAX_BALANCE.
    function add(uint256 balances, uint256 deltas) internal pure returns (uint256 result, uint256 tally, bool fits) {
        unchecked {
            uint256 raised = deltas ^ SIGNS;
            uint256 even = raised & SPREAD;
            uint256 odd = (raised >> LANE_BITS) & SPREAD;
            tally = even + odd;
            even = (even + (balances & SPREAD) + HALF) ^ WHOLE;
            odd = (odd + ((balances >> LANE_BITS) & SPREAD) + HALF) ^ WHOLE;
            fits = (even | odd) & OUTSIDE == 0;
            result = IN_USE | even | (odd << LANE_BITS);
        }
    }

    /// @notice The sum of all deltas of some words.
    /// @param tallies The sum of the words' tallies; exact for fewer than 2^40 words.
    function netOf(uint256 tallies, uint256 words) internal pure returns (int256) {
        unchecked {
            uint256 sum = (tallies & FIELD) + ((tallies >> FIELD_BITS) & FIELD) + (tallies >> (2 * FIELD_BITS));
            return int256(sum) - int256((words * LANES) << (LANE_BITS - 1));
        }
    }

    /// @notice The balance in a lane.
    function laneAt(uint256 balances, uint256 lane) internal pure returns (uint256) {
        return (balances >> (lane * LANE_BITS)) & MAX_BALANCE;
    }

    /// @notice The delta in a lane.
    /// @dev Sign-extended: the lane's 42 bits at the top of a signed word, shifted down again.
    function deltaAt(uint256 deltas, uint256 lane) internal pure returns (int256) {
        return int256(laneAt(deltas, lane) << (256 - LANE_BITS)) >> (256 - LANE_BITS);
    }

    /// @notice Whether a lane can hold the delta: -2^41 to 2^41 - 1.
    function isDelta(int256 delta) internal pure returns (bool) {
        return (delta << (256 - LANE_BITS)) >> (256 - LANE_BITS) == delta;
    }

    /// @notice The word with another balance in a lane; at most MAX_BALANCE.
    function withLane(uint256 balances, uint256 lane, uint256 balance) internal pure returns (uint256) {
        uint256 shift = lane * LANE_BITS;
        return (balances & ~(MAX_BALANCE << shift)) | (balance << shift);
    }
}

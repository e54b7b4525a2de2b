// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title WideBalances
/// @notice The balances of accounts that outgrow a lane of 42 bits, as those of grid operator, community and treasury may: a storage word
/// each, among the same slots. Their lanes are the last of all, and such a lane is the number of its slot, too.
/// @dev The word is the balance, with the bit above the content of a delta word set while it is in use. A delta is a signed number of 252
/// bits, two's complement: all of a delta word below its kind.
library WideBalances {
    /// @notice As many as there are; their lanes fit into the 24 bits that a payment has for one.
    uint256 internal constant MOST = 16;

    /// @notice The first of their lanes. Slots of six lanes end far below it.
    uint256 internal constant FIRST = (1 << 24) - MOST;

    /// @notice The most that one can hold, 9.2 trillion euros in millionths: what a signed number of 64 bits holds.
    uint256 internal constant MAX_BALANCE = uint256(uint64(type(int64).max));

    uint256 internal constant IN_USE = 1 << 252;

    function balanceOf(uint256 word) internal pure returns (uint256) {
        return word & (IN_USE - 1);
    }

    function deltaOf(uint256 word) internal pure returns (int256) {
        return int256(word << 4) >> 4;
    }

    /// @notice Adds a delta.
    /// @return result The new word; meaningless unless the balance stayed in 0 .. MAX_BALANCE.
    /// @return balance What the balance would be.
    function add(uint256 word, int256 delta) internal pure returns (uint256 result, int256 balance) {
        unchecked {
            balance = int256(balanceOf(word)) + delta;
            result = IN_USE | uint256(balance);
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice All that every settlement reads and writes besides balances, in one word.
/// @dev From the lowest bit: last period (32), when it was settled (32, unix time), member count (24), state (8), settler (160).
type Head is uint256;

using Heads for Head global;

/// @title Heads
/// @notice The fields of a Head. By hand, as a struct is written to storage a field at a time.
library Heads {
    uint256 private constant TIME = 32;
    uint256 private constant COUNT = 64;
    uint256 private constant STATE = 88;
    uint256 private constant SETTLER = 96;

    function create(uint32 lastPeriod_, uint256 time, uint8 state_, address settler_) internal pure returns (Head) {
        return Head.wrap(lastPeriod_ | (uint256(uint32(time)) << TIME)).withState(state_).withSettler(settler_);
    }

    function lastPeriod(Head head) internal pure returns (uint64) {
        return uint32(Head.unwrap(head));
    }

    function lastSettledAt(Head head) internal pure returns (uint256) {
        return uint32(Head.unwrap(head) >> TIME);
    }

    function memberCount(Head head) internal pure returns (uint256) {
        return uint24(Head.unwrap(head) >> COUNT);
    }

    function state(Head head) internal pure returns (uint8) {
        return uint8(Head.unwrap(head) >> STATE);
    }

    function settler(Head head) internal pure returns (address) {
        return address(uint160(Head.unwrap(head) >> SETTLER));
    }

    /// @dev The period fits in 32 bits, or the next one is none.
    function withLast(Head head, uint64 period, uint256 time) internal pure returns (Head) {
        return Head.wrap(((Head.unwrap(head) >> COUNT) << COUNT) | (uint256(uint32(time)) << TIME) | uint32(period));
    }

    function withMemberCount(Head head, uint256 count) internal pure returns (Head) {
        return Head.wrap((Head.unwrap(head) & ~(uint256(type(uint24).max) << COUNT)) | (count << COUNT));
    }

    function withState(Head head, uint8 state_) internal pure returns (Head) {
        return Head.wrap((Head.unwrap(head) & ~(uint256(type(uint8).max) << STATE)) | (uint256(state_) << STATE));
    }

    function withSettler(Head head, address settler_) internal pure returns (Head) {
        return Head.wrap((Head.unwrap(head) & ((1 << SETTLER) - 1)) | (uint256(uint160(settler_)) << SETTLER));
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title BatchParts
/// @notice A batch that moves more balances than one transaction can, as a chain of parts: each goes on at the slot at which the one before
/// stopped, so every slot belongs to one part. The chain's end is the batch's hash of deltas.
/// @dev A link is 68 bytes, and words are 32 each: so no chain is the hash of words, and a batch can be told from its hash.
library BatchParts {
    /// @notice A part: the slot that was due at its first word, and keccak256 of its words.
    struct Part {
        uint32 from;
        bytes32 deltasHash;
    }

    /// @notice A part's place in the chain. Where a batch was settled in one piece, all of it is empty.
    /// @param before The chain up to it; zero for the first.
    /// @param from The slot that was due at its first word.
    /// @param later The parts after it.
    struct Place {
        bytes32 before;
        uint32 from;
        Part[] later;
    }

    /// @notice The chain with a part more.
    function withPart(bytes32 before, uint32 from, bytes32 deltasHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(before, from, deltasHash));
    }

    /// @notice The batch's hash of deltas, by one part of it.
    function hash(Place calldata place, bytes32 deltasHash) internal pure returns (bytes32 chain) {
        chain = withPart(place.before, place.from, deltasHash);
        for (uint256 i = 0; i < place.later.length; ++i) {
            chain = withPart(chain, place.later[i].from, place.later[i].deltasHash);
        }
    }

    /// @notice Whether the part is the one that a slot belongs to.
    function holds(Place calldata place, uint256 slot) internal pure returns (bool) {
        return slot >= place.from && (place.later.length == 0 || slot < place.later[0].from);
    }
}

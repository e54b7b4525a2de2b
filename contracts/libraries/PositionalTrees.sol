// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title PositionalTrees
/// @notice Merkle trees whose leaves have places: leaf `i` of `count` hangs where the bits of `i` lead from the root, and what is
/// missing up to the next power of two is zero. So a proof is of a place, and two of neighbouring places prove a gap.
/// @dev A node is the hash of 64 bytes; every leaf hashed by this project is of 128 bytes or more, so neither passes for the other.
library PositionalTrees {
    /// @notice The leaf is not there.
    error NotInTheTree();

    /// @notice The root over a leaf, wherever in the tree it may be.
    function rootOver(bytes32 leaf, uint256 index, bytes32[] calldata siblings) internal pure returns (bytes32 node) {
        node = leaf;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, siblings.length) { i := add(i, 1) } {
                // A node on the right (odd) is written behind its sibling.
                let place := shl(5, and(index, 1))
                mstore(place, node)
                mstore(xor(place, 32), calldataload(add(siblings.offset, shl(5, i))))
                node := keccak256(0, 64)
                index := shr(1, index)
            }
        }
    }

    /// @notice The root over leaf `index` of exactly `count`.
    function rootAt(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata siblings) internal pure returns (bytes32) {
        uint256 depth = siblings.length;
        bool isDeepEnough = depth < 64 && count <= 1 << depth && (depth == 0 || count > 1 << (depth - 1));
        if (index >= count || !isDeepEnough) revert NotInTheTree();
        return rootOver(leaf, index, siblings);
    }

    /// @notice The root over the gap before `place`: over what stands at `place - 1` and at `place`, where there is such a place.
    /// @param left Hash of the leaf at `place - 1`; nothing where `place` is 0.
    /// @param right Hash of the leaf at `place`; nothing where `place` is `count`.
    function rootAround(
        uint256 place, uint256 count, bytes32 left, bytes32[] calldata leftSiblings, bytes32 right, bytes32[] calldata rightSiblings
    ) internal pure returns (bytes32 root) {
        if (place > count) revert NotInTheTree();
        if (place > 0) root = rootAt(left, place - 1, count, leftSiblings);
        if (place < count) {
            bytes32 other = rootAt(right, place, count, rightSiblings);
            if (place > 0 && other != root) revert NotInTheTree();
            root = other;
        }
    }
}

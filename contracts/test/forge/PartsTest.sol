// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowTest} from "./EscrowTest.sol";

/// @notice A batch cut into parts as docs/contract.md states it, and the words for settling and undoing them.
abstract contract PartsTest is EscrowTest {
    /// @param before The chain of the parts before it.
    /// @param from The slot that is due at its first word.
    struct PartOf {
        bytes32 before;
        uint32 from;
        uint256[] words;
    }

    /// @dev So many slices of the words, cut anywhere, between a jump and where it leads as well; some may be empty.
    function partsOf(uint256[] memory words, uint256 seed, uint256 count) internal pure returns (PartOf[] memory parts) {
        parts = new PartOf[](count);
        uint256 start;
        PartOf memory next;
        for (uint256 i = 0; i < count; ++i) {
            uint256 to = i == count - 1 ? words.length : bound(uint256(keccak256(abi.encode(seed, i))), start, words.length);
            next.words = slice(words, start, to);
            parts[i] = PartOf(next.before, next.from, next.words);
            (next.before, next.from, start) = (chainOf(parts[i]), dueAfter(parts[i]), to);
        }
    }

    function chainOf(PartOf memory part) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(part.before, part.from, keccak256(abi.encodePacked(part.words))));
    }

    function dueAfter(PartOf memory part) internal pure returns (uint32 due) {
        due = part.from;
        for (uint256 i = 0; i < part.words.length; ++i) due = part.words[i] >= JUMP ? uint32(part.words[i] - JUMP) : due + 1;
    }

    function slice(uint256[] memory words, uint256 from, uint256 to) internal pure returns (uint256[] memory some) {
        some = new uint256[](to - from);
        for (uint256 i = from; i < to; ++i) some[i - from] = words[i];
    }

    function settlePart(uint256 period, bool isMetered, PartOf memory part) internal {
        vm.prank(SETTLER);
        escrow.settlePart(uint64(period), isMetered, part.before, part.words);
    }

    function settleParts(uint256 period, bool isMetered, PartOf[] memory parts) internal {
        for (uint256 i = 0; i < parts.length; ++i) settlePart(period, isMetered, parts[i]);
        finish(period, isMetered, chainOf(parts[parts.length - 1]));
    }

    function finish(uint256 period, bool isMetered, bytes32 parts) internal {
        vm.prank(SETTLER);
        if (isMetered) escrow.settleMeteredParts(uint64(period), METERS, parts);
        else escrow.settleParts(uint64(period), BIDS, TRADES, parts);
    }

    /// @dev By whoever the caller pranks.
    function undo(PartOf memory part, uint256 keep) internal {
        escrow.undoPart(part.before, part.from, part.words, keep);
    }

    /// @dev A part in slices from its end, as where one transaction cannot undo it.
    function undoInSlices(PartOf memory part, uint256 seed) internal {
        uint256 left = part.words.length;
        if (left == 0) undo(part, 0);
        while (left > 0) {
            uint256 keep = uint256(keccak256(abi.encode(seed, left))) % left;
            undo(PartOf(part.before, part.from, slice(part.words, 0, left)), keep);
            left = keep;
        }
    }

    function unfinishedParts() internal view returns (bytes32 parts) {
        (, parts) = escrow.unfinished();
    }
}

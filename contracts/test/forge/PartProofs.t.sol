// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchParts} from "../../libraries/BatchParts.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {LedgerEvidence} from "../../proofs/LedgerEvidence.sol";
import {RoundTest} from "./RoundTest.sol";

/// @notice A delta is proved by the part that its member's slot belongs to.
contract PartProofsTest is RoundTest {
    /* EVIDENCE THAT IS NONE */

    /// @dev A part without the slot would show a delta of zero.
    function test_Only_the_part_that_holds_the_slot_is_evidence(uint256 seed) public {
        Round memory round = honest(1 + seed % 6);
        (CommittedRounds.Settled memory settled, PartOf[] memory parts) = settleByParts(round, seed);
        bytes32 tree = tradesTree(round);
        for (uint256 m = 0; m < MEMBERS; ++m) {
            CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, members[m]));
            uint256 right = partOf(parts, m);
            for (uint256 i = 0; i < parts.length; ++i) {
                if (i == right) continue;
                vm.expectRevert(abi.encodeWithSelector(LedgerEvidence.OtherDeltas.selector, settled.deltasHash));
                judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[m], parts[i].words, placeOf(parts, i));
            }
        }
        frozen(false);
    }

    function test_A_part_in_another_place_is_no_evidence(uint256 seed, uint256 kind, uint32 off) public {
        vm.assume(off != 0);
        Round memory round = honest(1 + seed % 6);
        (CommittedRounds.Settled memory settled, PartOf[] memory parts) = settleByParts(round, seed);
        BatchParts.Place memory place = placeOf(parts, 1);
        kind %= 5;
        unchecked {
            if (kind == 0) place.from += off;
            if (kind == 1) place.later[0].from += off;
            if (kind == 2) place.before = keccak256(abi.encode(off));
            if (kind == 3) place.later[0].deltasHash = keccak256(abi.encode(off));
            if (kind == 4) place.later = new BatchParts.Part[](0);
        }
        bytes32 tree = tradesTree(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, members[0]));
        vm.expectRevert(abi.encodeWithSelector(LedgerEvidence.OtherDeltas.selector, settled.deltasHash));
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[0], parts[1].words, place);
    }

    /* HONEST: never slashed. MUTATED: always */

    function test_Honest_parts_are_never_slashed(uint256 seed) public {
        Round memory round = honest(seed);
        (CommittedRounds.Settled memory settled, PartOf[] memory parts) = settleByParts(round, seed);
        for (uint256 m = 0; m < MEMBERS; ++m) wrongDelta(round, settled, parts, m, false);
        frozen(false);
    }

    /// @dev Then the parts are rolled back, and everyone has what she had.
    function test_A_false_delta_in_a_part_is_fraud(uint256 seed, uint256 from, uint256 to, uint256 amount) public {
        uint256[] memory before = balances();
        Round memory round = honest(seed);
        (from, to) = (from % MEMBERS, to % MEMBERS);
        vm.assume(from != to);
        int256 skimmed = int256(bound(amount, 1, 100_000));
        round.deltas[from] -= skimmed;
        round.deltas[to] += skimmed;
        (CommittedRounds.Settled memory settled, PartOf[] memory parts) = settleByParts(round, seed);
        wrongDelta(round, settled, parts, from, true);
        frozen(true);

        escrow.rollbackParts(settled.bidsRoot, settled.tradesRoot, settled.deltasHash);
        for (uint256 i = parts.length; i > 0; --i) undo(parts[i - 1], 0);
        same(balances(), before, "balance");
    }

    function wrongDelta(
        Round memory round,
        CommittedRounds.Settled memory settled,
        PartOf[] memory parts,
        uint256 m,
        bool isFraud
    ) private {
        bytes32 tree = tradesTree(round);
        CommittedRounds.EntryGap memory gap = entryGap(round, behind(round, members[m]));
        uint256 part = partOf(parts, m);
        BatchParts.Place memory place = placeOf(parts, part);
        expect(isFraud);
        judge.proveWrongDelta(escrow, settled, tree, round.outcome, gap, members[m], parts[part].words, place);
    }

    /* WORDS */

    function settleByParts(Round memory round, uint256 seed) private returns (CommittedRounds.Settled memory settled, PartOf[] memory parts) {
        settled.period = PERIOD;
        settled.bidsRoot = keccak256(abi.encode(round.bids.length, root(bidLeaves(round))));
        settled.tradesRoot = tradesRootOf(round);
        parts = partsOf(pack(round.deltas), seed, 3);
        for (uint256 i = 0; i < parts.length; ++i) settlePart(PERIOD, false, parts[i]);
        settled.deltasHash = chainOf(parts[2]);
        vm.prank(SETTLER);
        escrow.settleParts(PERIOD, settled.bidsRoot, settled.tradesRoot, settled.deltasHash);
    }

    function placeOf(PartOf[] memory parts, uint256 number) private pure returns (BatchParts.Place memory place) {
        (place.before, place.from) = (parts[number].before, parts[number].from);
        place.later = new BatchParts.Part[](parts.length - 1 - number);
        for (uint256 i = 0; i < place.later.length; ++i) {
            PartOf memory part = parts[number + 1 + i];
            place.later[i] = BatchParts.Part(part.from, keccak256(abi.encodePacked(part.words)));
        }
    }

    /// @dev The last one that begins at the member's slot or before.
    function partOf(PartOf[] memory parts, uint256 member) private pure returns (uint256 number) {
        for (number = parts.length - 1; parts[number].from > member / 6;) --number;
    }
}

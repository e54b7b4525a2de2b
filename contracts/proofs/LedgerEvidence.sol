// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {BatchParts} from "../libraries/BatchParts.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {PackedBalances} from "../libraries/PackedBalances.sol";
import {WideBalances} from "../libraries/WideBalances.sol";
import {Evidence} from "./Evidence.sol";

/// @title LedgerEvidence
/// @notice What is wrong between trades and money, whichever batch they are of: each function reverts unless it is. See ILedgerProofs.
abstract contract LedgerEvidence is Evidence {
    /// @dev A word of deltas that is a jump has this bit, and the slot below it. See `settle`.
    uint256 private constant JUMP = 1 << 252;

    /// @notice The batch's deltas have this hash; these have another.
    error OtherDeltas(bytes32 deltasHash);

    function _requireDisorder(
        bytes32 tradesRoot,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) internal pure {
        _requireOutcome(tradesRoot, tradesTree, outcome);
        _requireGap(outcome, gap);
        bool isInside = gap.place > 0 && gap.place < outcome.entryCount;
        if (!isInside || CommittedRounds.isBefore(gap.left.member, gap.left.trade, gap.right.member, gap.right.trade)) {
            revert NoFraud();
        }
    }

    function _requireWrongEntry(
        bytes32 tradesRoot,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        bytes32[] calldata siblings
    ) internal pure {
        _requireTradeAt(tradesRoot, trade, gap.right.trade, siblings, outcome);
        _requireGap(outcome, gap);
        if (gap.place == outcome.entryCount || _follows(gap, trade, rules)) revert NoFraud();
    }

    function _requireEntryWithoutTrade(
        bytes32 tradesRoot,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) internal pure {
        _requireOutcome(tradesRoot, tradesTree, outcome);
        _requireGap(outcome, gap);
        if (gap.place == outcome.entryCount || gap.right.trade < outcome.tradeCount) revert NoFraud();
    }

    function _requireNotBooked(
        bytes32 tradesRoot,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        address member
    ) internal pure {
        _requireTradeAt(tradesRoot, trade, index, siblings, outcome);
        _requireGap(outcome, gap);
        bool isAbsent = (gap.place == 0 || CommittedRounds.isBefore(gap.left.member, gap.left.trade, member, index))
            && (
                gap.place == outcome.entryCount
                    || CommittedRounds.isBefore(member, index, gap.right.member, gap.right.trade)
            );
        if (!isAbsent || !CommittedRounds.concerns(trade, member, rules)) revert NoFraud();
    }

    /// @param deltas The batch's words; of one in parts, those of the part that her slot belongs to.
    /// @param money What she should have got.
    function _requireOtherDelta(
        IEnergySettlement escrow, bytes32 deltasHash, uint256[] calldata deltas, BatchParts.Place calldata place, address member, int256 money
    ) internal view {
        uint256 lane = escrow.laneOf(member);
        uint256 slot = lane >= WideBalances.FIRST ? lane : lane / PackedBalances.LANES;
        bytes32 given = keccak256(abi.encodePacked(deltas));
        uint256 from;
        if (given != deltasHash) {
            if (BatchParts.hash(place, given) != deltasHash || !BatchParts.holds(place, slot)) revert OtherDeltas(deltasHash);
            from = place.from;
        }
        if (_deltaOf(deltas, from, lane, slot) == money) revert NoFraud();
    }

    /// @dev Whether the entry at the gap's right is what the one before it and its trade come to. A liar's numbers may be of any size:
    /// they wrap around instead of stopping the proof.
    function _follows(
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        CommittedRounds.Rules calldata rules
    ) private pure returns (bool) {
        CommittedRounds.Entry calldata entry = gap.right;
        (int256 money, uint256 bought, uint256 sold) = CommittedRounds.effect(trade, entry.member, rules);
        unchecked {
            if (gap.place > 0 && gap.left.member == entry.member) {
                (money, bought, sold) = (money + gap.left.money, bought + gap.left.bought, sold + gap.left.sold);
            }
        }
        return money == entry.money && bought == entry.bought && sold == entry.sold;
    }

    /// @dev The delta of a lane in a batch's words; 0 where the batch passes it over. See `settle`.
    /// @param slot The slot that is due at the first word.
    /// @param wanted The lane's slot.
    function _deltaOf(uint256[] calldata deltas, uint256 slot, uint256 lane, uint256 wanted) private pure returns (int256) {
        for (uint256 i = 0; i < deltas.length; ++i) {
            uint256 word = deltas[i];
            if (word >= JUMP) {
                slot = word ^ JUMP;
                continue;
            }
            if (slot++ == wanted) return wanted >= WideBalances.FIRST ? WideBalances.deltaOf(word) : PackedBalances.deltaAt(word, lane % PackedBalances.LANES);
        }
        return 0;
    }
}

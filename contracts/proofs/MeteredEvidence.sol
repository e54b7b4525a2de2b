// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {MeteredBatches} from "../libraries/MeteredBatches.sol";
import {PositionalTrees} from "../libraries/PositionalTrees.sol";
import {IMeteredProofs} from "../interfaces/IMeteredProofs.sol";
import {Expert} from "./Expert.sol";
import {LedgerEvidence} from "./LedgerEvidence.sol";

/// @title MeteredEvidence
/// @notice How each part of a metered batch is shown to be part of what was settled.
abstract contract MeteredEvidence is IMeteredProofs, LedgerEvidence, Expert {
    /// @dev The escrow itself sees whether the period was settled so.
    function _requireBatch(MeteredBatches.Batch calldata batch) internal pure {
        bytes32 hash = MeteredBatches.hash(batch);
        if (hash != batch.settled.metered) revert NotTheBatch(hash);
    }

    function _requireHead(MeteredBatches.Batch calldata batch, MeteredBatches.Head calldata head) internal pure {
        _requireBatch(batch);
        if (keccak256(abi.encode(head)) != batch.deviations) revert PositionalTrees.NotInTheTree();
    }

    function _requirePosition(
        MeteredBatches.Batch calldata batch, MeteredBatches.Head calldata head, MeteredBatches.PlacedPosition calldata placed
    ) internal pure {
        _requireHead(batch, head);
        bytes32 leaf = keccak256(abi.encode(placed.position));
        if (PositionalTrees.rootAt(leaf, placed.place, head.count, placed.siblings) != head.tree) {
            revert PositionalTrees.NotInTheTree();
        }
    }

    function _requireGap(
        MeteredBatches.Batch calldata batch, MeteredBatches.Head calldata head, MeteredBatches.PositionGap calldata gap
    ) internal pure {
        _requireHead(batch, head);
        bytes32 tree = PositionalTrees.rootAround(
            gap.place,
            head.count,
            keccak256(abi.encode(gap.left)),
            gap.leftSiblings,
            keccak256(abi.encode(gap.right)),
            gap.rightSiblings
        );
        if (tree != head.tree) revert PositionalTrees.NotInTheTree();
    }

    /// @dev The metered period as it was settled, whatever stands on it now.
    function _requireTraded(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        CommittedRounds.Settled calldata traded,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome
    ) internal view {
        if (traded.period != batch.meteredPeriod) revert NotTheMeteredPeriod(batch.meteredPeriod);
        (bytes32 kept,) = escrow.commitmentOf(traded.period);
        if ((CommittedRounds.commitment(traded) >> 32) << 32 != kept) {
            revert IEnergySettlement.NotWhatWasSettled(traded.period);
        }
        _requireOutcome(traded.tradesRoot, tradesTree, outcome);
    }
}

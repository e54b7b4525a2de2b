// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {IMeteredProofs} from "../interfaces/IMeteredProofs.sol";
import {BatchParts} from "../libraries/BatchParts.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {MeteredBatches} from "../libraries/MeteredBatches.sol";
import {MeteredEvidence} from "./MeteredEvidence.sol";

/// @title MeteredLedgerProofs
/// @notice What can be wrong between balancing trades and money: as in a round, see LedgerEvidence.
abstract contract MeteredLedgerProofs is MeteredEvidence {
    /// @inheritdoc IMeteredProofs
    function proveEntriesOutOfOrder(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external {
        _requireBatch(batch);
        _requireDisorder(batch.tradesRoot, tradesTree, outcome, gap);
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveWrongEntry(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        bytes32[] calldata siblings
    ) external {
        _requireBatch(batch);
        _requireRules(escrow, rules, 0);
        _requireWrongEntry(batch.tradesRoot, rules, outcome, gap, trade, siblings);
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveEntryWithoutTrade(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external {
        _requireBatch(batch);
        _requireEntryWithoutTrade(batch.tradesRoot, tradesTree, outcome, gap);
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveTradeNotBooked(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        address member
    ) external {
        _requireBatch(batch);
        _requireRules(escrow, rules, 0);
        _requireNotBooked(batch.tradesRoot, rules, outcome, gap, trade, index, siblings, member);
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveWrongDelta(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        address member,
        uint256[] calldata deltas,
        BatchParts.Place calldata place
    ) external {
        _requireBatch(batch);
        _requireOutcome(batch.tradesRoot, tradesTree, outcome);
        (int256 money,,) = _totals(outcome, gap, member);
        _requireOtherDelta(escrow, batch.deltasHash, deltas, place, member, money);
        _slash(escrow, batch.settled);
    }
}

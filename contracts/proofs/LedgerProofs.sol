// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {ILedgerProofs} from "../interfaces/ILedgerProofs.sol";
import {BatchParts} from "../libraries/BatchParts.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {LedgerEvidence} from "./LedgerEvidence.sol";

/// @title LedgerProofs
/// @notice What can be wrong between a round's trades and money. See ILedgerProofs.
abstract contract LedgerProofs is ILedgerProofs, LedgerEvidence {
    /// @inheritdoc ILedgerProofs
    function proveEntriesOutOfOrder(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external {
        _requireDisorder(settled.tradesRoot, tradesTree, outcome, gap);
        _slash(escrow, settled);
    }

    /// @inheritdoc ILedgerProofs
    function proveWrongEntry(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        bytes32[] calldata siblings
    ) external {
        _requireRules(escrow, rules, 0);
        _requireWrongEntry(settled.tradesRoot, rules, outcome, gap, trade, siblings);
        _slash(escrow, settled);
    }

    /// @inheritdoc ILedgerProofs
    function proveEntryWithoutTrade(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external {
        _requireRules(escrow, rules, CommittedRounds.TRADES_ONLY);
        _requireEntryWithoutTrade(settled.tradesRoot, tradesTree, outcome, gap);
        _slash(escrow, settled);
    }

    /// @inheritdoc ILedgerProofs
    function proveTradeNotBooked(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        address member
    ) external {
        _requireRules(escrow, rules, 0);
        _requireNotBooked(settled.tradesRoot, rules, outcome, gap, trade, index, siblings, member);
        _slash(escrow, settled);
    }

    /// @inheritdoc ILedgerProofs
    function proveWrongDelta(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        address member,
        uint256[] calldata deltas,
        BatchParts.Place calldata place
    ) external {
        if (escrow.periodsPerBatch() != 1) revert NotEveryPeriod();
        _requireOutcome(settled.tradesRoot, tradesTree, outcome);
        (int256 money,,) = _totals(outcome, gap, member);
        _requireOtherDelta(escrow, settled.deltasHash, deltas, place, member, money);
        _slash(escrow, settled);
    }

    /// @inheritdoc ILedgerProofs
    function proveWrongBatch(
        IEnergySettlement escrow, PeriodTotals[] calldata periods, address member, uint256[] calldata deltas, BatchParts.Place calldata place
    ) external {
        CommittedRounds.Settled calldata last = periods[periods.length - 1].settled;
        uint64 first = _requireFirst(escrow, last.period, uint64(periods.length));
        int256 money;
        for (uint64 i = 0; i < periods.length; ++i) {
            PeriodTotals calldata totals = periods[i];
            if (totals.settled.period != first + i) revert NotThosePeriods(first + i);
            (bytes32 kept,) = escrow.commitmentOf(first + i);
            if ((CommittedRounds.commitment(totals.settled) >> 32) << 32 != kept) {
                revert IEnergySettlement.NotWhatWasSettled(first + i);
            }
            _requireOutcome(totals.settled.tradesRoot, totals.tradesTree, totals.outcome);
            (int256 here,,) = _totals(totals.outcome, totals.gap, member);
            unchecked {
                money += here;
            }
        }
        _requireOtherDelta(escrow, last.deltasHash, deltas, place, member, money);
        _slash(escrow, last);
    }

    /// @dev The first of so many periods up to the last: a full batch, or all since the first that was ever settled. What comes before
    /// the first must be seen not to have been settled, and out of the window it is not seen.
    function _requireFirst(IEnergySettlement escrow, uint64 last, uint64 count) private view returns (uint64 first) {
        uint256 full = escrow.periodsPerBatch();
        first = last + 1 - count;
        if (count == full) return first;
        if (count > full || escrow.lastPeriod() - (first - 1) >= escrow.window()) revert NotThosePeriods(first - 1);
        try escrow.commitmentOf(first - 1) {
            revert NotThosePeriods(first - 1);
        } catch {}
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {ILedgerProofs} from "../interfaces/ILedgerProofs.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {PackedBalances} from "../libraries/PackedBalances.sol";
import {WideBalances} from "../libraries/WideBalances.sol";
import {Evidence} from "./Evidence.sol";

/// @title LedgerProofs
/// @notice What can be wrong between trades and money. See ILedgerProofs.
abstract contract LedgerProofs is ILedgerProofs, Evidence {
    /// @dev A word of deltas that is a jump has this bit, and the slot below it. See `settle`.
    uint256 private constant JUMP = 1 << 252;

    /// @inheritdoc ILedgerProofs
    function proveEntriesOutOfOrder(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external {
        _requireOutcome(settled.tradesRoot, tradesTree, outcome);
        _requireGap(outcome, gap);
        bool isInside = gap.place > 0 && gap.place < outcome.entryCount;
        if (!isInside || CommittedRounds.isBefore(gap.left.member, gap.left.trade, gap.right.member, gap.right.trade)) {
            revert NoFraud();
        }
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
        _requireTradeAt(settled.tradesRoot, trade, gap.right.trade, siblings, outcome);
        _requireGap(outcome, gap);
        if (gap.place == outcome.entryCount || _follows(gap, trade, rules)) revert NoFraud();
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
        _requireOutcome(settled.tradesRoot, tradesTree, outcome);
        _requireGap(outcome, gap);
        if (gap.place == outcome.entryCount || gap.right.trade < outcome.tradeCount) revert NoFraud();
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
        _requireTradeAt(settled.tradesRoot, trade, index, siblings, outcome);
        _requireGap(outcome, gap);
        bool isAbsent = (gap.place == 0 || CommittedRounds.isBefore(gap.left.member, gap.left.trade, member, index))
            && (
                gap.place == outcome.entryCount
                    || CommittedRounds.isBefore(member, index, gap.right.member, gap.right.trade)
            );
        if (!isAbsent || !CommittedRounds.concerns(trade, member, rules)) revert NoFraud();
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
        uint256[] calldata deltas
    ) external {
        if (escrow.periodsPerBatch() != 1) revert NotEveryPeriod();
        if (keccak256(abi.encodePacked(deltas)) != settled.deltasHash) revert OtherDeltas(settled.deltasHash);
        _requireOutcome(settled.tradesRoot, tradesTree, outcome);
        (int256 money,,) = _totals(outcome, gap, member);
        if (_deltaOf(deltas, escrow.laneOf(member)) == money) revert NoFraud();
        _slash(escrow, settled);
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
    function _deltaOf(uint256[] calldata deltas, uint256 lane) private pure returns (int256) {
        bool isWide = lane >= WideBalances.FIRST;
        uint256 wanted = isWide ? lane : lane / PackedBalances.LANES;
        uint256 slot;
        for (uint256 i = 0; i < deltas.length; ++i) {
            uint256 word = deltas[i];
            if (word >= JUMP) {
                slot = word ^ JUMP;
                continue;
            }
            if (slot++ == wanted) return isWide ? WideBalances.deltaOf(word) : PackedBalances.deltaAt(word, lane % PackedBalances.LANES);
        }
        return 0;
    }
}

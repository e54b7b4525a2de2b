// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";
import {BatchParts} from "../libraries/BatchParts.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {MeteredBatches} from "../libraries/MeteredBatches.sol";

/// @title IMeteredProofs
/// @notice Fraud with metered batches: readings, positions, the trades that balance them, and the money. The period that a batch stands on
/// is slashed with it; the batch is rolled back first.
interface IMeteredProofs {
    /// @notice The period has no such metered batch on it.
    error NotTheBatch(bytes32 metered);

    /// @notice The position stands for another reading.
    error AnotherReading(bytes32 reading);

    /// @notice This is about another period than the metered one.
    error NotTheMeteredPeriod(uint64 meteredPeriod);

    /// @notice Proves that a reading which a position names bears another signature than that of the member's meter.
    /// @param digest What was signed.
    /// @param signature r, s and v.
    function proveForgedReading(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PlacedPosition calldata placed,
        bytes32 digest,
        bytes calldata signature
    ) external;

    /// @notice Proves that the reading which a position names is another member's, another period's, or shows another net energy.
    function proveOtherReading(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PlacedPosition calldata placed,
        MeteredBatches.Reading calldata reading,
        bytes32 signatureHash
    ) external;

    /// @notice Proves that a member traded another net energy in the metered period than her position says.
    /// @param traded The metered period as it was settled; it must still be in the escrow's window.
    /// @param outcome Of that period.
    /// @param gap Behind her last entry in that period's ledger, or where she would be.
    function proveOtherTraded(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PlacedPosition calldata placed,
        CommittedRounds.Settled calldata traded,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external;

    /// @notice Proves that the sums over the positions are wrong between two neighbours, at the beginning or at the end; or that these are not
    /// in the order of members, or the right one is of no member.
    function proveWrongSums(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PositionGap calldata gap
    ) external;

    /// @notice Proves that a position's matched part is not its share of what is matched, rounded down or up.
    function proveWrongShare(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PlacedPosition calldata placed
    ) external;

    /// @notice Proves that a member's balancing trades are not her position's matched part; without a position she has none.
    /// @param positions Behind her position, or where it would be.
    /// @param outcome Of the balancing trades.
    /// @param entries Behind her last entry in their ledger, or where she would be.
    function proveOtherMatched(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PositionGap calldata positions,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata entries,
        address member
    ) external;

    /// @notice Proves that a balancing trade is not at the head's price and spread, has a fee, or is none: of strangers, without energy, or of
    /// other amounts than energy times price.
    function proveWrongBalancingTrade(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        bytes32 outcome
    ) external;

    /// @notice Proves that the head's prices are not those that the rules make of the metered period's price. Where nothing was traded in it,
    /// only that the spread is not twice that of the rules.
    /// @param constants What `rules.constants` is the hash of: the rules' spread is in it.
    function proveWrongPrices(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        CommittedRounds.Settled calldata traded,
        CommittedRounds.Rules calldata rules,
        bytes calldata constants,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome
    ) external;

    /// @notice As `ILedgerProofs.proveEntriesOutOfOrder`, of balancing trades.
    function proveEntriesOutOfOrder(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external;

    /// @notice As `ILedgerProofs.proveWrongEntry`, of balancing trades.
    function proveWrongEntry(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        bytes32[] calldata siblings
    ) external;

    /// @notice As `ILedgerProofs.proveEntryWithoutTrade`, of balancing trades: nothing but they moves money in a metered batch.
    function proveEntryWithoutTrade(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external;

    /// @notice As `ILedgerProofs.proveTradeNotBooked`, of balancing trades.
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
    ) external;

    /// @notice As `ILedgerProofs.proveWrongDelta`, of the metered batch's own deltas.
    function proveWrongDelta(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        address member,
        uint256[] calldata deltas,
        BatchParts.Place calldata place
    ) external;
}

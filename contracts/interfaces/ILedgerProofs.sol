// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";
import {BatchParts} from "../libraries/BatchParts.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";

/// @title ILedgerProofs
/// @notice Fraud between trades and money. That a member's delta is the sum of her trades has many steps; whichever is wrong has a
/// proof of its own, and none of them is long.
interface ILedgerProofs {
    /// @notice What a member came to in one of several periods whose money moved together.
    /// @param gap Behind her last entry, or where she would be.
    struct PeriodTotals {
        CommittedRounds.Settled settled;
        bytes32 tradesTree;
        CommittedRounds.Outcome outcome;
        CommittedRounds.EntryGap gap;
    }

    /// @notice These are not all the periods whose money moved together, one after another: this one is missing or too much.
    error NotThosePeriods(uint64 period);

    /// @notice Balances do not move every period here, so no period's deltas are its trades alone.
    error NotEveryPeriod();

    /// @notice Proves that two neighbouring entries are not in the order of members and trades.
    function proveEntriesOutOfOrder(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external;

    /// @notice Proves that an entry, at the gap's right, is not the one before it and its trade.
    function proveWrongEntry(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        CommittedRounds.Trade calldata trade,
        bytes32[] calldata siblings
    ) external;

    /// @notice Proves that an entry, at the gap's right, belongs to no trade.
    function proveEntryWithoutTrade(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external;

    /// @notice Proves that a trade is not booked for somebody whom it concerns.
    /// @param gap Where the entry would be.
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
    ) external;

    /// @notice Proves that a member did not get what the ledger says she came to.
    /// @param gap Behind her last entry, or where she would be.
    /// @param deltas All words of the period, as settled; of a batch in parts, those of the part that her slot belongs to.
    /// @param place The part's place in the chain; empty for a batch in one piece.
    function proveWrongDelta(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        address member,
        uint256[] calldata deltas,
        BatchParts.Place calldata place
    ) external;

    /// @notice Proves the same where balances move every so many periods: of a member's delta, and what the ledgers of all those periods say.
    /// @param periods All of them in their order; of the first batch only those from the first that was settled. They must still be
    /// in the escrow's window.
    /// @param deltas All words of the last of them, as settled; likewise.
    function proveWrongBatch(
        IEnergySettlement escrow, PeriodTotals[] calldata periods, address member, uint256[] calldata deltas, BatchParts.Place calldata place
    ) external;
}

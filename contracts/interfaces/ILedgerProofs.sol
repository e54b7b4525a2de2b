// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";

/// @title ILedgerProofs
/// @notice Fraud between trades and money. That a member's delta is the sum of her trades has many steps; whichever is wrong has a
/// proof of its own, and none of them is long.
interface ILedgerProofs {
    /// @notice The period's deltas have this hash; these have another.
    error OtherDeltas(bytes32 deltasHash);

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
    /// @param deltas All words of the period, as settled.
    function proveWrongDelta(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap,
        address member,
        uint256[] calldata deltas
    ) external;
}

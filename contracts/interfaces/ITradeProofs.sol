// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {SignedBids} from "../libraries/SignedBids.sol";

/// @title ITradeProofs
/// @notice Fraud with trades: ones that a bid does not allow, at a wrong amount or price, and ones that should have been.
interface ITradeProofs {
    /// @notice A trade and a bid of the same round. What follows from them is left out: the period is the bid's.
    /// @param outcome Hash of the round's outcome.
    /// @param places From the lowest bit, 64 bits each: the trade's place, the bid's, and how many bids there are.
    struct TradeAndBid {
        bytes32 deltasHash;
        bytes32 metered;
        bytes32 outcome;
        CommittedRounds.Trade trade;
        bytes32[] tradeSiblings;
        uint256 places;
        bytes32 signatureHash;
        bytes32[] bidSiblings;
    }

    /// @notice A bid's place, and what its member came to.
    /// @param gap Behind her last entry in the ledger, or where she would be.
    struct BidAndTotals {
        bytes32 tradesTree;
        CommittedRounds.Outcome outcome;
        uint256 bidIndex;
        uint256 bidCount;
        bytes32 signatureHash;
        bytes32[] bidSiblings;
        CommittedRounds.EntryGap gap;
    }

    /// @notice The bid's member neither buys nor sells in the trade.
    error NotInTheTrade(address member);

    /// @notice Proves that a trade buys or sells more than its member's bid offers at the trade's price.
    /// @dev So it covers a price beyond the limit, too much energy, and a side that the bid does not have.
    function proveTradeOutsideBid(IEnergySettlement escrow, TradeAndBid calldata proof, SignedBids.Bid calldata bid) external;

    /// @notice Proves that a trade is none: not between two registered members, without energy, or for another amount than its energy
    /// times its price.
    function proveImpossibleTrade(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        bytes32 outcome
    ) external;

    /// @notice Proves that a trade of a market with one price for all is at another one, or has a fee.
    function proveOtherPrice(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings
    ) external;

    /// @notice Proves that a bid was better than the one price and did not get all of it: the price is wrong, or another was preferred.
    function proveUnfilledStep(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        BidAndTotals calldata proof,
        SignedBids.Bid calldata bid
    ) external;

    /// @notice Proves that the bid for whose premiums a round is said to have more than one price offers none, or is none.
    /// @param proof The gap is not looked at.
    /// @param bid The one named; any, where a place is named that no bid has.
    function proveNoPremium(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        BidAndTotals calldata proof,
        SignedBids.Bid calldata bid
    ) external;

    /// @notice Energy times price in µEUR, rounded half up.
    function amountOf(uint64 energy, int64 price) external pure returns (int256 amount);
}

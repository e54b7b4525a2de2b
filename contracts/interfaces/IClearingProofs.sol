// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {SignedBids} from "../libraries/SignedBids.sol";

/// @title IClearingProofs
/// @notice Fraud with the one price, and with who is filled how far at it. Nothing here is fraud where the rules do not promise one price,
/// or where a bid with premiums counted.
interface IClearingProofs {
    /// @notice What the two roots of a round stand for, but for the bids' tree.
    struct RoundHeads {
        uint256 bidCount;
        bytes32 tradesTree;
        CommittedRounds.Outcome outcome;
    }

    /// @notice A bid's place, and what its member came to.
    /// @param signatureHash keccak256 of r, s and v.
    /// @param gap Behind her last entry in the ledger, or where she would be.
    struct PlacedBid {
        uint256 index;
        bytes32 signatureHash;
        bytes32[] siblings;
        CommittedRounds.EntryGap gap;
    }

    /// @notice Proves that two members of one side do not share in what is left at the one price as the rules say.
    /// @dev Pro rata in whole Wh, largest remainder first: of a step of q Wh whoever bids it gets more than q·r - 1 and less than q·r + 1,
    /// with one r for all. So shares x and y of steps of q and s Wh are unfair where |x·s - y·q| is q + s or more, and no fair
    /// ones ever look so.
    /// @param ofBuyers Whose steps at the one price are compared: what both buy, or what both sell.
    function proveUnfairShare(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        RoundHeads calldata heads,
        PlacedBid calldata one,
        SignedBids.Bid calldata oneBid,
        PlacedBid calldata other,
        SignedBids.Bid calldata otherBid,
        bool ofBuyers
    ) external;

    /// @notice Proves that the one price is not what the rules make of the round's margins, or that these contradict each other: there are
    /// some of trades that are not, or two unfilled steps that should have traded with each other.
    /// @param constants What `rules.constants` is the hash of: tick and k are in it.
    function proveWrongPrice(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        bytes calldata constants,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.Margins calldata margins
    ) external;

    /// @notice Proves that a bid contradicts the round's margins: it has a worse step that is filled or a better one that is not, or it is
    /// named for a step that it does not have, or a margin names a place that no bid has.
    function proveWrongMargin(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        RoundHeads calldata heads,
        CommittedRounds.Margins calldata margins,
        PlacedBid calldata placed,
        SignedBids.Bid calldata bid
    ) external;

    /// @notice What the rules make of margins, µEUR/kWh: where nothing is filled the best buy step, else the best sell step, else 0; otherwise
    /// k·buy + (1 - k)·sell, clipped into [max(sell, unfilledBuy), min(buy, unfilledSell)], on the nearest tick, half up, and clipped again.
    /// @param tick Every price is a multiple of it, µEUR/kWh.
    /// @param k In thousandths.
    function priceOf(CommittedRounds.Margins calldata margins, int256 tick, int256 k) external pure returns (int256);
}

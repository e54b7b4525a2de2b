// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";
import {SignedBids} from "../libraries/SignedBids.sol";

/// @title IFraudProofs
/// @notice Takes evidence against a settled period from anyone. If it holds, the escrow freezes, the period and all after it can be
/// rolled back, and half of the operator's bond is the caller's. If not, the call reverts and nothing happens.
/// @dev Leaves are hashed twice and stand in trees that OpenZeppelin's MerkleProof verifies.
interface IFraudProofs {
    /// @notice What the escrow keeps the hash of.
    struct Settled {
        uint64 period;
        bytes32 bidsRoot;
        bytes32 tradesRoot;
        bytes32 deltasHash;
    }

    /// @notice A leaf of the bids' tree. Indices follow the members' order.
    struct BidLeaf {
        uint64 index;
        bytes32 bidHash;
        address member;
        uint64 number;
    }

    /// @notice A leaf of the trades' tree. Energy in Wh, price in µEUR/kWh, the last three in µEUR.
    struct TradeLeaf {
        uint64 index;
        address buyer;
        address seller;
        uint64 energy;
        int64 price;
        int64 amount;
        int64 gridFee;
        int64 spread;
    }

    /// @notice The leaf of this hash is not in the tree.
    error NotInTheTree(bytes32 leaf);

    /// @notice The leaf stands for a bid of this hash, not for the one given.
    error AnotherBid(bytes32 bidHash);

    /// @notice The bid's member neither buys nor sells in the trade.
    error NotInTheTrade(address member);

    /// @notice The evidence shows nothing wrong.
    error NoFraud();

    /// @notice Proves that a trade buys or sells more than its member's bid offers at the trade's price.
    /// @dev So it covers a price beyond the limit, too much energy, and a side that the bid does not have.
    function proveTradeOutsideBid(
        IEnergySettlement escrow,
        Settled calldata settled,
        TradeLeaf calldata trade,
        bytes32[] calldata tradeProof,
        uint64 bidIndex,
        bytes32[] calldata bidProof,
        SignedBids.Bid calldata bid
    ) external;

    /// @notice Proves that a bid that counted is another member's, another period's, or has another number than its leaf says.
    function proveForeignBid(
        IEnergySettlement escrow,
        Settled calldata settled,
        BidLeaf calldata leaf,
        bytes32[] calldata bidProof,
        SignedBids.Bid calldata bid
    ) external;

    /// @notice Proves that two bids of one member counted.
    function proveTwoBids(
        IEnergySettlement escrow,
        Settled calldata settled,
        BidLeaf calldata first,
        bytes32[] calldata firstProof,
        BidLeaf calldata second,
        bytes32[] calldata secondProof
    ) external;

    /// @notice Proves that a trade is not between two registered members, or between one and the same.
    function proveTradeOfStranger(
        IEnergySettlement escrow, Settled calldata settled, TradeLeaf calldata trade, bytes32[] calldata tradeProof
    ) external;

    /// @notice Proves that a trade's amount is not its energy times its price, or that it has no energy.
    function proveWrongAmount(
        IEnergySettlement escrow, Settled calldata settled, TradeLeaf calldata trade, bytes32[] calldata tradeProof
    ) external;

    /// @notice Energy times price in µEUR, rounded half up.
    function amountOf(uint64 energy, int64 price) external pure returns (int256 amount);
}

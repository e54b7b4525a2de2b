// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CommittedRounds} from "./CommittedRounds.sol";
import {MarketDomain} from "./MarketDomain.sol";

/// @title MeteredBatches
/// @notice What a metered batch stands for, field by field: members' positions in one tree, and the trades that balance them, with their
/// ledger, in two others, which are those of a round. Energy in Wh, + bought or consumed; prices in µEUR/kWh.
library MeteredBatches {
    /// @notice A metered batch and the period that it stands on.
    /// @param settled The period; its `metered` is the hash of all that follows.
    /// @param meteredPeriod The period that was metered.
    /// @param beforePeriod What the escrow's `metering` said before.
    /// @param beforeStandsOn Likewise.
    /// @param deviations Hash of the head.
    /// @param tradesRoot Of the balancing trades; with `deviations` it makes the meter root.
    /// @param deltasHash Of the batch's own delta words.
    struct Batch {
        CommittedRounds.Settled settled;
        uint64 meteredPeriod;
        uint32 beforePeriod;
        uint32 beforeStandsOn;
        bytes32 deviations;
        bytes32 tradesRoot;
        bytes32 deltasHash;
    }

    /// @notice What `deviations` is the hash of.
    /// @param count Leaves of the positions' tree.
    /// @param tree Its root.
    /// @param totalShort Wh taken too much, over all positions.
    /// @param totalLong Wh taken too little, over all positions.
    /// @param longPrice Price of every balancing trade.
    /// @param spread What its buyer pays on top to the community.
    struct Head {
        uint256 count;
        bytes32 tree;
        uint256 totalShort;
        uint256 totalLong;
        int256 longPrice;
        int256 spread;
    }

    /// @notice A leaf of the positions' tree, in the order of members.
    /// @param metered Import less export.
    /// @param carried What earlier periods turned out to be more than was assumed of them.
    /// @param traded Bought less sold in the period's round.
    /// @param matched How much of the deviation, metered + carried - traded, the community balances itself.
    /// @param shortBefore Wh taken too much by the members before her.
    /// @param longBefore Wh taken too little by the members before her.
    /// @param reading keccak256(abi.encode(digest, keccak256(signature))) of the signed reading; zero for an estimate.
    struct Position {
        address member;
        int64 metered;
        int64 carried;
        int64 traded;
        uint64 matched;
        uint256 shortBefore;
        uint256 longBefore;
        bytes32 reading;
    }

    /// @notice A position in its place.
    struct PlacedPosition {
        Position position;
        uint256 place;
        bytes32[] siblings;
    }

    /// @notice A gap among the positions.
    struct PositionGap {
        uint256 place;
        Position left;
        bytes32[] leftSiblings;
        Position right;
        bytes32[] rightSiblings;
    }

    /// @notice What a meter signs; see MeterReadingSigning.
    struct Reading {
        address member;
        uint64 period;
        uint64 number;
        uint64 importWh;
        uint64 exportWh;
        uint64 productionWh;
        uint64 chargeWh;
        uint64 dischargeWh;
    }

    bytes32 private constant READING_TYPE = keccak256(
        "MeterReading(address member,uint64 period,uint64 number,uint64 importWh,uint64 exportWh,uint64 productionWh,uint64 chargeWh,uint64 dischargeWh)"
    );

    /// @notice What the escrow keeps of the batch.
    function hash(Batch calldata batch) internal pure returns (bytes32) {
        bytes32 meterRoot = keccak256(abi.encode(batch.deviations, batch.tradesRoot));
        return keccak256(
            abi.encode(batch.meteredPeriod, batch.beforePeriod, batch.beforeStandsOn, meterRoot, batch.deltasHash)
        );
    }

    /// @notice The digest that the meter of a member of `escrow`'s community signs.
    function hash(Reading calldata reading, address escrow) internal view returns (bytes32) {
        return MarketDomain.digest(keccak256(abi.encode(READING_TYPE, reading)), escrow);
    }

    /// @notice What she took more than she bought (short), and what less (long): one of them is 0.
    function deviation(Position calldata position) internal pure returns (uint256 short, uint256 long) {
        int256 net = int256(position.metered) + position.carried - position.traded;
        return net > 0 ? (uint256(net), uint256(0)) : (uint256(0), uint256(-net));
    }
}

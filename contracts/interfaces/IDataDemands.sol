// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {SignedBids} from "../libraries/SignedBids.sol";

/// @title IDataDemands
/// @notice Whoever misses a part of a round's data demands it here; the operator shows it in time, or it counts as withheld and the
/// period is fraudulent.
/// @dev A demand costs a stake in ether, which goes to whoever answers: as much as an answer costs at twice the present base fee, so
/// that nobody makes an operator pay for publishing twice. Answers are in the call data, for everyone.
interface IDataDemands {
    /// @notice What can be demanded.
    enum Part {
        Heads,
        Bid,
        Trade,
        Entry
    }

    /// @notice A part is wanted.
    /// @param period Whose.
    /// @param commitment What the escrow calls the period by.
    /// @param place Of the bid, trade or entry; 0 for the heads.
    /// @param deadline Unix time at which it counts as withheld.
    event Demanded(
        IEnergySettlement indexed escrow, uint64 indexed period, bytes32 commitment, Part part, uint256 place, uint256 deadline
    );

    /// @notice A part was shown.
    event Answered(IEnergySettlement indexed escrow, uint64 indexed period, Part part, uint256 place);

    /// @notice The stake is too small.
    error StakeTooSmall(uint256 least);

    /// @notice It is too late for a demand: an answer could come when the period is beyond challenge.
    error TooLate(uint256 until);

    /// @notice It was demanded already.
    error DemandedAlready();

    /// @notice It was not demanded, or has been answered.
    error NotDemanded();

    /// @notice There is time for an answer until then.
    error StillTime(uint256 deadline);

    /// @notice The signature is not the bid's member's.
    error NotSigned();

    /// @notice Demands the heads: how many bids, trades and entries there are, the roots of their trees, and the margins.
    function demandHeads(IEnergySettlement escrow, CommittedRounds.Settled calldata settled) external payable;

    /// @notice Demands a bid.
    function demandBid(
        IEnergySettlement escrow, CommittedRounds.Settled calldata settled, CommittedRounds.Bids calldata bids, uint256 place
    ) external payable;

    /// @notice Demands a trade or an entry of the ledger.
    function demandOutcome(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        Part part,
        uint256 place
    ) external payable;

    /// @notice Shows the heads.
    function answerHeads(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Bids calldata bids,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.Margins calldata margins
    ) external;

    /// @notice Shows a bid with its signature.
    function answerBid(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        uint256 count,
        uint256 place,
        bytes32[] calldata siblings,
        SignedBids.Bid calldata bid,
        bytes calldata signature
    ) external;

    /// @notice Shows a trade.
    function answerTrade(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Outcome calldata outcome,
        uint256 place,
        bytes32[] calldata siblings,
        CommittedRounds.Trade calldata trade
    ) external;

    /// @notice Shows an entry of the ledger.
    function answerEntry(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        uint256 place,
        bytes32[] calldata siblings,
        CommittedRounds.Entry calldata entry
    ) external;

    /// @notice Proves that a part was demanded and not shown in time. Stake and reward are the demander's, whoever calls.
    function proveWithheld(IEnergySettlement escrow, CommittedRounds.Settled calldata settled, Part part, uint256 place) external;

    /// @notice The least stake at present, wei.
    function stake() external view returns (uint256);

    /// @notice When a demand counts as withheld; 0 where there is none open.
    function deadlineOf(IEnergySettlement escrow, CommittedRounds.Settled calldata settled, Part part, uint256 place)
        external
        view
        returns (uint256);
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {IDataDemands} from "../interfaces/IDataDemands.sol";
import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {PositionalTrees} from "../libraries/PositionalTrees.sol";
import {SignedBids} from "../libraries/SignedBids.sol";
import {Evidence} from "./Evidence.sol";

/// @title DataDemands
/// @notice Makes an operator publish. See IDataDemands.
abstract contract DataDemands is IDataDemands, Evidence {
    /// @dev About what the dearest answer costs: a bid of 32 steps in a large round.
    uint256 private constant ANSWER_GAS = 150_000;

    /// @dev Of the time for challenges, the first half is for demands, and a quarter for the answer to one.
    uint256 private constant DEMAND_SHARE = 2;
    uint256 private constant ANSWER_SHARE = 4;

    struct Demand {
        address from;
        uint40 deadline;
    }

    mapping(bytes32 => Demand) private _demands;

    mapping(bytes32 => uint256) private _stakes;

    /// @inheritdoc IDataDemands
    function demandHeads(IEnergySettlement escrow, CommittedRounds.Settled calldata settled) external payable {
        _demand(escrow, settled, Part.Heads, 0);
    }

    /// @inheritdoc IDataDemands
    function demandBid(
        IEnergySettlement escrow, CommittedRounds.Settled calldata settled, CommittedRounds.Bids calldata bids, uint256 place
    ) external payable {
        _requireBids(settled, bids);
        if (place >= bids.count) revert PositionalTrees.NotInTheTree();
        _demand(escrow, settled, Part.Bid, place);
    }

    /// @inheritdoc IDataDemands
    function demandOutcome(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        Part part,
        uint256 place
    ) external payable {
        _requireOutcome(settled.tradesRoot, tradesTree, outcome);
        uint256 count = part == Part.Trade ? outcome.tradeCount : part == Part.Entry ? outcome.entryCount : 0;
        if (place >= count) revert PositionalTrees.NotInTheTree();
        _demand(escrow, settled, part, place);
    }

    /// @inheritdoc IDataDemands
    function answerHeads(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Bids calldata bids,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.Margins calldata margins
    ) external {
        _requireBids(settled, bids);
        _requireOutcome(settled.tradesRoot, tradesTree, outcome);
        _requireMargins(outcome, margins);
        _answer(escrow, settled, Part.Heads, 0);
    }

    /// @inheritdoc IDataDemands
    function answerBid(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        uint256 count,
        uint256 place,
        bytes32[] calldata siblings,
        SignedBids.Bid calldata bid,
        bytes calldata signature
    ) external {
        bytes32 digest = SignedBids.hash(bid, address(escrow));
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError || signer != bid.member) revert NotSigned();
        bytes32 leaf = CommittedRounds.leaf(digest, bid.member, bid.number, keccak256(signature));
        _requireBid(settled.bidsRoot, leaf, place, count, siblings);
        _answer(escrow, settled, Part.Bid, place);
    }

    /// @inheritdoc IDataDemands
    function answerTrade(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Outcome calldata outcome,
        uint256 place,
        bytes32[] calldata siblings,
        CommittedRounds.Trade calldata trade
    ) external {
        _requireTradeAt(settled.tradesRoot, trade, place, siblings, outcome);
        _answer(escrow, settled, Part.Trade, place);
    }

    /// @inheritdoc IDataDemands
    function answerEntry(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        uint256 place,
        bytes32[] calldata siblings,
        CommittedRounds.Entry calldata entry
    ) external {
        _requireOutcome(settled.tradesRoot, tradesTree, outcome);
        if (PositionalTrees.rootAt(keccak256(abi.encode(entry)), place, outcome.entryCount, siblings) != outcome.ledger) {
            revert PositionalTrees.NotInTheTree();
        }
        _answer(escrow, settled, Part.Entry, place);
    }

    /// @inheritdoc IDataDemands
    function proveWithheld(IEnergySettlement escrow, CommittedRounds.Settled calldata settled, Part part, uint256 place) external {
        bytes32 key = _key(escrow, settled, part, place);
        Demand memory demand = _demands[key];
        if (demand.from == address(0)) revert NotDemanded();
        if (block.timestamp < demand.deadline) revert StillTime(demand.deadline);
        uint256 amount = _close(key);
        _slash(escrow, settled.period, CommittedRounds.commitment(settled), demand.from);
        _pay(demand.from, amount);
    }

    /// @inheritdoc IDataDemands
    function stake() public view returns (uint256) {
        return 2 * ANSWER_GAS * block.basefee;
    }

    /// @inheritdoc IDataDemands
    function deadlineOf(IEnergySettlement escrow, CommittedRounds.Settled calldata settled, Part part, uint256 place)
        external
        view
        returns (uint256)
    {
        return _demands[_key(escrow, settled, part, place)].deadline;
    }

    function _demand(IEnergySettlement escrow, CommittedRounds.Settled calldata settled, Part part, uint256 place) private {
        if (msg.value < stake()) revert StakeTooSmall(stake());
        bytes32 commitment = CommittedRounds.commitment(settled);
        (bytes32 kept, uint64 settledAt) = escrow.commitmentOf(settled.period);
        if ((commitment >> 32) << 32 != kept) revert IEnergySettlement.NotWhatWasSettled(settled.period);
        uint256 duration = escrow.challengeSeconds();
        uint256 until = settledAt + duration / DEMAND_SHARE;
        if (block.timestamp >= until) revert TooLate(until);

        bytes32 key = _key(escrow, settled, part, place);
        if (_demands[key].from != address(0)) revert DemandedAlready();
        uint256 deadline = block.timestamp + duration / ANSWER_SHARE;
        _demands[key] = Demand(msg.sender, uint40(deadline));
        _stakes[key] = msg.value;
        emit Demanded(escrow, settled.period, commitment, part, place, deadline);
    }

    function _answer(IEnergySettlement escrow, CommittedRounds.Settled calldata settled, Part part, uint256 place) private {
        bytes32 key = _key(escrow, settled, part, place);
        if (_demands[key].from == address(0)) revert NotDemanded();
        uint256 amount = _close(key);
        emit Answered(escrow, settled.period, part, place);
        _pay(msg.sender, amount);
    }

    function _requireBids(CommittedRounds.Settled calldata settled, CommittedRounds.Bids calldata bids) private pure {
        if (CommittedRounds.rootOfBids(bids.count, bids.tree) != settled.bidsRoot) revert PositionalTrees.NotInTheTree();
    }

    function _close(bytes32 key) private returns (uint256 amount) {
        amount = _stakes[key];
        delete _demands[key];
        delete _stakes[key];
    }

    /// @dev Who refuses his ether has lost it: a proof must not fail for that.
    function _pay(address to, uint256 amount) private {
        (bool isPaid,) = to.call{value: amount}("");
        isPaid;
    }

    /// @dev A metered batch that comes to stand on the period is no other period.
    function _key(IEnergySettlement escrow, CommittedRounds.Settled calldata settled, Part part, uint256 place)
        private
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(escrow, settled.period, settled.bidsRoot, settled.tradesRoot, settled.deltasHash, part, place)
        );
    }
}

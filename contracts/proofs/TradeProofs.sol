// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {ITradeProofs} from "../interfaces/ITradeProofs.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {PositionalTrees} from "../libraries/PositionalTrees.sol";
import {SignedBids} from "../libraries/SignedBids.sol";
import {Evidence} from "./Evidence.sol";

/// @title TradeProofs
/// @notice What can be wrong with a trade, and with a bid that should have got one. See ITradeProofs.
abstract contract TradeProofs is ITradeProofs, Evidence {
    /// @inheritdoc ITradeProofs
    function proveTradeOutsideBid(IEnergySettlement escrow, TradeAndBid calldata proof, SignedBids.Bid calldata bid) external {
        CommittedRounds.Trade calldata trade = proof.trade;
        bool isBuyer = bid.member == trade.buyer;
        if (!isBuyer && bid.member != trade.seller) revert NotInTheTrade(bid.member);
        uint256 acceptable = isBuyer
            ? SignedBids.energyBoughtAt(bid, int256(trade.price) + _feesOf(trade))
            : SignedBids.energySoldAt(bid, trade.price);
        if (trade.energy <= acceptable) revert NoFraud();

        // Nothing is given that can be computed: a proof pays most for what it is told.
        bytes32 tradesRoot = CommittedRounds.rootOfTrades(
            PositionalTrees.rootOver(CommittedRounds.leaf(trade), uint64(proof.places), proof.tradeSiblings), proof.outcome
        );
        bytes32 leaf =
            CommittedRounds.leaf(SignedBids.hash(bid, address(escrow)), bid.member, bid.number, proof.signatureHash);
        uint256 count = proof.places >> 128;
        bytes32 bidsRoot = CommittedRounds.rootOfBids(
            count, PositionalTrees.rootAt(leaf, uint64(proof.places >> 64), count, proof.bidSiblings)
        );
        _slash(
            escrow,
            bid.period,
            CommittedRounds.commitment(bid.period, bidsRoot, tradesRoot, proof.deltasHash, proof.metered),
            msg.sender
        );
    }

    /// @inheritdoc ITradeProofs
    function proveImpossibleTrade(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        bytes32 outcome
    ) external {
        _requireTrade(settled.tradesRoot, trade, index, siblings, outcome);
        bool isBetweenTwo = trade.buyer != trade.seller && escrow.isMember(trade.buyer) && escrow.isMember(trade.seller);
        if (isBetweenTwo && trade.energy != 0 && trade.amount == amountOf(trade.energy, trade.price)) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc ITradeProofs
    function proveOtherPrice(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings
    ) external {
        _requireRules(escrow, rules, CommittedRounds.ONE_PRICE);
        _requireTrade(settled.tradesRoot, trade, index, siblings, keccak256(abi.encode(outcome)));
        bool isAtThePrice = trade.price == outcome.price && trade.gridFee == 0 && trade.spread == 0;
        if (outcome.premiumBid != 0 || isAtThePrice) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc ITradeProofs
    function proveUnfilledStep(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        BidAndTotals calldata proof,
        SignedBids.Bid calldata bid
    ) external {
        _requireRules(escrow, rules, CommittedRounds.ONE_PRICE);
        _requireOutcome(settled.tradesRoot, proof.tradesTree, proof.outcome);
        if (proof.outcome.premiumBid != 0) revert NoFraud();
        _requireBidOf(escrow, settled, proof, bid);
        (, uint256 bought, uint256 sold) = _totals(proof.outcome, proof.gap, bid.member);
        // Better than the price: one tick is at least 1. A price that is none wraps around, and some step is better.
        unchecked {
            uint256 toBuy = SignedBids.energyBoughtAt(bid, proof.outcome.price + 1);
            uint256 toSell = SignedBids.energySoldAt(bid, proof.outcome.price - 1);
            if (bought >= toBuy && sold >= toSell) revert NoFraud();
        }
        _slash(escrow, settled);
    }

    /// @inheritdoc ITradeProofs
    function proveNoPremium(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        BidAndTotals calldata proof,
        SignedBids.Bid calldata bid
    ) external {
        _requireRules(escrow, rules, CommittedRounds.ONE_PRICE);
        _requireOutcome(settled.tradesRoot, proof.tradesTree, proof.outcome);
        uint256 named = proof.outcome.premiumBid;
        if (named == 0) revert NoFraud();
        _requireBidOf(escrow, settled, proof, bid);
        if (named <= proof.bidCount && (named != proof.bidIndex + 1 || SignedBids.offersPremium(bid))) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc ITradeProofs
    function amountOf(uint64 energy, int64 price) public pure returns (int256 amount) {
        return CommittedRounds.amountOf(energy, price);
    }

    function _requireBidOf(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        BidAndTotals calldata proof,
        SignedBids.Bid calldata bid
    ) private view {
        _requireBid(
            escrow, settled.bidsRoot, bid, proof.signatureHash, proof.bidIndex, proof.bidCount, proof.bidSiblings
        );
    }

    /// @dev µEUR/kWh that the buyer paid on top, at least: what was paid may have been rounded up by half a unit.
    function _feesOf(CommittedRounds.Trade calldata trade) private pure returns (int256) {
        return _leastPrice(trade.gridFee, trade.energy) + _leastPrice(trade.spread, trade.energy);
    }

    function _leastPrice(int64 fee, uint64 energy) private pure returns (int256) {
        return fee <= 0 || energy == 0 ? int256(fee) * 1000 : ((2 * int256(fee) - 1) * 500) / int256(uint256(energy));
    }
}

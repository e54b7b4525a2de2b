// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearingProofs} from "./interfaces/IClearingProofs.sol";
import {IEnergySettlement} from "./interfaces/IEnergySettlement.sol";
import {CommittedRounds} from "./libraries/CommittedRounds.sol";
import {SignedBids} from "./libraries/SignedBids.sol";
import {Expert} from "./proofs/Expert.sol";

/// @title ClearingProofs
/// @notice The judge's expert for the one price and the shares at it. See IClearingProofs.
/// @dev Numbers that a liar committed to may be of any size: they wrap around instead of stopping a proof.
contract ClearingProofs is IClearingProofs, Expert {
    /// @dev Words of the constants, see docs/contract.md.
    uint256 private constant TICK = 0;
    uint256 private constant K = 3;

    /// @dev Beyond every price that a step can have.
    int256 private constant BEYOND = 1 << 100;

    /// @inheritdoc IClearingProofs
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
    ) external {
        _requireOnePrice(escrow, settled, rules, heads.tradesTree, heads.outcome);
        (int256 got, int256 step) = _shareOf(escrow, settled, heads, one, oneBid, ofBuyers);
        (int256 otherGot, int256 otherStep) = _shareOf(escrow, settled, heads, other, otherBid, ofBuyers);
        unchecked {
            int256 difference = got * otherStep - otherGot * step;
            if (difference < 0) difference = -difference;
            if (difference < step + otherStep || step + otherStep == 0) revert NoFraud();
        }
        _slash(escrow, settled);
    }

    /// @inheritdoc IClearingProofs
    function proveWrongPrice(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        bytes calldata constants,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.Margins calldata margins
    ) external {
        _requireOnePrice(escrow, settled, rules, tradesTree, outcome);
        _requireMargins(outcome, margins);
        if (keccak256(constants) != rules.constants) revert OtherRules();
        bool isRight = outcome.price == priceOf(margins, _word(constants, TICK), _word(constants, K));
        if (isRight && _isPossible(margins, outcome.tradeCount != 0)) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IClearingProofs
    function proveWrongMargin(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        RoundHeads calldata heads,
        CommittedRounds.Margins calldata margins,
        PlacedBid calldata placed,
        SignedBids.Bid calldata bid
    ) external {
        _requireOnePrice(escrow, settled, rules, heads.tradesTree, heads.outcome);
        _requireMargins(heads.outcome, margins);
        (uint256 bought, uint256 sold) = _requirePlaced(escrow, settled, heads, placed, bid);
        uint256 name = placed.index + 1;
        bool isNoBid = margins.buyBid > heads.bidCount || margins.sellBid > heads.bidCount
            || margins.unfilledBuyBid > heads.bidCount || margins.unfilledSellBid > heads.bidCount;
        if (
            !isNoBid && !_contradicts(bid, true, bought, margins.buy, margins.buyBid, name)
                && !_contradicts(bid, false, sold, margins.sell, margins.sellBid, name)
                && !_leavesBetter(bid, true, bought, margins.unfilledBuy, margins.unfilledBuyBid, name)
                && !_leavesBetter(bid, false, sold, margins.unfilledSell, margins.unfilledSellBid, name)
        ) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IClearingProofs
    function priceOf(CommittedRounds.Margins calldata margins, int256 tick, int256 k) public pure returns (int256) {
        if (margins.buyBid == 0 || margins.sellBid == 0) {
            return margins.unfilledBuyBid != 0 ? int256(margins.unfilledBuy) : margins.unfilledSell;
        }
        int256 low = margins.sell;
        if (margins.unfilledBuyBid != 0 && margins.unfilledBuy > low) low = margins.unfilledBuy;
        int256 high = margins.buy;
        if (margins.unfilledSellBid != 0 && margins.unfilledSell < high) high = margins.unfilledSell;
        // In thousandths, as k is.
        int256 price = _clip(int256(margins.buy) * k + int256(margins.sell) * (1000 - k), low * 1000, high * 1000);
        (int256 dividend, int256 divisor) = (2 * price + tick * 1000, 2000 * tick);
        int256 ticks = dividend / divisor;
        if (dividend % divisor < 0) --ticks;
        return _clip(ticks * tick, low, high);
    }

    function _clip(int256 value, int256 low, int256 high) private pure returns (int256) {
        if (value > high) value = high;
        return value < low ? low : value;
    }

    function _requireOnePrice(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome
    ) private view {
        _requireRules(escrow, rules, CommittedRounds.ONE_PRICE);
        _requireOutcome(settled.tradesRoot, tradesTree, outcome);
        if (outcome.premiumBid != 0) revert NoFraud();
    }

    /// @dev Margins of both sides where there are trades and of neither where there are none; and no two steps left over that could trade.
    function _isPossible(CommittedRounds.Margins calldata margins, bool hasTrades) private pure returns (bool) {
        bool isMissedTrade = margins.unfilledBuyBid != 0 && margins.unfilledSellBid != 0
            && margins.unfilledBuy >= margins.unfilledSell;
        return (margins.buyBid != 0) == hasTrades && (margins.sellBid != 0) == hasTrades && !isMissedTrade;
    }

    /// @dev Whether a bid has a worse step that is filled than the margin, or is named for the margin and has no such step filled.
    function _contradicts(SignedBids.Bid calldata bid, bool ofBuyers, uint256 got, int256 price, uint256 named, uint256 name)
        private
        pure
        returns (bool)
    {
        if (named == 0) return got > 0;
        uint256 offered = _offeredAt(bid, ofBuyers, price);
        uint256 better = _betterThan(bid, ofBuyers, price);
        return got > offered || (named == name && (got <= better || offered == better));
    }

    /// @dev Whether a bid has a better step that is not filled whole than the margin, or is named for the margin and has none such left.
    function _leavesBetter(SignedBids.Bid calldata bid, bool ofBuyers, uint256 got, int256 price, uint256 named, uint256 name)
        private
        pure
        returns (bool)
    {
        if (named == 0) return got < _offeredAt(bid, ofBuyers, ofBuyers ? -BEYOND : BEYOND);
        uint256 offered = _offeredAt(bid, ofBuyers, price);
        uint256 better = _betterThan(bid, ofBuyers, price);
        return got < better || (named == name && (got >= offered || offered == better));
    }

    function _offeredAt(SignedBids.Bid calldata bid, bool ofBuyers, int256 price) private pure returns (uint256) {
        return ofBuyers ? SignedBids.energyBoughtAt(bid, price) : SignedBids.energySoldAt(bid, price);
    }

    /// @dev One tick is at least 1.
    function _betterThan(SignedBids.Bid calldata bid, bool ofBuyers, int256 price) private pure returns (uint256) {
        unchecked {
            return ofBuyers ? SignedBids.energyBoughtAt(bid, price + 1) : SignedBids.energySoldAt(bid, price - 1);
        }
    }

    function _word(bytes calldata words, uint256 index) private pure returns (int256) {
        return int256(uint256(bytes32(words[32 * index:32 * index + 32])));
    }

    /// @dev A bid is in its place, and this is what its member came to.
    function _requirePlaced(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        RoundHeads calldata heads,
        PlacedBid calldata placed,
        SignedBids.Bid calldata bid
    ) private view returns (uint256 bought, uint256 sold) {
        _requireBid(
            escrow, settled.bidsRoot, bid, placed.signatureHash, placed.index, heads.bidCount, placed.siblings
        );
        (, bought, sold) = _totals(heads.outcome, placed.gap, bid.member);
    }

    /// @dev What a bid offers at the one price itself, and what of that it got: all that its better steps do not account for.
    function _shareOf(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        RoundHeads calldata heads,
        PlacedBid calldata placed,
        SignedBids.Bid calldata bid,
        bool ofBuyers
    ) private view returns (int256 got, int256 step) {
        (uint256 bought, uint256 sold) = _requirePlaced(escrow, settled, heads, placed, bid);
        int256 price = heads.outcome.price;
        unchecked {
            uint256 better = _betterThan(bid, ofBuyers, price);
            (got, step) = (
                int256((ofBuyers ? bought : sold) - better), int256(_offeredAt(bid, ofBuyers, price) - better)
            );
        }
    }
}

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
        _requireRules(escrow, rules, CommittedRounds.ONE_PRICE);
        _requireOutcome(settled.tradesRoot, heads.tradesTree, heads.outcome);
        if (heads.outcome.premiumBid != 0) revert NoFraud();
        (int256 got, int256 step) = _shareOf(escrow, settled, heads, one, oneBid, ofBuyers);
        (int256 otherGot, int256 otherStep) = _shareOf(escrow, settled, heads, other, otherBid, ofBuyers);
        unchecked {
            int256 difference = got * otherStep - otherGot * step;
            if (difference < 0) difference = -difference;
            if (difference < step + otherStep || step + otherStep == 0) revert NoFraud();
        }
        _slash(escrow, settled);
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
        _requireBid(
            escrow, settled.bidsRoot, bid, placed.signatureHash, placed.index, heads.bidCount, placed.siblings
        );
        (, uint256 bought, uint256 sold) = _totals(heads.outcome, placed.gap, bid.member);
        int256 price = heads.outcome.price;
        unchecked {
            uint256 better = ofBuyers ? SignedBids.energyBoughtAt(bid, price + 1) : SignedBids.energySoldAt(bid, price - 1);
            uint256 offered = ofBuyers ? SignedBids.energyBoughtAt(bid, price) : SignedBids.energySoldAt(bid, price);
            (got, step) = (int256((ofBuyers ? bought : sold) - better), int256(offered - better));
        }
    }
}

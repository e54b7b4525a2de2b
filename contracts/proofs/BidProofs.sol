// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {IBidProofs} from "../interfaces/IBidProofs.sol";
import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {SignedBids} from "../libraries/SignedBids.sol";
import {Evidence} from "./Evidence.sol";

/// @title BidProofs
/// @notice What can be wrong with the bids that an operator says counted. See IBidProofs.
abstract contract BidProofs is IBidProofs, Evidence {
    /// @inheritdoc IBidProofs
    function proveForeignBid(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.BidLeaf calldata leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings,
        SignedBids.Bid calldata bid
    ) external {
        _requireBid(settled.bidsRoot, keccak256(abi.encode(leaf)), index, count, siblings);
        if (SignedBids.hash(bid, address(escrow)) != leaf.bidHash) revert AnotherBid(leaf.bidHash);
        if (bid.member == leaf.member && bid.period == settled.period && bid.number == leaf.number) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IBidProofs
    function proveForgedSignature(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.BidLeaf calldata leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings,
        bytes calldata signature
    ) external {
        _requireBid(settled.bidsRoot, keccak256(abi.encode(leaf)), index, count, siblings);
        if (keccak256(signature) != leaf.signatureHash) revert AnotherSignature(leaf.signatureHash);
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(leaf.bidHash, signature);
        if (failure == ECDSA.RecoverError.NoError && signer == leaf.member) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IBidProofs
    function proveBidsOutOfOrder(
        IEnergySettlement escrow, CommittedRounds.Settled calldata settled, CommittedRounds.BidGap calldata gap
    ) external {
        _requireGap(settled.bidsRoot, gap);
        if (gap.place == 0 || gap.place == gap.count || gap.left.member < gap.right.member) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IBidProofs
    function proveMissingBid(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        SignedBids.Receipt calldata receipt,
        uint256 place,
        bytes32[] calldata path,
        bytes calldata signature,
        CommittedRounds.BidGap calldata gap
    ) external {
        bytes32 digest = SignedBids.hash(receipt, place, path, address(escrow));
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError || signer != escrow.settler()) revert NotReceipted(signer);
        if (receipt.period != settled.period) revert OfAnotherPeriod(receipt.period);
        _requireGap(settled.bidsRoot, gap);
        if (gap.place < gap.count && gap.right.member == receipt.member) {
            // A later bid of hers may have taken its place, an earlier one or another one of the same number not.
            bool isThere = gap.right.number > receipt.number
                || (gap.right.number == receipt.number && gap.right.bidHash == receipt.bid);
            if (isThere) revert NoFraud();
        } else if (!_isAbsent(gap, receipt.member)) {
            revert NoFraud();
        }
        _slash(escrow, settled);
    }

    /// @inheritdoc IBidProofs
    function proveTradeWithoutBid(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.Rules calldata rules,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        bytes32 outcome,
        bool ofBuyer,
        CommittedRounds.BidGap calldata gap
    ) external {
        _requireRules(escrow, rules, CommittedRounds.BIDS);
        _requireTrade(settled.tradesRoot, trade, index, siblings, outcome);
        _requireGap(settled.bidsRoot, gap);
        if (!_isAbsent(gap, ofBuyer ? trade.buyer : trade.seller)) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @dev Whether the gap is where the member would be. Bids out of order have a proof of their own.
    function _isAbsent(CommittedRounds.BidGap calldata gap, address member) private pure returns (bool) {
        return (gap.place == 0 || gap.left.member < member) && (gap.place == gap.count || member < gap.right.member);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {IEnergySettlement} from "./interfaces/IEnergySettlement.sol";
import {IFraudProofs} from "./interfaces/IFraudProofs.sol";
import {SignedBids} from "./libraries/SignedBids.sol";

/// @title FraudProofs
/// @notice The judge of any number of escrows: takes evidence against a settled period and slashes if it holds. See IFraudProofs.
/// @dev Holds nothing and trusts nobody, so one is enough for a chain. Apart from the escrow, as both would not fit into one
/// contract's 24,576 bytes.
contract FraudProofs is IFraudProofs {
    /* PROOFS */

    /// @inheritdoc IFraudProofs
    function proveTradeOutsideBid(
        IEnergySettlement escrow,
        Settled calldata settled,
        TradeLeaf calldata trade,
        bytes32[] calldata tradeProof,
        uint64 bidIndex,
        bytes32[] calldata bidProof,
        SignedBids.Bid calldata bid
    ) external {
        _requireTrade(settled.tradesRoot, trade, tradeProof);
        // Nothing of the leaf but its index is given: a proof pays most for what it is told.
        bytes32 leaf = keccak256(abi.encode(BidLeaf(bidIndex, SignedBids.hash(bid, address(escrow)), bid.member, bid.number)));
        _requireLeaf(settled.bidsRoot, leaf, bidProof);
        bool isBuyer = bid.member == trade.buyer;
        if (!isBuyer && bid.member != trade.seller) revert NotInTheTrade(bid.member);

        uint256 acceptable = isBuyer
            ? SignedBids.energyBoughtAt(bid, int256(trade.price) + _feesOf(trade))
            : SignedBids.energySoldAt(bid, trade.price);
        if (trade.energy <= acceptable) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IFraudProofs
    function proveForeignBid(
        IEnergySettlement escrow,
        Settled calldata settled,
        BidLeaf calldata leaf,
        bytes32[] calldata bidProof,
        SignedBids.Bid calldata bid
    ) external {
        _requireLeaf(settled.bidsRoot, keccak256(abi.encode(leaf)), bidProof);
        if (SignedBids.hash(bid, address(escrow)) != leaf.bidHash) revert AnotherBid(leaf.bidHash);
        if (bid.member == leaf.member && bid.period == settled.period && bid.number == leaf.number) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IFraudProofs
    function proveTwoBids(
        IEnergySettlement escrow,
        Settled calldata settled,
        BidLeaf calldata first,
        bytes32[] calldata firstProof,
        BidLeaf calldata second,
        bytes32[] calldata secondProof
    ) external {
        _requireLeaf(settled.bidsRoot, keccak256(abi.encode(first)), firstProof);
        _requireLeaf(settled.bidsRoot, keccak256(abi.encode(second)), secondProof);
        if (first.member != second.member || keccak256(abi.encode(first)) == keccak256(abi.encode(second))) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IFraudProofs
    function proveTradeOfStranger(
        IEnergySettlement escrow, Settled calldata settled, TradeLeaf calldata trade, bytes32[] calldata tradeProof
    ) external {
        _requireTrade(settled.tradesRoot, trade, tradeProof);
        if (escrow.isMember(trade.buyer) && escrow.isMember(trade.seller) && trade.buyer != trade.seller) revert NoFraud();
        _slash(escrow, settled);
    }

    /// @inheritdoc IFraudProofs
    function proveWrongAmount(
        IEnergySettlement escrow, Settled calldata settled, TradeLeaf calldata trade, bytes32[] calldata tradeProof
    ) external {
        _requireTrade(settled.tradesRoot, trade, tradeProof);
        if (trade.energy != 0 && trade.amount == amountOf(trade.energy, trade.price)) revert NoFraud();
        _slash(escrow, settled);
    }

    /* EVIDENCE */

    /// @inheritdoc IFraudProofs
    function amountOf(uint64 energy, int64 price) public pure returns (int256 amount) {
        int256 thousandths = int256(uint256(energy)) * price + 500;
        amount = thousandths / 1000;
        if (thousandths < 0 && thousandths % 1000 != 0) --amount;
    }

    /// @dev µEUR/kWh that the buyer paid on top, at least: what was paid may have been rounded up by half a unit.
    function _feesOf(TradeLeaf calldata trade) private pure returns (int256) {
        return _leastPrice(trade.gridFee, trade.energy) + _leastPrice(trade.spread, trade.energy);
    }

    function _leastPrice(int64 fee, uint64 energy) private pure returns (int256) {
        return fee <= 0 || energy == 0 ? int256(fee) * 1000 : ((2 * int256(fee) - 1) * 500) / int256(uint256(energy));
    }

    /// @dev The escrow itself sees whether this is what it settled.
    function _slash(IEnergySettlement escrow, Settled calldata settled) private {
        escrow.slash(settled.period, keccak256(abi.encode(settled)), msg.sender);
    }

    function _requireTrade(bytes32 root, TradeLeaf calldata trade, bytes32[] calldata proof) private pure {
        _requireLeaf(root, keccak256(abi.encode(trade)), proof);
    }

    /// @dev Hashed twice, so that no inner node of the tree, 64 bytes, can pass for a leaf.
    function _requireLeaf(bytes32 root, bytes32 hash, bytes32[] calldata proof) private pure {
        if (!MerkleProof.verifyCalldata(proof, root, keccak256(bytes.concat(hash)))) revert NotInTheTree(hash);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {SignedBids} from "../libraries/SignedBids.sol";

/// @title IBidProofs
/// @notice Fraud with bids: ones that nobody made, ones that were left out, and trades that nobody bid for.
interface IBidProofs {
    /// @notice The leaf stands for a bid of this hash, not for the one given.
    error AnotherBid(bytes32 bidHash);

    /// @notice The leaf stands for a signature of this hash, not for the one given.
    error AnotherSignature(bytes32 signatureHash);

    /// @notice The receipt is not signed by the escrow's settler but by this account, or by none.
    error NotReceipted(address signer);

    /// @notice The receipt is for this period.
    error OfAnotherPeriod(uint64 period);

    /// @notice Proves that a bid that counted is another member's, another period's, or has another number than its leaf says.
    function proveForeignBid(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.BidLeaf calldata leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings,
        SignedBids.Bid calldata bid
    ) external;

    /// @notice Proves that a bid that counted is not signed by its member: altered or invented.
    /// @param signature r, s and v, as hashed into the leaf.
    function proveForgedSignature(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        CommittedRounds.BidLeaf calldata leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings,
        bytes calldata signature
    ) external;

    /// @notice Proves that two neighbouring bids are not in the order of their members: so a member who has two is found, and
    /// nobody can be hidden where she is not looked for.
    function proveBidsOutOfOrder(
        IEnergySettlement escrow, CommittedRounds.Settled calldata settled, CommittedRounds.BidGap calldata gap
    ) external;

    /// @notice Proves that a bid which the exchange acknowledged did not count, and no later one of the member either.
    /// @param place The receipt's place among those that were signed together.
    /// @param path The siblings from there up to what was signed; none where it was signed alone.
    /// @param signature The settler's, over the root of these receipts.
    /// @param gap Where the member's bid is, at its right, or would be.
    function proveMissingBid(
        IEnergySettlement escrow,
        CommittedRounds.Settled calldata settled,
        SignedBids.Receipt calldata receipt,
        uint256 place,
        bytes32[] calldata path,
        bytes calldata signature,
        CommittedRounds.BidGap calldata gap
    ) external;

    /// @notice Proves that somebody trades who has no bid.
    /// @param index The trade's place, for the way up the tree.
    /// @param outcome Hash of the round's outcome.
    /// @param ofBuyer Whether it is the buyer who has none.
    /// @param gap Where the bid would be.
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
    ) external;
}

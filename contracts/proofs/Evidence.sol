// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {PositionalTrees} from "../libraries/PositionalTrees.sol";
import {SignedBids} from "../libraries/SignedBids.sol";

/// @title Evidence
/// @notice How each kind of leaf is shown to be part of what was settled, and what follows from a proof that holds.
abstract contract Evidence {
    /// @notice The evidence shows nothing wrong.
    error NoFraud();

    /// @notice These are not the rules that the escrow was deployed with.
    error OtherRules();

    /// @notice The community's rules do not promise what the evidence says was broken.
    error NotPromised();

    /// @notice The round's margins have this hash; these have another.
    error OtherMargins(bytes32 margins);

    /// @dev The escrow itself sees whether this is what it settled.
    function _slash(IEnergySettlement escrow, CommittedRounds.Settled calldata settled) internal {
        _slash(escrow, settled.period, CommittedRounds.commitment(settled), msg.sender);
    }

    /// @dev The judge slashes by himself, an expert through him.
    function _slash(IEnergySettlement escrow, uint64 period, bytes32 settled, address challenger) internal virtual;

    function _requireRules(IEnergySettlement escrow, CommittedRounds.Rules calldata rules, uint8 flag) internal view {
        if (keccak256(abi.encode(rules)) != escrow.rules()) revert OtherRules();
        if (rules.flags & flag != flag) revert NotPromised();
    }

    function _same(bytes32 root, bytes32 expected) private pure {
        if (root != expected) revert PositionalTrees.NotInTheTree();
    }

    /// @dev Somewhere among the bids; their number is needed, as the root stands for it, too.
    function _requireBid(bytes32 bidsRoot, bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata siblings) internal pure {
        _same(CommittedRounds.rootOfBids(count, PositionalTrees.rootAt(leaf, index, count, siblings)), bidsRoot);
    }

    /// @dev The bid at this place, with the member's signature of this hash.
    function _requireBid(
        IEnergySettlement escrow,
        bytes32 bidsRoot,
        SignedBids.Bid calldata bid,
        bytes32 signatureHash,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings
    ) internal view {
        bytes32 leaf = CommittedRounds.leaf(SignedBids.hash(bid, address(escrow)), bid.member, bid.number, signatureHash);
        _requireBid(bidsRoot, leaf, index, count, siblings);
    }

    function _requireGap(bytes32 bidsRoot, CommittedRounds.BidGap calldata gap) internal pure {
        bytes32 tree = PositionalTrees.rootAround(
            gap.place,
            gap.count,
            keccak256(abi.encode(gap.left)),
            gap.leftSiblings,
            keccak256(abi.encode(gap.right)),
            gap.rightSiblings
        );
        _same(CommittedRounds.rootOfBids(gap.count, tree), bidsRoot);
    }

    /// @dev Somewhere among the trades.
    function _requireTrade(
        bytes32 tradesRoot, CommittedRounds.Trade calldata trade, uint256 index, bytes32[] calldata siblings, bytes32 outcome
    ) internal pure {
        bytes32 tree = PositionalTrees.rootOver(CommittedRounds.leaf(trade), index, siblings);
        _same(CommittedRounds.rootOfTrades(tree, outcome), tradesRoot);
    }

    /// @dev At this place among the trades.
    function _requireTradeAt(
        bytes32 tradesRoot,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        CommittedRounds.Outcome calldata outcome
    ) internal pure {
        bytes32 tree = PositionalTrees.rootAt(CommittedRounds.leaf(trade), index, outcome.tradeCount, siblings);
        _same(CommittedRounds.rootOfTrades(tree, keccak256(abi.encode(outcome))), tradesRoot);
    }

    function _requireOutcome(bytes32 tradesRoot, bytes32 tradesTree, CommittedRounds.Outcome calldata outcome) internal pure {
        _same(CommittedRounds.rootOfTrades(tradesTree, keccak256(abi.encode(outcome))), tradesRoot);
    }

    function _requireMargins(CommittedRounds.Outcome calldata outcome, CommittedRounds.Margins calldata margins) internal pure {
        if (keccak256(abi.encode(margins)) != outcome.margins) revert OtherMargins(outcome.margins);
    }

    function _requireGap(CommittedRounds.Outcome calldata outcome, CommittedRounds.EntryGap calldata gap) internal pure {
        bytes32 tree = PositionalTrees.rootAround(
            gap.place,
            outcome.entryCount,
            keccak256(abi.encode(gap.left)),
            gap.leftSiblings,
            keccak256(abi.encode(gap.right)),
            gap.rightSiblings
        );
        _same(tree, outcome.ledger);
    }

    /// @dev A member's totals, shown by the gap behind her last entry, or where she would be.
    function _totals(CommittedRounds.Outcome calldata outcome, CommittedRounds.EntryGap calldata gap, address member)
        internal
        pure
        returns (int256 money, uint256 bought, uint256 sold)
    {
        _requireGap(outcome, gap);
        bool hasLeft = gap.place > 0;
        if ((hasLeft && gap.left.member > member) || (gap.place < outcome.entryCount && gap.right.member <= member)) {
            revert PositionalTrees.NotInTheTree();
        }
        if (hasLeft && gap.left.member == member) (money, bought, sold) = (gap.left.money, gap.left.bought, gap.left.sold);
    }
}

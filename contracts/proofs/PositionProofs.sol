// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {IMeteredProofs} from "../interfaces/IMeteredProofs.sol";
import {CommittedRounds} from "../libraries/CommittedRounds.sol";
import {MeteredBatches} from "../libraries/MeteredBatches.sol";
import {PositionalTrees} from "../libraries/PositionalTrees.sol";
import {MeteredEvidence} from "./MeteredEvidence.sol";
import {Meters} from "./Meters.sol";

/// @title PositionProofs
/// @notice What can be wrong with members' metered positions, their shares and prices. See IMeteredProofs.
abstract contract PositionProofs is MeteredEvidence, Meters {
    /// @dev The word of the rules' constants that is the imbalance spread, see docs/contract.md.
    uint256 private constant SPREAD_AT = 8 * 32;

    /// @inheritdoc IMeteredProofs
    function proveForgedReading(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PlacedPosition calldata placed,
        bytes32 digest,
        bytes calldata signature
    ) external {
        _requirePosition(batch, head, placed);
        _requireReading(placed.position, digest, keccak256(signature));
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && isMeterOf(escrow, placed.position.member, signer)) revert NoFraud();
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveOtherReading(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PlacedPosition calldata placed,
        MeteredBatches.Reading calldata reading,
        bytes32 signatureHash
    ) external {
        _requirePosition(batch, head, placed);
        _requireReading(placed.position, MeteredBatches.hash(reading, address(escrow)), signatureHash);
        int256 net = int256(uint256(reading.importWh)) - int256(uint256(reading.exportWh));
        bool isHers = reading.member == placed.position.member && reading.period == batch.meteredPeriod;
        if (isHers && net == placed.position.metered) revert NoFraud();
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveOtherTraded(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PlacedPosition calldata placed,
        CommittedRounds.Settled calldata traded,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata gap
    ) external {
        _requirePosition(batch, head, placed);
        _requireTraded(escrow, batch, traded, tradesTree, outcome);
        (, uint256 bought, uint256 sold) = _totals(outcome, gap, placed.position.member);
        unchecked {
            if (int256(bought - sold) == placed.position.traded) revert NoFraud();
        }
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveWrongSums(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PositionGap calldata gap
    ) external {
        _requireGap(batch, head, gap);
        (uint256 short, uint256 long) = (0, 0);
        bool hasLeft = gap.place > 0;
        if (hasLeft) {
            (short, long) = MeteredBatches.deviation(gap.left);
            unchecked {
                (short, long) = (short + gap.left.shortBefore, long + gap.left.longBefore);
            }
        }
        if (gap.place == head.count) {
            if (short == head.totalShort && long == head.totalLong) revert NoFraud();
        } else {
            bool isInOrder = !hasLeft || gap.left.member < gap.right.member;
            bool isSum = short == gap.right.shortBefore && long == gap.right.longBefore;
            if (isInOrder && isSum && escrow.isMember(gap.right.member)) revert NoFraud();
        }
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveWrongShare(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PlacedPosition calldata placed
    ) external {
        _requirePosition(batch, head, placed);
        (uint256 short, uint256 long) = MeteredBatches.deviation(placed.position);
        uint256 matched = head.totalShort < head.totalLong ? head.totalShort : head.totalLong;
        uint256 total = short != 0 ? head.totalShort : head.totalLong;
        (uint256 least, uint256 rest) = (0, 0);
        if (total != 0) {
            // A liar's totals may be of any size: they wrap around instead of stopping the proof.
            unchecked {
                uint256 product = (short + long) * matched;
                (least, rest) = (product / total, product % total);
            }
        }
        uint256 given = placed.position.matched;
        if (given == least || (rest != 0 && given == least + 1)) revert NoFraud();
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveOtherMatched(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        MeteredBatches.PositionGap calldata positions,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome,
        CommittedRounds.EntryGap calldata entries,
        address member
    ) external {
        _requireGap(batch, head, positions);
        _requireOutcome(batch.tradesRoot, tradesTree, outcome);
        (uint256 buys, uint256 sells) = _matchedOf(head, positions, member);
        (, uint256 bought, uint256 sold) = _totals(outcome, entries, member);
        if (bought == buys && sold == sells) revert NoFraud();
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveWrongBalancingTrade(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        CommittedRounds.Trade calldata trade,
        uint256 index,
        bytes32[] calldata siblings,
        bytes32 outcome
    ) external {
        _requireHead(batch, head);
        _requireTrade(batch.tradesRoot, trade, index, siblings, outcome);
        bool isBetweenTwo = trade.buyer != trade.seller && escrow.isMember(trade.buyer) && escrow.isMember(trade.seller);
        bool isPriced = trade.price == head.longPrice && trade.gridFee == 0 && trade.quality == 0
            && trade.amount == CommittedRounds.amountOf(trade.energy, head.longPrice)
            && trade.spread == CommittedRounds.amountOf(trade.energy, head.spread);
        if (isBetweenTwo && isPriced && trade.energy != 0) revert NoFraud();
        _slash(escrow, batch.settled);
    }

    /// @inheritdoc IMeteredProofs
    function proveWrongPrices(
        IEnergySettlement escrow,
        MeteredBatches.Batch calldata batch,
        MeteredBatches.Head calldata head,
        CommittedRounds.Settled calldata traded,
        CommittedRounds.Rules calldata rules,
        bytes calldata constants,
        bytes32 tradesTree,
        CommittedRounds.Outcome calldata outcome
    ) external {
        _requireHead(batch, head);
        _requireRules(escrow, rules, 0);
        if (keccak256(constants) != rules.constants) revert OtherRules();
        _requireTraded(escrow, batch, traded, tradesTree, outcome);
        int256 spread = int256(uint256(bytes32(constants[SPREAD_AT:SPREAD_AT + 32])));
        unchecked {
            bool isRight = outcome.tradeCount == 0 || head.longPrice == outcome.price - spread;
            if (isRight && head.spread == 2 * spread) revert NoFraud();
        }
        _slash(escrow, batch.settled);
    }

    function _requireReading(MeteredBatches.Position calldata position, bytes32 digest, bytes32 signatureHash) private pure {
        if (keccak256(abi.encode(digest, signatureHash)) != position.reading) revert AnotherReading(position.reading);
    }

    /// @dev What the community balances of a member's deviation, by the gap behind her position; nothing where she has none.
    function _matchedOf(MeteredBatches.Head calldata head, MeteredBatches.PositionGap calldata gap, address member)
        private
        pure
        returns (uint256 buys, uint256 sells)
    {
        bool hasLeft = gap.place > 0;
        if ((hasLeft && gap.left.member > member) || (gap.place < head.count && gap.right.member <= member)) {
            revert PositionalTrees.NotInTheTree();
        }
        if (!hasLeft || gap.left.member != member) return (0, 0);
        (uint256 short, uint256 long) = MeteredBatches.deviation(gap.left);
        if (short != 0) buys = gap.left.matched;
        if (long != 0) sells = gap.left.matched;
    }
}

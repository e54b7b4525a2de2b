// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {MeteredBatches} from "../../libraries/MeteredBatches.sol";
import {RoundTest} from "./RoundTest.sol";

/// @notice A metered batch on an honest round, committed to as docs/contract.md states it, and the words for being wrong in it.
abstract contract MeteredTest is RoundTest {
    /// @param round What was traded in the metered period.
    /// @param balance The balancing trades with their ledger; it has no bids.
    struct Metered {
        Round round;
        Round balance;
        MeteredBatches.Position[] positions;
        MeteredBatches.Reading[] readings;
        bytes[] signatures;
        MeteredBatches.Head head;
        MeteredBatches.Batch batch;
    }

    /* AN HONEST BATCH */

    /// @dev Every bidder has a position; one in four is an estimate, and some carry something.
    function honestMetered(uint256 seed) internal returns (Metered memory m) {
        m.round = honest(seed);
        m.batch.settled = settle(m.round);
        m.positions = new MeteredBatches.Position[](BIDDERS);
        m.readings = new MeteredBatches.Reading[](BIDDERS);
        m.signatures = new bytes[](BIDDERS);
        for (uint256 i = 0; i < BIDDERS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            address member = members[sorted[i]];
            (uint256 bought, uint256 sold) = totalsOf(m.round, member);
            int64 traded = int64(int256(bought)) - int64(int256(sold));
            int64 net = seed % 5 == 0 ? traded : traded + int64(int256(seed >> 8 & 1023)) - 512;
            int64 carried = seed % 3 == 0 ? int64(int256(seed >> 32 & 127)) - 64 : int64(0);
            m.positions[i] = MeteredBatches.Position(member, net, carried, traded, 0, 0, 0, 0);
            m.readings[i] = MeteredBatches.Reading(member, PERIOD, 1, 0, 0, uint64(seed >> 64 & 255), 0, 0);
            if (net > 0) m.readings[i].importWh = uint64(net);
            else m.readings[i].exportWh = uint64(-net);
            if (seed >> 128 & 3 != 0) read(m, i);
        }
        match_(m);
    }

    /// @dev The member's own key signs, as long as she has no other meter.
    function read(Metered memory m, uint256 i) internal view {
        bytes32 digest = this.hashReading(m.readings[i]);
        m.signatures[i] = signature(keyOf(sorted[i]), digest);
        m.positions[i].reading = keccak256(abi.encode(digest, keccak256(m.signatures[i])));
    }

    function hashReading(MeteredBatches.Reading calldata reading) external view returns (bytes32) {
        return MeteredBatches.hash(reading, address(escrow));
    }

    function deviationOf(MeteredBatches.Position memory position) internal pure returns (int256) {
        return int256(position.metered) + position.carried - position.traded;
    }

    /// @dev Sums, shares and trades of the positions: floors first, then a Wh each in the order of the largest remainders.
    function match_(Metered memory m) internal view {
        MeteredBatches.Head memory head = m.head;
        (head.totalShort, head.totalLong) = (0, 0);
        for (uint256 i = 0; i < m.positions.length; ++i) {
            (m.positions[i].shortBefore, m.positions[i].longBefore) = (head.totalShort, head.totalLong);
            int256 deviation = deviationOf(m.positions[i]);
            if (deviation > 0) head.totalShort += uint256(deviation);
            else head.totalLong += uint256(-deviation);
        }
        (head.longPrice, head.spread) = (m.round.outcome.price - IMBALANCE, 2 * IMBALANCE);
        uint256 all = head.totalShort < head.totalLong ? head.totalShort : head.totalLong;
        share(m, all, head.totalShort, true);
        share(m, all, head.totalLong, false);
        pair(m);
    }

    function share(Metered memory m, uint256 all, uint256 total, bool short) private pure {
        if (total == 0) return;
        uint256 left = all;
        uint256 count = m.positions.length;
        uint256[] memory rests = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            int256 deviation = deviationOf(m.positions[i]);
            if (deviation == 0 || (deviation > 0) != short) continue;
            uint256 product = uint256(short ? deviation : -deviation) * all;
            m.positions[i].matched = uint64(product / total);
            (left, rests[i]) = (left - product / total, product % total);
        }
        for (; left > 0; --left) {
            uint256 next = 0;
            for (uint256 i = 1; i < count; ++i) {
                if (rests[i] > rests[next]) next = i;
            }
            rests[next] = 0;
            ++m.positions[next].matched;
        }
    }

    /// @dev Whoever is short buys from whoever is long, one after another.
    function pair(Metered memory m) internal view {
        uint256 count = m.positions.length;
        CommittedRounds.Trade[] memory trades = new CommittedRounds.Trade[](2 * count);
        uint64[] memory left = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) left[i] = m.positions[i].matched;
        uint256 used;
        for (uint256 i = 0; i < count; ++i) {
            for (uint256 j = 0; j < count && deviationOf(m.positions[i]) > 0; ++j) {
                uint64 energy = left[i] < left[j] ? left[i] : left[j];
                if (deviationOf(m.positions[j]) >= 0 || energy == 0) continue;
                (left[i], left[j]) = (left[i] - energy, left[j] - energy);
                trades[used] = tradeOf(sorted[i], sorted[j], energy, int64(m.head.longPrice));
                trades[used++].spread = int64(judge.amountOf(energy, int64(m.head.spread)));
            }
        }
        assembly ("memory-safe") {
            mstore(trades, used)
        }
        m.balance.trades = trades;
        book(m.balance);
        m.balance.outcome.price = m.head.longPrice;
    }

    /* COMMITMENT */

    /// @dev Commits to what the batch says, whatever that is, and moves the deltas.
    function meter(Metered memory m) internal {
        MeteredBatches.Batch memory batch = m.batch;
        (m.head.count, m.head.tree) = (m.positions.length, root(positionLeaves(m)));
        uint256[] memory words = pack(m.balance.deltas);
        batch.meteredPeriod = PERIOD;
        (batch.beforePeriod, batch.beforeStandsOn) = (BEFORE, BEFORE);
        batch.deviations = keccak256(abi.encode(m.head));
        batch.tradesRoot = tradesRootOf(m.balance);
        batch.deltasHash = keccak256(abi.encodePacked(words));
        bytes32 meterRoot = keccak256(abi.encode(batch.deviations, batch.tradesRoot));
        batch.settled.metered = keccak256(abi.encode(uint64(PERIOD), BEFORE, BEFORE, meterRoot, batch.deltasHash));
        vm.prank(SETTLER);
        escrow.settleMetered(PERIOD, meterRoot, words);
    }

    function positionLeaves(Metered memory m) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](m.positions.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = keccak256(abi.encode(m.positions[i]));
    }

    /* EVIDENCE */

    function placed(Metered memory m, uint256 i) internal pure returns (MeteredBatches.PlacedPosition memory) {
        return MeteredBatches.PlacedPosition(m.positions[i], i, siblings(positionLeaves(m), i));
    }

    function positionGap(Metered memory m, uint256 place) internal pure returns (MeteredBatches.PositionGap memory gap) {
        bytes32[] memory leaves = positionLeaves(m);
        gap.place = place;
        if (place > 0) (gap.left, gap.leftSiblings) = (m.positions[place - 1], siblings(leaves, place - 1));
        if (place < leaves.length) (gap.right, gap.rightSiblings) = (m.positions[place], siblings(leaves, place));
    }

    function behindPosition(Metered memory m, address member) internal pure returns (uint256 place) {
        while (place < m.positions.length && m.positions[place].member <= member) ++place;
    }
}

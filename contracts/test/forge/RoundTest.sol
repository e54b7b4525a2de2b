// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClearingProofs} from "../../ClearingProofs.sol";
import {FraudProofs} from "../../FraudProofs.sol";
import {MeteredProofs} from "../../MeteredProofs.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {SignedBids} from "../../libraries/SignedBids.sol";
import {Evidence} from "../../proofs/Evidence.sol";
import {PartsTest} from "./PartsTest.sol";

/// @notice A round with bids, trades and ledger, committed to as docs/contract.md states it, and the words for being wrong in it.
abstract contract RoundTest is PartsTest {
    uint64 internal constant PERIOD = BEFORE + 1;
    uint8 internal constant ALL_FLAGS = CommittedRounds.BIDS | CommittedRounds.ONE_PRICE | CommittedRounds.TRADES_ONLY;
    int64 internal constant PRICE = 100_000;
    int64 internal constant TICK = 100;
    int64 internal constant K = 500;
    int64 internal constant IMBALANCE = 700;

    /// @dev The last two members are accounts; they do not bid.
    uint256 internal constant BIDDERS = 8;
    uint256 internal constant GRID = MEMBERS - 1;
    uint256 internal constant COMMUNITY = MEMBERS - 2;

    struct Round {
        SignedBids.Bid[] bids;
        bytes[] signatures;
        CommittedRounds.Trade[] trades;
        CommittedRounds.Entry[] entries;
        int256[] deltas;
        CommittedRounds.Outcome outcome;
        CommittedRounds.Margins margins;
    }

    ClearingProofs internal clearing;
    MeteredProofs internal metered;
    FraudProofs internal judge;

    /// @dev Bidders in the order of their addresses: numbers of members.
    uint256[] internal sorted;

    function terms() internal virtual override returns (IEnergySettlement.Terms memory given) {
        given = super.terms();
        clearing = ClearingProofs(deploy("ClearingProofs.sol:ClearingProofs", ""));
        metered = MeteredProofs(deploy("MeteredProofs.sol:MeteredProofs", ""));
        judge = FraudProofs(deploy("FraudProofs.sol:FraudProofs", abi.encode(clearing, metered)));
        given.judge = address(judge);
        given.rules = keccak256(abi.encode(rules()));
    }

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i = 0; i < BIDDERS; ++i) {
            sorted.push(i);
            for (uint256 j = i; j > 0 && members[sorted[j - 1]] > members[sorted[j]]; --j) {
                (sorted[j - 1], sorted[j]) = (sorted[j], sorted[j - 1]);
            }
        }
    }

    function rules() internal pure virtual returns (CommittedRounds.Rules memory) {
        return CommittedRounds.Rules({
            constants: keccak256(constants()),
            gridOperator: vm.addr(keyOf(GRID)),
            community: vm.addr(keyOf(COMMUNITY)),
            flags: ALL_FLAGS
        });
    }

    /// @dev Tick, floor, cap, k in thousandths, the period's length, what no judge looks at, and the imbalance spread.
    function constants() internal pure returns (bytes memory) {
        uint256[] memory none = new uint256[](0);
        return abi.encode(
            int64(TICK), int64(-500_000), int64(4_000_000), int64(K), uint64(900), "Uniform", none, none, int64(IMBALANCE)
        );
    }

    /* AN HONEST ROUND */

    /// @dev Trades at one price between the first and the second half of the bidders, and bids from which they follow: each has a
    /// better step for just what it trades and a worse one that stays unfilled.
    function honest(uint256 seed) internal view returns (Round memory round) {
        uint256 count = seed % 7;
        round.trades = new CommittedRounds.Trade[](count);
        uint256[] memory energies = new uint256[](MEMBERS);
        for (uint256 i = 0; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (uint256 buyer, uint256 seller) = (seed % 4, 4 + (seed >> 8) % 4);
            uint64 energy = uint64(1 + (seed >> 16) % 500);
            energies[buyer] += energy;
            energies[seller] += energy;
            round.trades[i] = tradeOf(buyer, seller, energy, PRICE);
        }
        round.bids = new SignedBids.Bid[](BIDDERS);
        for (uint256 i = 0; i < BIDDERS; ++i) {
            round.bids[i] = bidOf(sorted[i], energies[sorted[i]]);
        }
        sign(round);
        book(round);
    }

    function tradeOf(uint256 buyer, uint256 seller, uint64 energy, int64 price)
        internal
        view
        returns (CommittedRounds.Trade memory)
    {
        int64 amount = int64(judge.amountOf(energy, price));
        return CommittedRounds.Trade(members[buyer], members[seller], energy, price, amount, 0, 0, 0);
    }

    function bidOf(uint256 member, uint256 energy) internal view returns (SignedBids.Bid memory bid) {
        (bid.member, bid.period, bid.number) = (members[member], PERIOD, 7);
        SignedBids.Step[] memory steps = new SignedBids.Step[](energy == 0 ? 1 : 2);
        bool buys = member < 4;
        if (energy != 0) steps[0] = SignedBids.Step(buys ? PRICE + 20_000 : PRICE - 20_000, uint64(energy));
        steps[steps.length - 1] = SignedBids.Step(buys ? PRICE - 10_000 : PRICE + 10_000, 300);
        if (buys) bid.buy = steps;
        else bid.sell = steps;
    }

    function sign(Round memory round) internal view {
        round.signatures = new bytes[](round.bids.length);
        for (uint256 i = 0; i < round.bids.length; ++i) {
            round.signatures[i] = signature(keyOf(memberAt(round.bids[i].member)), hashOf(round.bids[i]));
        }
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function memberAt(address member) internal view returns (uint256 i) {
        while (members[i] != member) ++i;
    }

    /// @dev Books trade after trade for one member after the other, and sums up the deltas: slowly, and as the rule says.
    function book(Round memory round) internal view {
        round.deltas = new int256[](MEMBERS);
        uint256[] memory byAddress = addressOrder();
        CommittedRounds.Entry[] memory entries = new CommittedRounds.Entry[](4 * round.trades.length);
        uint256 count;
        for (uint256 m = 0; m < MEMBERS; ++m) {
            CommittedRounds.Entry memory entry = CommittedRounds.Entry(members[byAddress[m]], 0, 0, 0, 0);
            for (uint256 i = 0; i < round.trades.length; ++i) {
                CommittedRounds.Trade memory trade = round.trades[i];
                bool isGrid = byAddress[m] == GRID && trade.gridFee != 0;
                bool isCommunity = byAddress[m] == COMMUNITY && trade.spread != 0;
                if (entry.member != trade.buyer && entry.member != trade.seller && !isGrid && !isCommunity) continue;
                if (entry.member == trade.buyer) entry.money -= int256(trade.amount) + trade.gridFee + trade.spread;
                if (entry.member == trade.buyer) entry.bought += trade.energy;
                if (entry.member == trade.seller) entry.money += trade.amount;
                if (entry.member == trade.seller) entry.sold += trade.energy;
                if (isGrid) entry.money += trade.gridFee;
                if (isCommunity) entry.money += trade.spread;
                entries[count++] = CommittedRounds.Entry(entry.member, i, entry.money, entry.bought, entry.sold);
            }
            round.deltas[byAddress[m]] = entry.money;
        }
        assembly ("memory-safe") {
            mstore(entries, count)
        }
        round.entries = entries;
        round.margins = marginsOf(round);
        // Where nothing trades, the best buyer's limit: no step is better.
        round.outcome.price = round.trades.length == 0 ? PRICE - 10_000 : PRICE;
    }

    /// @dev Goes along each bid's steps, the best first, until what its member came to is used up.
    function marginsOf(Round memory round) internal pure returns (CommittedRounds.Margins memory margins) {
        for (uint256 i = 0; i < round.bids.length; ++i) {
            (uint256 bought, uint256 sold) = totalsOf(round, round.bids[i].member);
            uint64 name = uint64(i + 1);
            for (uint256 s = 0; s < round.bids[i].buy.length; ++s) {
                SignedBids.Step memory step = round.bids[i].buy[s];
                bool isWorse = margins.buyBid == 0 || step.price < margins.buy;
                if (bought > 0 && isWorse) (margins.buy, margins.buyBid) = (step.price, name);
                bool isBetter = margins.unfilledBuyBid == 0 || step.price > margins.unfilledBuy;
                if (bought < step.energy && isBetter) (margins.unfilledBuy, margins.unfilledBuyBid) = (step.price, name);
                bought -= bought < step.energy ? bought : step.energy;
            }
            for (uint256 s = 0; s < round.bids[i].sell.length; ++s) {
                SignedBids.Step memory step = round.bids[i].sell[s];
                bool isWorse = margins.sellBid == 0 || step.price > margins.sell;
                if (sold > 0 && isWorse) (margins.sell, margins.sellBid) = (step.price, name);
                bool isBetter = margins.unfilledSellBid == 0 || step.price < margins.unfilledSell;
                if (sold < step.energy && isBetter) (margins.unfilledSell, margins.unfilledSellBid) = (step.price, name);
                sold -= sold < step.energy ? sold : step.energy;
            }
        }
    }

    function totalsOf(Round memory round, address member) internal pure returns (uint256 bought, uint256 sold) {
        for (uint256 i = 0; i < round.entries.length; ++i) {
            if (round.entries[i].member == member) (bought, sold) = (round.entries[i].bought, round.entries[i].sold);
        }
    }

    function addressOrder() private view returns (uint256[] memory order) {
        order = new uint256[](MEMBERS);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            order[i] = i;
            for (uint256 j = i; j > 0 && members[order[j - 1]] > members[order[j]]; --j) {
                (order[j - 1], order[j]) = (order[j], order[j - 1]);
            }
        }
    }

    /* COMMITMENT */

    /// @dev Commits to what the round says, whatever that is, and moves the deltas.
    function settle(Round memory round) internal returns (CommittedRounds.Settled memory) {
        return settleAt(round, PERIOD);
    }

    function settleAt(Round memory round, uint64 period) internal returns (CommittedRounds.Settled memory settled) {
        settled.period = period;
        settled.bidsRoot = keccak256(abi.encode(round.bids.length, root(bidLeaves(round))));
        settled.tradesRoot = tradesRootOf(round);
        uint256[] memory words = pack(round.deltas);
        settled.deltasHash = keccak256(abi.encodePacked(words));
        vm.prank(SETTLER);
        escrow.settle(period, settled.bidsRoot, settled.tradesRoot, words);
    }

    /// @dev Its money moves with a later period.
    function commitAt(Round memory round, uint64 period) internal returns (CommittedRounds.Settled memory settled) {
        bytes32 bidsRoot = keccak256(abi.encode(round.bids.length, root(bidLeaves(round))));
        settled = CommittedRounds.Settled(period, bidsRoot, tradesRootOf(round), 0, 0);
        vm.prank(SETTLER);
        escrow.commitRoots(period, settled.bidsRoot, settled.tradesRoot);
    }

    function tradesRootOf(Round memory round) internal pure returns (bytes32) {
        round.outcome.tradeCount = round.trades.length;
        round.outcome.entryCount = round.entries.length;
        round.outcome.ledger = root(entryLeaves(round));
        round.outcome.margins = keccak256(abi.encode(round.margins));
        return keccak256(abi.encode(root(tradeLeaves(round)), keccak256(abi.encode(round.outcome))));
    }

    function bidLeaves(Round memory round) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](round.bids.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = keccak256(abi.encode(bidLeaf(round, i)));
    }

    function bidLeaf(Round memory round, uint256 i) internal view returns (CommittedRounds.BidLeaf memory) {
        SignedBids.Bid memory bid = round.bids[i];
        return CommittedRounds.BidLeaf(hashOf(bid), bid.member, bid.number, keccak256(round.signatures[i]));
    }

    function tradeLeaves(Round memory round) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](round.trades.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = keccak256(abi.encode(round.trades[i]));
    }

    function entryLeaves(Round memory round) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](round.entries.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = keccak256(abi.encode(round.entries[i]));
    }

    /// @dev Level by level, filled up with zeros.
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        if (leaves.length == 0) return 0;
        while (leaves.length > 1) leaves = above(leaves);
        return leaves[0];
    }

    function siblings(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory path) {
        path = new bytes32[](64);
        uint256 depth;
        for (; leaves.length > 1; leaves = above(leaves)) {
            path[depth++] = padded(leaves)[index ^ 1];
            index /= 2;
        }
        assembly ("memory-safe") {
            mstore(path, depth)
        }
    }

    function padded(bytes32[] memory leaves) private pure returns (bytes32[] memory even) {
        uint256 size = 1;
        while (size < leaves.length) size *= 2;
        even = new bytes32[](size);
        for (uint256 i = 0; i < leaves.length; ++i) even[i] = leaves[i];
    }

    function above(bytes32[] memory leaves) private pure returns (bytes32[] memory nodes) {
        leaves = padded(leaves);
        nodes = new bytes32[](leaves.length / 2);
        for (uint256 i = 0; i < nodes.length; ++i) nodes[i] = keccak256(abi.encode(leaves[2 * i], leaves[2 * i + 1]));
    }

    /* EVIDENCE */

    function tradesTree(Round memory round) internal pure returns (bytes32) {
        return root(tradeLeaves(round));
    }

    function bidGap(Round memory round, uint256 place) internal view returns (CommittedRounds.BidGap memory gap) {
        bytes32[] memory leaves = bidLeaves(round);
        (gap.count, gap.place) = (leaves.length, place);
        if (place > 0) (gap.left, gap.leftSiblings) = (bidLeaf(round, place - 1), siblings(leaves, place - 1));
        if (place < leaves.length) (gap.right, gap.rightSiblings) = (bidLeaf(round, place), siblings(leaves, place));
    }

    function entryGap(Round memory round, uint256 place) internal pure returns (CommittedRounds.EntryGap memory gap) {
        bytes32[] memory leaves = entryLeaves(round);
        gap.place = place;
        if (place > 0) (gap.left, gap.leftSiblings) = (round.entries[place - 1], siblings(leaves, place - 1));
        if (place < leaves.length) (gap.right, gap.rightSiblings) = (round.entries[place], siblings(leaves, place));
    }

    /// @dev The place behind a member's entries.
    function behind(Round memory round, address member) internal pure returns (uint256 place) {
        while (place < round.entries.length && round.entries[place].member <= member) ++place;
    }

    function hashOf(SignedBids.Bid memory content) internal view returns (bytes32) {
        return this.hashBid(content, address(escrow));
    }

    function hashBid(SignedBids.Bid calldata content, address of_) external view returns (bytes32) {
        return SignedBids.hash(content, of_);
    }

    function settleRoots(bytes32 bidsRoot, bytes32 tradesRoot) internal returns (CommittedRounds.Settled memory) {
        vm.prank(SETTLER);
        escrow.settle(PERIOD, bidsRoot, tradesRoot, new uint256[](0));
        return CommittedRounds.Settled(PERIOD, bidsRoot, tradesRoot, keccak256(""), 0);
    }

    /* CHECKS */

    /// @dev The next proof must be refused as showing nothing, or must hold.
    function expect(bool isFraud) internal {
        if (!isFraud) vm.expectRevert(Evidence.NoFraud.selector);
        vm.prank(STRANGER);
    }

    function frozen(bool expected) internal view {
        (,, bool is_,) = escrow.state();
        require(is_ == expected, "frozen");
        same(escrow.rewardOf(STRANGER), expected ? BOND / 2 : 0, "reward");
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBidProofs} from "../../interfaces/IBidProofs.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {PositionalTrees} from "../../libraries/PositionalTrees.sol";
import {SignedBids} from "../../libraries/SignedBids.sol";
import {Evidence} from "../../proofs/Evidence.sol";
import {RoundTest} from "./RoundTest.sol";

contract BidProofsTest is RoundTest {
    /* EVIDENCE THAT IS NONE */

    function test_A_bid_must_be_the_one_of_its_leaf() public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.BidLeaf memory leaf = bidLeaf(round, 2);
        bytes32[] memory path = siblings(bidLeaves(round), 2);
        vm.expectRevert(abi.encodeWithSelector(IBidProofs.AnotherBid.selector, leaf.bidHash));
        judge.proveForeignBid(escrow, settled, leaf, 2, BIDDERS, path, round.bids[1]);
        vm.expectRevert(abi.encodeWithSelector(IBidProofs.AnotherSignature.selector, leaf.signatureHash));
        judge.proveForgedSignature(escrow, settled, leaf, 2, BIDDERS, path, round.signatures[1]);
    }

    function test_A_leaf_must_be_in_its_place(uint256 index, uint256 count) public {
        vm.assume(index != 2 || count != BIDDERS);
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.BidLeaf memory leaf = bidLeaf(round, 2);
        bytes32[] memory path = siblings(bidLeaves(round), 2);
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        judge.proveForeignBid(escrow, settled, leaf, index, count, path, round.bids[2]);
    }

    function test_A_node_is_no_leaf_and_a_short_way_none() public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        bytes32[] memory path = siblings(bidLeaves(round), 2);
        assembly ("memory-safe") {
            mstore(path, 2)
        }
        CommittedRounds.BidLeaf memory leaf = bidLeaf(round, 2);
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        judge.proveForeignBid(escrow, settled, leaf, 2, BIDDERS, path, round.bids[2]);
    }

    function test_A_receipt_holds_only_at_its_place_and_under_its_path(uint256 place, uint256 bit) public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        SignedBids.Receipt memory receipt = SignedBids.Receipt(keccak256("bid"), members[0], PERIOD, 8);
        CommittedRounds.BidGap memory gap = bidGap(round, 0);
        bytes32[] memory path = new bytes32[](3);
        for (uint256 i = 0; i < 3; i++) path[i] = keccak256(abi.encode(i));
        place = bound(place, 0, 7);
        bytes memory signed = signature(SETTLER_KEY, this.hashReceipt(receipt, place, path));
        uint256 other = place ^ (1 << bound(bit, 0, 2));
        vm.expectPartialRevert(IBidProofs.NotReceipted.selector);
        judge.proveMissingBid(escrow, settled, receipt, other, path, signed, gap);
        path[bound(bit, 0, 2)] ^= bytes32(uint256(1));
        vm.expectPartialRevert(IBidProofs.NotReceipted.selector);
        judge.proveMissingBid(escrow, settled, receipt, place, path, signed, gap);
    }

    function test_A_receipt_must_be_the_settlers_and_of_the_period(uint64 period) public {
        vm.assume(period != PERIOD);
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        SignedBids.Receipt memory receipt = SignedBids.Receipt(keccak256("bid"), members[0], PERIOD, 8);
        CommittedRounds.BidGap memory gap = bidGap(round, 0);
        bytes memory byMember = signature(keyOf(0), this.hashReceipt(receipt, 0, new bytes32[](0)));
        vm.expectRevert(abi.encodeWithSelector(IBidProofs.NotReceipted.selector, members[0]));
        judge.proveMissingBid(escrow, settled, receipt, 0, new bytes32[](0), byMember, gap);
        receipt.period = period;
        bytes memory bySettler = signature(SETTLER_KEY, this.hashReceipt(receipt, 0, new bytes32[](0)));
        vm.expectRevert(abi.encodeWithSelector(IBidProofs.OfAnotherPeriod.selector, period));
        judge.proveMissingBid(escrow, settled, receipt, 0, new bytes32[](0), bySettler, gap);
    }

    function test_Rules_must_be_those_of_the_escrow(uint8 flags) public {
        vm.assume(flags != ALL_FLAGS);
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.Rules memory others = rules();
        others.flags = flags;
        bytes32[] memory path = siblings(tradeLeaves(round), 0);
        bytes32 outcome = keccak256(abi.encode(round.outcome));
        CommittedRounds.BidGap memory gap = bidGap(round, 0);
        vm.expectRevert(Evidence.OtherRules.selector);
        judge.proveTradeWithoutBid(escrow, settled, others, round.trades[0], 0, path, outcome, true, gap);
    }

    function test_Evidence_must_be_about_what_was_settled(bytes32 deltasHash) public {
        Round memory round = honest(3);
        round.signatures[2] = round.signatures[1];
        CommittedRounds.Settled memory settled = settle(round);
        vm.assume(deltasHash != settled.deltasHash);
        settled.deltasHash = deltasHash;
        CommittedRounds.BidLeaf memory leaf = bidLeaf(round, 2);
        bytes32[] memory path = siblings(bidLeaves(round), 2);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, PERIOD));
        judge.proveForgedSignature(escrow, settled, leaf, 2, BIDDERS, path, round.signatures[2]);
    }

    /* HONEST: never slashed */

    function test_Honest_bids_are_never_slashed(uint256 seed) public {
        Round memory round = honest(seed);
        CommittedRounds.Settled memory settled = settle(round);
        uint256 i = (seed >> 128) % BIDDERS;
        bytes32[] memory path = siblings(bidLeaves(round), i);
        CommittedRounds.BidLeaf memory leaf = bidLeaf(round, i);
        expect(false);
        judge.proveForeignBid(escrow, settled, leaf, i, BIDDERS, path, round.bids[i]);
        expect(false);
        judge.proveForgedSignature(escrow, settled, leaf, i, BIDDERS, path, round.signatures[i]);
        for (uint256 place = 0; place <= BIDDERS; ++place) {
            CommittedRounds.BidGap memory gap = bidGap(round, place);
            expect(false);
            judge.proveBidsOutOfOrder(escrow, settled, gap);
            // A receipt of the bid that counted, and one of an earlier bid, at any gap.
            missing(settled, SignedBids.Receipt(leaf.bidHash, leaf.member, PERIOD, leaf.number), gap, false);
            missing(settled, SignedBids.Receipt(keccak256("before"), leaf.member, PERIOD, leaf.number - 1), gap, false);
            if (round.trades.length == 0) continue;
            covered(round, settled, i % round.trades.length, seed % 2 == 0, gap);
        }
        frozen(false);
    }

    function covered(
        Round memory round,
        CommittedRounds.Settled memory settled,
        uint256 trade,
        bool ofBuyer,
        CommittedRounds.BidGap memory gap
    ) private {
        bytes32[] memory way = siblings(tradeLeaves(round), trade);
        bytes32 outcome = keccak256(abi.encode(round.outcome));
        expect(false);
        judge.proveTradeWithoutBid(escrow, settled, rules(), round.trades[trade], trade, way, outcome, ofBuyer, gap);
    }

    /* MUTATED: always */

    function test_A_bid_of_another_member_period_or_number_is_fraud(uint256 seed, address member, uint64 period, uint64 number)
        public
    {
        Round memory round = honest(3);
        CommittedRounds.BidLeaf memory leaf = bidLeaf(round, 5);
        (address whose, uint64 counted) = (leaf.member, leaf.number);
        SignedBids.Bid memory bid = round.bids[5];
        uint256 kind = seed % 4;
        if (kind == 1) bid.member = member;
        if (kind == 2) bid.period = period;
        if (kind == 3) bid.number = number;
        bool isFraud = bid.member != whose || bid.period != PERIOD || bid.number != counted;
        leaf.bidHash = hashOf(bid);
        bytes32[] memory leaves = bidLeaves(round);
        leaves[5] = keccak256(abi.encode(leaf));
        CommittedRounds.Settled memory settled = settleRoots(keccak256(abi.encode(BIDDERS, root(leaves))), bytes32(0));
        bytes32[] memory path = siblings(leaves, 5);
        expect(isFraud);
        judge.proveForeignBid(escrow, settled, leaf, 5, BIDDERS, path, bid);
        frozen(isFraud);
    }

    function test_A_signature_of_anyone_else_is_fraud(uint256 i, uint256 kind, bytes32 noise) public {
        Round memory round = honest(3);
        i = i % BIDDERS;
        kind = kind % 4;
        if (kind == 0) round.signatures[i] = signature(keyOf(MEMBERS), hashOf(round.bids[i]));
        if (kind == 1) round.signatures[i] = abi.encodePacked(noise, noise, uint8(27));
        if (kind == 2) round.signatures[i] = bytes.concat(round.signatures[i], hex"00");
        if (kind == 3) round.signatures[i] = malleated(round.signatures[i]);
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.BidLeaf memory leaf = bidLeaf(round, i);
        bytes32[] memory path = siblings(bidLeaves(round), i);
        expect(true);
        judge.proveForgedSignature(escrow, settled, leaf, i, BIDDERS, path, round.signatures[i]);
        frozen(true);
    }

    function test_Bids_out_of_order_are_fraud(uint256 i, bool twice) public {
        Round memory round = honest(3);
        i = 1 + i % (BIDDERS - 1);
        SignedBids.Bid memory before = round.bids[i - 1];
        round.bids[i - 1] = round.bids[i];
        if (!twice) round.bids[i] = before;
        sign(round);
        CommittedRounds.Settled memory settled = settle(round);
        CommittedRounds.BidGap memory gap = bidGap(round, i);
        expect(true);
        judge.proveBidsOutOfOrder(escrow, settled, gap);
        frozen(true);
    }

    function test_A_receipted_bid_that_does_not_count_is_fraud(uint256 i, uint256 kind) public {
        Round memory round = honest(3);
        i = i % BIDDERS;
        kind = kind % 3;
        SignedBids.Bid memory bid = round.bids[i];
        if (kind == 0) {
            // Left out altogether.
            SignedBids.Bid[] memory rest = new SignedBids.Bid[](BIDDERS - 1);
            for (uint256 j = 0; j < rest.length; ++j) rest[j] = round.bids[j < i ? j : j + 1];
            round.bids = rest;
            sign(round);
        }
        CommittedRounds.Settled memory settled = settle(round);
        // Or another one of the same number counted, or an earlier one.
        bytes32 hash = kind == 0 ? hashOf(bid) : keccak256("hers");
        uint64 number = kind == 2 ? bid.number + 1 : bid.number;
        CommittedRounds.BidGap memory gap = bidGap(round, i);
        missing(settled, SignedBids.Receipt(hash, bid.member, PERIOD, number), gap, true);
        frozen(true);
    }

    function test_A_trade_that_nobody_bid_for_is_fraud(bool ofBuyer) public {
        Round memory round = honest(3);
        round.trades[0] = ofBuyer ? tradeOf(BIDDERS, 5, 100, PRICE) : tradeOf(1, BIDDERS, 100, PRICE);
        book(round);
        CommittedRounds.Settled memory settled = settle(round);
        uint256 place;
        while (place < BIDDERS && round.bids[place].member < members[BIDDERS]) ++place;
        CommittedRounds.BidGap memory gap = bidGap(round, place);
        bytes32[] memory path = siblings(tradeLeaves(round), 0);
        bytes32 outcome = keccak256(abi.encode(round.outcome));
        expect(true);
        judge.proveTradeWithoutBid(escrow, settled, rules(), round.trades[0], 0, path, outcome, ofBuyer, gap);
        frozen(true);
    }

    /* WORDS */

    function missing(
        CommittedRounds.Settled memory settled,
        SignedBids.Receipt memory receipt,
        CommittedRounds.BidGap memory gap,
        bool isFraud
    ) private {
        // Signed with others: at a place and under siblings that the receipt's hash chooses.
        uint256 place = uint256(receipt.bid) % 64;
        bytes32[] memory path = new bytes32[](uint256(receipt.bid) % 7);
        for (uint256 i = 0; i < path.length; i++) path[i] = keccak256(abi.encode(receipt.bid, i));
        bytes memory signed = signature(SETTLER_KEY, this.hashReceipt(receipt, place, path));
        expect(isFraud);
        judge.proveMissingBid(escrow, settled, receipt, place, path, signed, gap);
    }

    function hashReceipt(SignedBids.Receipt calldata receipt, uint256 place, bytes32[] calldata path)
        external
        view
        returns (bytes32)
    {
        return SignedBids.hash(receipt, place, path, address(escrow));
    }

    /// @dev The other s of the same signature, which recovers the same key.
    function malleated(bytes memory signed) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = (bytes32(0), bytes32(0), uint8(signed[64]));
        assembly ("memory-safe") {
            r := mload(add(signed, 32))
            s := mload(add(signed, 64))
        }
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        return abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
    }
}

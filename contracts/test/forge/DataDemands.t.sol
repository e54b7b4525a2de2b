// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataDemands} from "../../interfaces/IDataDemands.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {PositionalTrees} from "../../libraries/PositionalTrees.sol";
import {RoundTest} from "./RoundTest.sol";

contract DataDemandsTest is RoundTest {
    uint256 private constant STAKE = 1 ether;
    uint256 private constant ANSWER = CHALLENGE / 4;

    function setUp() public override {
        super.setUp();
        vm.deal(STRANGER, 10 ether);
        vm.deal(SETTLER, 0);
        vm.fee(1 gwei);
    }

    /* REFUSED */

    function test_A_demand_costs_what_an_answer_does(uint256 stake) public {
        CommittedRounds.Settled memory settled = settle(honest(3));
        require(judge.stake() == 300_000 gwei, "stake");
        stake = bound(stake, 0, judge.stake() - 1);
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.StakeTooSmall.selector, 300_000 gwei));
        vm.prank(STRANGER);
        judge.demandHeads{value: stake}(escrow, settled);
    }

    function test_Only_what_was_settled_can_be_demanded(bytes32 root) public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        vm.assume(root != settled.tradesRoot);
        bytes32 tree = tradesTree(round);
        CommittedRounds.Bids memory heads = bidHeads(round);
        // Places that there are not.
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        judge.demandBid(escrow, settled, heads, BIDDERS);
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        judge.demandOutcome(escrow, settled, tree, round.outcome, IDataDemands.Part.Trade, round.trades.length);
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        judge.demandOutcome(escrow, settled, tree, round.outcome, IDataDemands.Part.Entry, round.entries.length);
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        judge.demandOutcome(escrow, settled, tree, round.outcome, IDataDemands.Part.Bid, 0);
        heads.count += 1;
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        judge.demandBid(escrow, settled, heads, 0);
        settled.tradesRoot = root;
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, PERIOD));
        vm.prank(STRANGER);
        judge.demandHeads{value: STAKE}(escrow, settled);
    }

    function test_Demands_come_early_enough_for_an_answer(uint256 late) public {
        CommittedRounds.Settled memory settled = settle(honest(3));
        uint256 until = time() + CHALLENGE / 2;
        wait(bound(late, CHALLENGE / 2, CHALLENGE));
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.TooLate.selector, until));
        vm.prank(STRANGER);
        judge.demandHeads{value: STAKE}(escrow, settled);
    }

    function test_Nothing_is_demanded_twice_or_answered_unasked() public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        demand(round, settled, IDataDemands.Part.Bid, 2);
        CommittedRounds.Bids memory heads = bidHeads(round);
        vm.expectRevert(IDataDemands.DemandedAlready.selector);
        vm.prank(STRANGER);
        judge.demandBid{value: STAKE}(escrow, settled, heads, 2);
        bytes32 tree = tradesTree(round);
        vm.expectRevert(IDataDemands.NotDemanded.selector);
        judge.answerHeads(escrow, settled, heads, tree, round.outcome, round.margins);
        vm.expectRevert(IDataDemands.NotDemanded.selector);
        judge.proveWithheld(escrow, settled, IDataDemands.Part.Heads, 0);
    }

    function test_A_bid_is_shown_with_its_members_signature() public {
        Round memory round = honest(3);
        round.signatures[2] = round.signatures[3];
        CommittedRounds.Settled memory settled = settle(round);
        demand(round, settled, IDataDemands.Part.Bid, 2);
        bytes32[] memory path = siblings(bidLeaves(round), 2);
        vm.expectRevert(IDataDemands.NotSigned.selector);
        judge.answerBid(escrow, settled, BIDDERS, 2, path, round.bids[2], round.signatures[2]);
    }

    function test_Another_part_is_no_answer(uint256 kind) public {
        Round memory round = honest(6);
        CommittedRounds.Settled memory settled = settle(round);
        IDataDemands.Part part = IDataDemands.Part(kind % 4);
        demand(round, settled, part, 0);
        bytes32[] memory path;
        if (part == IDataDemands.Part.Heads) {
            CommittedRounds.Bids memory heads = bidHeads(round);
            heads.count += 1;
            bytes32 tree = tradesTree(round);
            vm.expectRevert(PositionalTrees.NotInTheTree.selector);
            judge.answerHeads(escrow, settled, heads, tree, round.outcome, round.margins);
        } else if (part == IDataDemands.Part.Bid) {
            path = siblings(bidLeaves(round), 1);
            vm.expectRevert(PositionalTrees.NotInTheTree.selector);
            judge.answerBid(escrow, settled, BIDDERS, 0, path, round.bids[1], round.signatures[1]);
        } else if (part == IDataDemands.Part.Trade) {
            path = siblings(tradeLeaves(round), 1);
            vm.expectRevert(PositionalTrees.NotInTheTree.selector);
            judge.answerTrade(escrow, settled, round.outcome, 0, path, round.trades[1]);
        } else {
            path = siblings(entryLeaves(round), 1);
            bytes32 tree = tradesTree(round);
            vm.expectRevert(PositionalTrees.NotInTheTree.selector);
            judge.answerEntry(escrow, settled, tree, round.outcome, 0, path, round.entries[1]);
        }
    }

    /* HONEST: who answers in time is paid and never slashed */

    function test_An_answer_in_time_earns_the_stake(uint256 kind, uint256 place, uint256 delay) public {
        Round memory round = honest(6);
        CommittedRounds.Settled memory settled = settle(round);
        IDataDemands.Part part = IDataDemands.Part(kind % 4);
        uint256[4] memory counts = [uint256(1), BIDDERS, round.trades.length, round.entries.length];
        place = place % counts[uint256(part)];
        demand(round, settled, part, place);
        uint256 deadline = judge.deadlineOf(escrow, settled, part, place);
        same(deadline, time() + ANSWER, "deadline");
        wait(bound(delay, 0, ANSWER - 1));
        vm.expectRevert(abi.encodeWithSelector(IDataDemands.StillTime.selector, deadline));
        judge.proveWithheld(escrow, settled, part, place);

        answer(round, settled, part, place);
        same(SETTLER.balance, STAKE, "paid");
        wait(ANSWER);
        vm.expectRevert(IDataDemands.NotDemanded.selector);
        judge.proveWithheld(escrow, settled, part, place);
        frozen(false);
    }

    /* WITHHELD: always */

    function test_What_is_not_shown_in_time_is_fraud(uint256 kind, uint256 delay, address caller) public {
        Round memory round = honest(6);
        CommittedRounds.Settled memory settled = settle(round);
        IDataDemands.Part part = IDataDemands.Part(kind % 4);
        demand(round, settled, part, 0);
        wait(bound(delay, ANSWER, CHALLENGE - 1));
        vm.prank(caller);
        judge.proveWithheld(escrow, settled, part, 0);
        // Whoever called, it is the demander's.
        frozen(true);
        same(STRANGER.balance, 10 ether, "stake");
    }

    /// @dev A demander who takes no ether has lost his stake, and the proof holds all the same.
    function test_A_demander_that_takes_no_ether_stops_no_proof() public {
        CommittedRounds.Settled memory settled = settle(honest(3));
        vm.deal(address(this), STAKE);
        judge.demandHeads{value: STAKE}(escrow, settled);
        wait(ANSWER);
        judge.proveWithheld(escrow, settled, IDataDemands.Part.Heads, 0);
        same(address(this).balance, 0, "stake");
        (,, bool isFrozen,) = escrow.state();
        require(isFrozen, "frozen");
    }

    /// @dev A metered batch that comes to stand on the period in between changes its commitment, not the demand.
    function test_A_metered_batch_is_no_way_out() public {
        CommittedRounds.Settled memory settled = settle(honest(3));
        vm.prank(STRANGER);
        judge.demandHeads{value: STAKE}(escrow, settled);
        IEnergySettlement.Metering memory before = escrow.metering();
        uint256[] memory none = new uint256[](0);
        vm.prank(SETTLER);
        escrow.settleMetered(PERIOD, keccak256("meters"), none);
        settled.metered = keccak256(abi.encode(PERIOD, before, keccak256("meters"), keccak256("")));
        wait(ANSWER);
        judge.proveWithheld(escrow, settled, IDataDemands.Part.Heads, 0);
        frozen(true);
    }

    /* WORDS */

    function bidHeads(Round memory round) private view returns (CommittedRounds.Bids memory) {
        return CommittedRounds.Bids(round.bids.length, root(bidLeaves(round)));
    }

    function demand(Round memory round, CommittedRounds.Settled memory settled, IDataDemands.Part part, uint256 place) private {
        CommittedRounds.Bids memory heads = bidHeads(round);
        bytes32 tree = tradesTree(round);
        vm.prank(STRANGER);
        if (part == IDataDemands.Part.Heads) judge.demandHeads{value: STAKE}(escrow, settled);
        else if (part == IDataDemands.Part.Bid) judge.demandBid{value: STAKE}(escrow, settled, heads, place);
        else judge.demandOutcome{value: STAKE}(escrow, settled, tree, round.outcome, part, place);
    }

    function answer(Round memory round, CommittedRounds.Settled memory settled, IDataDemands.Part part, uint256 place) private {
        CommittedRounds.Bids memory heads = bidHeads(round);
        bytes32 tree = tradesTree(round);
        bytes32[] memory path = siblings(
            part == IDataDemands.Part.Bid
                ? bidLeaves(round)
                : part == IDataDemands.Part.Trade ? tradeLeaves(round) : entryLeaves(round),
            place
        );
        vm.prank(SETTLER);
        if (part == IDataDemands.Part.Heads) {
            judge.answerHeads(escrow, settled, heads, tree, round.outcome, round.margins);
        } else if (part == IDataDemands.Part.Bid) {
            judge.answerBid(escrow, settled, BIDDERS, place, path, round.bids[place], round.signatures[place]);
        } else if (part == IDataDemands.Part.Trade) {
            judge.answerTrade(escrow, settled, round.outcome, place, path, round.trades[place]);
        } else {
            judge.answerEntry(escrow, settled, tree, round.outcome, place, path, round.entries[place]);
        }
    }
}

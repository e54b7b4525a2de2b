// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FraudProofs} from "../../FraudProofs.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {IFraudProofs} from "../../interfaces/IFraudProofs.sol";
import {SignedBids} from "../../libraries/SignedBids.sol";
import {EscrowTest} from "./EscrowTest.sol";

/// @notice One trade between member 0, who buys, and member 1: what can be wrong about it is proved, and what is right is not.
contract FraudProofsTest is EscrowTest {
    uint64 private constant PERIOD = BEFORE + 1;

    FraudProofs private _judge;
    SignedBids.Bid private _buy;
    SignedBids.Bid private _sell;

    function terms() internal override returns (IEnergySettlement.Terms memory given) {
        given = super.terms();
        _judge = new FraudProofs();
        given.judge = address(_judge);
    }

    function setUp() public override {
        super.setUp();
        // 300 Wh at up to 200,000 µEUR/kWh and 200 more at up to 100,000; the other offers 400 Wh from 80,000 on.
        bid(_buy, members[0]);
        _buy.buy.push(SignedBids.Step(200_000, 300));
        _buy.buy.push(SignedBids.Step(100_000, 200));
        bid(_sell, members[1]);
        _sell.sell.push(SignedBids.Step(80_000, 400));
    }

    /* HONEST: never slashed. MUTATED: always. */

    function test_A_trade_beyond_the_buyers_bid_is_fraud_and_no_other(uint256 price, uint256 energy) public {
        int64 quote = int64(int256(bound(price, 0, 300_000)));
        uint64 wh = uint64(bound(energy, 1, 700));
        uint256 offered = quote <= 100_000 ? 500 : quote <= 200_000 ? 300 : 0;
        judged(tradeOf(wh, quote), true, wh > offered);
    }

    function test_A_trade_beyond_the_sellers_bid_is_fraud_and_no_other(uint256 price, uint256 energy) public {
        int64 quote = int64(int256(bound(price, 0, 300_000)) - 100_000);
        uint64 wh = uint64(bound(energy, 1, 700));
        judged(tradeOf(wh, quote), false, wh > (quote >= 80_000 ? 400 : 0));
    }

    /// @dev The buyer's limit is for all that she pays. Fees are known to half a unit, and the half is hers who is accused.
    function test_Fees_count_towards_the_buyers_limit(uint256 price, uint256 feePrice) public {
        int64 quote = int64(int256(bound(price, 150_000, 200_000)));
        int64 fee = int64(int256(bound(feePrice, 0, 60_000)));
        IFraudProofs.TradeLeaf memory trade = tradeOf(250, quote);
        trade.gridFee = int64(_judge.amountOf(250, fee));
        int256 least = trade.gridFee == 0 ? int256(0) : ((2 * int256(trade.gridFee) - 1) * 500) / 250;
        require(least <= fee, "an honest fee looks too dear");
        judged(trade, true, quote + least > 200_000);
    }

    /// @dev A premium is what the buyer would pay more; whatever the energy was, an honest trade stays within.
    function test_Premiums_lift_the_limit(uint64 green, uint64 local, uint64 partner) public {
        _buy.preferences = SignedBids.Preferences(green, local, members[1], partner);
        uint256 limit = 200_000 + uint256(green) + local + partner;
        int64 quote = int64(int256(bound(uint256(keccak256(abi.encode(green))), 200_001, 400_000)));
        judged(tradeOf(100, quote), true, uint256(uint64(quote)) > limit);
    }

    function test_A_bid_of_another_member_period_or_number_is_fraud(address member, uint64 period, uint64 number) public {
        IFraudProofs.BidLeaf memory leaf = leafOf(0, _buy);
        _buy.member = member;
        _buy.period = period;
        _buy.number = number;
        leaf.bidHash = hashOf(_buy);
        bool isRight = member == leaf.member && period == PERIOD && number == leaf.number;
        IFraudProofs.BidLeaf memory other = leafOf(1, _sell);
        IFraudProofs.Settled memory settled = settleRoots(pair(hash(leaf), hash(other)), bytes32(0));
        if (isRight) vm.expectRevert(IFraudProofs.NoFraud.selector);
        _judge.proveForeignBid(escrow, settled, leaf, one(hash(other)), _buy);
        frozen(!isRight);
    }

    function test_Two_bids_of_one_member_are_fraud() public {
        IFraudProofs.BidLeaf memory first = leafOf(0, _buy);
        IFraudProofs.BidLeaf memory second = leafOf(1, _buy);
        IFraudProofs.BidLeaf memory third = leafOf(2, _sell);
        bytes32 two = pair(hash(first), hash(second));
        IFraudProofs.Settled memory settled = settleRoots(pair(two, hash(third)), bytes32(0));
        bytes32[] memory ofFirst = both(hash(second), hash(third));
        vm.expectRevert(IFraudProofs.NoFraud.selector);
        _judge.proveTwoBids(escrow, settled, first, ofFirst, first, ofFirst);
        vm.expectRevert(IFraudProofs.NoFraud.selector);
        _judge.proveTwoBids(escrow, settled, first, ofFirst, third, one(two));
        _judge.proveTwoBids(escrow, settled, first, ofFirst, second, both(hash(first), hash(third)));
        frozen(true);
    }

    function test_A_trade_of_a_stranger_or_with_oneself_is_fraud(address other, uint256 kind) public {
        IFraudProofs.TradeLeaf memory trade = tradeOf(100, 90_000);
        kind = kind % 4;
        if (kind == 1) trade.buyer = other;
        if (kind == 2) trade.seller = other;
        if (kind == 3) trade.seller = trade.buyer;
        bool isRight = escrow.isMember(trade.buyer) && escrow.isMember(trade.seller) && trade.buyer != trade.seller;
        IFraudProofs.Settled memory settled = settleRoots(bytes32(0), hash(trade));
        if (isRight) vm.expectRevert(IFraudProofs.NoFraud.selector);
        _judge.proveTradeOfStranger(escrow, settled, trade, new bytes32[](0));
        frozen(!isRight);
    }

    function test_An_amount_that_is_not_energy_times_price_is_fraud(uint64 energy, int64 price, int64 off) public {
        energy = uint64(bound(energy, 0, 1 << 32));
        price = price % (1 << 40);
        IFraudProofs.TradeLeaf memory trade = tradeOf(energy, price);
        unchecked {
            trade.amount += off;
        }
        bool isRight = off == 0 && energy != 0;
        IFraudProofs.Settled memory settled = settleRoots(bytes32(0), hash(trade));
        if (isRight) vm.expectRevert(IFraudProofs.NoFraud.selector);
        _judge.proveWrongAmount(escrow, settled, trade, new bytes32[](0));
        frozen(!isRight);
    }

    /* EVIDENCE THAT IS NONE */

    function test_Evidence_must_be_about_what_was_settled(bytes32 root) public {
        IFraudProofs.TradeLeaf memory trade = tradeOf(0, 0);
        IFraudProofs.Settled memory settled = settleRoots(bytes32(0), hash(trade));
        vm.assume(root != settled.deltasHash);
        settled.deltasHash = root;
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotWhatWasSettled.selector, PERIOD));
        _judge.proveWrongAmount(escrow, settled, trade, new bytes32[](0));
    }

    function test_A_leaf_must_be_in_the_tree(bytes32 sibling) public {
        IFraudProofs.TradeLeaf memory trade = tradeOf(0, 0);
        IFraudProofs.Settled memory settled = settleRoots(bytes32(0), pair(hash(trade), keccak256("other")));
        vm.assume(sibling != keccak256("other"));
        vm.expectRevert(abi.encodeWithSelector(IFraudProofs.NotInTheTree.selector, keccak256(abi.encode(trade))));
        _judge.proveWrongAmount(escrow, settled, trade, one(sibling));
    }

    function test_A_bid_must_be_the_one_of_its_leaf() public {
        IFraudProofs.BidLeaf memory leaf = leafOf(0, _buy);
        IFraudProofs.Settled memory settled = settleRoots(hash(leaf), bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IFraudProofs.AnotherBid.selector, leaf.bidHash));
        _judge.proveForeignBid(escrow, settled, leaf, new bytes32[](0), _sell);
    }

    function test_A_bid_must_be_of_the_trades_buyer_or_seller() public {
        _buy.member = members[5];
        IFraudProofs.BidLeaf memory leaf = leafOf(0, _buy);
        IFraudProofs.TradeLeaf memory trade = tradeOf(100, 90_000);
        IFraudProofs.Settled memory settled = settleRoots(hash(leaf), hash(trade));
        bytes32[] memory none = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(IFraudProofs.NotInTheTrade.selector, members[5]));
        _judge.proveTradeOutsideBid(escrow, settled, trade, none, 0, none, _buy);
    }

    /* WORDS */

    function judged(IFraudProofs.TradeLeaf memory trade, bool ofBuyer, bool isFraud) private {
        (IFraudProofs.BidLeaf memory buyer, IFraudProofs.BidLeaf memory seller) = (leafOf(0, _buy), leafOf(1, _sell));
        IFraudProofs.Settled memory settled = settleRoots(pair(hash(buyer), hash(seller)), hash(trade));
        if (!isFraud) vm.expectRevert(IFraudProofs.NoFraud.selector);
        vm.prank(STRANGER);
        _judge.proveTradeOutsideBid(
            escrow,
            settled,
            trade,
            new bytes32[](0),
            ofBuyer ? 0 : 1,
            one(hash(ofBuyer ? seller : buyer)),
            ofBuyer ? _buy : _sell
        );
        frozen(isFraud);
        same(escrow.rewardOf(STRANGER), isFraud ? BOND / 2 : 0, "reward");
    }

    function frozen(bool expected) private view {
        (,, bool is_,) = escrow.state();
        require(is_ == expected, "frozen");
    }

    function settleRoots(bytes32 bids, bytes32 trades) private returns (IFraudProofs.Settled memory) {
        vm.prank(SETTLER);
        escrow.settle(PERIOD, bids, trades, new uint256[](0));
        return IFraudProofs.Settled(PERIOD, bids, trades, keccak256(""));
    }

    function bid(SignedBids.Bid storage empty, address member) private {
        (empty.member, empty.period, empty.number) = (member, PERIOD, 7);
    }

    function tradeOf(uint64 energy, int64 price) private view returns (IFraudProofs.TradeLeaf memory) {
        int64 amount = int64(_judge.amountOf(energy, price));
        return IFraudProofs.TradeLeaf(0, members[0], members[1], energy, price, amount, 0, 0);
    }

    function leafOf(uint64 index, SignedBids.Bid storage content) private view returns (IFraudProofs.BidLeaf memory) {
        return IFraudProofs.BidLeaf(index, hashOf(content), content.member, content.number);
    }

    function hashOf(SignedBids.Bid memory content) private view returns (bytes32) {
        return this.hashBid(content, address(escrow));
    }

    function hashBid(SignedBids.Bid calldata content, address of_) external view returns (bytes32) {
        return SignedBids.hash(content, of_);
    }

    function hash(IFraudProofs.BidLeaf memory leaf) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(leaf))));
    }

    function hash(IFraudProofs.TradeLeaf memory leaf) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(leaf))));
    }

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function one(bytes32 sibling) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = sibling;
    }

    function both(bytes32 first, bytes32 second) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](2);
        (proof[0], proof[1]) = (first, second);
    }
}

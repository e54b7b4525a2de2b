// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITradeProofs} from "../../interfaces/ITradeProofs.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {SignedBids} from "../../libraries/SignedBids.sol";
import {Evidence} from "../../proofs/Evidence.sol";
import {RoundTest} from "./RoundTest.sol";

contract TradeProofsTest is RoundTest {
    /* EVIDENCE THAT IS NONE */

    function test_A_bid_must_be_of_the_trades_buyer_or_seller() public {
        Round memory round = withTrade(tradeOf(0, 4, 100, PRICE));
        settle(round);
        ITradeProofs.TradeAndBid memory proof = tradeAndBid(round, 5);
        vm.expectRevert(abi.encodeWithSelector(ITradeProofs.NotInTheTrade.selector, members[5]));
        judge.proveTradeOutsideBid(escrow, proof, round.bids[placeOf(round, 5)]);
    }

    /* HONEST: never slashed */

    function test_Honest_trades_are_never_slashed(uint256 seed) public {
        Round memory round = honest(seed);
        CommittedRounds.Settled memory settled = settle(round);
        for (uint256 i = 0; i < round.trades.length; ++i) {
            CommittedRounds.Trade memory trade = round.trades[i];
            bytes32[] memory path = siblings(tradeLeaves(round), i);
            expect(false);
            judge.proveImpossibleTrade(escrow, settled, trade, i, path, keccak256(abi.encode(round.outcome)));
            expect(false);
            judge.proveOtherPrice(escrow, settled, rules(), round.outcome, trade, i, path);
            for (uint256 bidder = 0; bidder < BIDDERS; ++bidder) {
                if (members[bidder] != trade.buyer && members[bidder] != trade.seller) continue;
                ITradeProofs.TradeAndBid memory proof = tradeAndBid(round, bidder);
                (proof.trade, proof.tradeSiblings, proof.places) = (trade, path, proof.places | i);
                expect(false);
                judge.proveTradeOutsideBid(escrow, proof, round.bids[uint64(proof.places >> 64)]);
            }
        }
        for (uint256 place = 0; place < BIDDERS; ++place) {
            ITradeProofs.BidAndTotals memory proof = bidAndTotals(round, place);
            expect(false);
            judge.proveUnfilledStep(escrow, settled, rules(), proof, round.bids[place]);
            expect(false);
            judge.proveNoPremium(escrow, settled, rules(), proof, round.bids[place]);
        }
        frozen(false);
    }

    /* MUTATED: always */

    function test_A_trade_beyond_the_buyers_bid_is_fraud_and_no_other(uint256 price, uint256 energy) public {
        int64 quote = int64(int256(bound(price, 0, 300_000)));
        uint64 wh = uint64(bound(energy, 1, 700));
        uint256 offered = quote <= 100_000 ? 500 : quote <= 200_000 ? 300 : 0;
        judged(tradeOf(0, 4, wh, quote), 0, wh > offered);
    }

    function test_A_trade_beyond_the_sellers_bid_is_fraud_and_no_other(uint256 price, uint256 energy) public {
        int64 quote = int64(int256(bound(price, 0, 300_000)) - 100_000);
        uint64 wh = uint64(bound(energy, 1, 700));
        judged(tradeOf(0, 4, wh, quote), 4, wh > (quote >= 80_000 ? 400 : 0));
    }

    /// @dev The buyer's limit is for all that she pays. Fees are known to half a unit, and the half is his who is accused.
    function test_Fees_count_towards_the_buyers_limit(uint256 price, uint256 feePrice) public {
        int64 quote = int64(int256(bound(price, 150_000, 200_000)));
        int64 fee = int64(int256(bound(feePrice, 0, 60_000)));
        CommittedRounds.Trade memory trade = tradeOf(0, 4, 250, quote);
        trade.gridFee = int64(judge.amountOf(250, fee));
        int256 least = trade.gridFee == 0 ? int256(0) : ((2 * int256(trade.gridFee) - 1) * 500) / 250;
        require(least <= fee, "an honest fee looks too dear");
        judged(trade, 0, quote + least > 200_000);
    }

    /// @dev A premium is what the buyer would pay more; whatever the energy was, an honest trade stays within.
    function test_Premiums_lift_the_limit(uint64 green, uint64 local, uint64 partner) public {
        SignedBids.Preferences memory preferences = SignedBids.Preferences(green, local, members[1], partner);
        uint256 limit = 200_000 + uint256(green) + local + partner;
        int64 quote = int64(int256(bound(uint256(keccak256(abi.encode(green))), 200_001, 400_000)));
        judged(tradeOf(0, 4, 100, quote), 0, uint256(uint64(quote)) > limit, preferences);
    }

    function test_A_trade_of_a_stranger_or_with_oneself_is_fraud(address other, uint256 kind) public {
        CommittedRounds.Trade memory trade = tradeOf(0, 4, 100, PRICE);
        kind = kind % 4;
        if (kind == 1) trade.buyer = other;
        if (kind == 2) trade.seller = other;
        if (kind == 3) trade.seller = trade.buyer;
        impossible(
            trade, !escrow.isMember(trade.buyer) || !escrow.isMember(trade.seller) || trade.buyer == trade.seller
        );
    }

    function test_An_amount_that_is_not_energy_times_price_is_fraud(uint64 energy, int64 price, int64 off) public {
        energy = uint64(bound(energy, 0, 1 << 32));
        CommittedRounds.Trade memory trade = tradeOf(0, 4, energy, price % (1 << 40));
        unchecked {
            trade.amount += off;
        }
        impossible(trade, off != 0 || energy == 0);
    }

    function test_Another_price_or_a_fee_is_fraud_where_one_price_is_promised(int64 price, int64 fee, int64 spread) public {
        Round memory round = honest(3);
        CommittedRounds.Trade memory trade = round.trades[1];
        (trade.price, trade.gridFee, trade.spread) = (price, fee, spread);
        round.deltas = new int256[](MEMBERS);
        CommittedRounds.Settled memory settled = settle(round);
        bool isFraud = price != PRICE || fee != 0 || spread != 0;
        bytes32[] memory path = siblings(tradeLeaves(round), 1);
        expect(isFraud);
        judge.proveOtherPrice(escrow, settled, rules(), round.outcome, trade, 1, path);
        frozen(isFraud);
    }

    /// @dev The price is moved past a step: up past a seller's unfilled one, or down past a buyer's; or a trade is left out.
    function test_A_better_step_that_is_not_filled_is_fraud(uint256 kind, uint256 amount) public {
        Round memory round = honest(3);
        kind = kind % 3;
        int256 shift = int256(bound(amount, 10_001, 19_999));
        // Whoever lost by it: 0 a seller above whose offer the price now is, 1 a buyer, 2 the buyer of the trade left out.
        if (kind == 0) round.outcome.price += shift;
        if (kind == 1) round.outcome.price -= shift;
        address loser = kind == 0 ? members[5] : kind == 1 ? members[1] : round.trades[2].buyer;
        if (kind == 2) {
            CommittedRounds.Trade[] memory rest = new CommittedRounds.Trade[](2);
            (rest[0], rest[1]) = (round.trades[0], round.trades[1]);
            round.trades = rest;
            book(round);
        }
        CommittedRounds.Settled memory settled = settle(round);
        uint256 place = placeOf(round, memberAt(loser));
        ITradeProofs.BidAndTotals memory proof = bidAndTotals(round, place);
        expect(true);
        judge.proveUnfilledStep(escrow, settled, rules(), proof, round.bids[place]);
        frozen(true);
    }

    /// @dev Nothing trades, and the price is none: whoever would have traded is still better than it.
    function test_A_price_beyond_all_numbers_hides_no_step(bool high, uint256 place) public {
        Round memory round = honest(6);
        place = place % BIDDERS;
        round.trades = new CommittedRounds.Trade[](0);
        book(round);
        round.outcome.price = high ? type(int256).max : type(int256).min;
        CommittedRounds.Settled memory settled = settle(round);
        ITradeProofs.BidAndTotals memory proof = bidAndTotals(round, place);
        expect(true);
        judge.proveUnfilledStep(escrow, settled, rules(), proof, round.bids[place]);
        frozen(true);
    }

    function test_Premiums_that_nobody_offers_are_no_excuse_for_many_prices(uint256 named, bool offered) public {
        named = 1 + named % (BIDDERS + 2);
        Round memory round = honest(3);
        if (offered && named <= BIDDERS) round.bids[named - 1].preferences.greenPremium = 1_000;
        sign(round);
        round.outcome.premiumBid = named;
        CommittedRounds.Settled memory settled = settle(round);
        uint256 place = named <= BIDDERS ? named - 1 : 0;
        // A bid that only sells has nothing to pay a premium for.
        bool isFraud = named > BIDDERS || !offered || round.bids[place].buy.length == 0;
        ITradeProofs.BidAndTotals memory proof = bidAndTotals(round, place);
        expect(isFraud);
        judge.proveNoPremium(escrow, settled, rules(), proof, round.bids[place]);
        frozen(isFraud);
    }

    /* WORDS */

    function judged(CommittedRounds.Trade memory trade, uint256 bidder, bool isFraud) private {
        judged(trade, bidder, isFraud, SignedBids.Preferences(0, 0, address(0), 0));
    }

    /// @dev Member 0 buys 300 Wh at up to 200,000 µEUR/kWh and 200 more at up to 100,000; member 4 sells 400 Wh from 80,000 on.
    function judged(
        CommittedRounds.Trade memory trade,
        uint256 bidder,
        bool isFraud,
        SignedBids.Preferences memory preferences
    ) private {
        Round memory round = withTrade(trade);
        SignedBids.Bid memory bid = round.bids[placeOf(round, 0)];
        bid.buy = new SignedBids.Step[](2);
        (bid.buy[0], bid.buy[1]) = (SignedBids.Step(200_000, 300), SignedBids.Step(100_000, 200));
        bid.preferences = preferences;
        bid = round.bids[placeOf(round, 4)];
        bid.sell = new SignedBids.Step[](1);
        bid.sell[0] = SignedBids.Step(80_000, 400);
        sign(round);
        settle(round);
        ITradeProofs.TradeAndBid memory proof = tradeAndBid(round, bidder);
        expect(isFraud);
        judge.proveTradeOutsideBid(escrow, proof, round.bids[uint64(proof.places >> 64)]);
        frozen(isFraud);
    }

    function impossible(CommittedRounds.Trade memory trade, bool isFraud) private {
        Round memory round = withTrade(trade);
        CommittedRounds.Settled memory settled = settle(round);
        bytes32[] memory path = siblings(tradeLeaves(round), 0);
        bytes32 outcome = keccak256(abi.encode(round.outcome));
        expect(isFraud);
        judge.proveImpossibleTrade(escrow, settled, trade, 0, path, outcome);
        frozen(isFraud);
    }

    /// @dev A round of this trade and no other, which moves no money.
    function withTrade(CommittedRounds.Trade memory trade) private view returns (Round memory round) {
        round = honest(3);
        round.trades = new CommittedRounds.Trade[](1);
        round.trades[0] = trade;
        round.entries = new CommittedRounds.Entry[](0);
        round.deltas = new int256[](MEMBERS);
    }

    function placeOf(Round memory round, uint256 member) private view returns (uint256 place) {
        while (round.bids[place].member != members[member]) ++place;
    }

    function tradeAndBid(Round memory round, uint256 bidder) private view returns (ITradeProofs.TradeAndBid memory proof) {
        uint256 place = placeOf(round, bidder);
        return ITradeProofs.TradeAndBid({
            deltasHash: keccak256(abi.encodePacked(pack(round.deltas))),
            metered: 0,
            outcome: keccak256(abi.encode(round.outcome)),
            trade: round.trades[0],
            tradeSiblings: siblings(tradeLeaves(round), 0),
            places: (round.bids.length << 128) | (place << 64),
            signatureHash: keccak256(round.signatures[place]),
            bidSiblings: siblings(bidLeaves(round), place)
        });
    }

    function bidAndTotals(Round memory round, uint256 place) private view returns (ITradeProofs.BidAndTotals memory) {
        return ITradeProofs.BidAndTotals({
            tradesTree: tradesTree(round),
            outcome: round.outcome,
            bidIndex: place,
            bidCount: round.bids.length,
            signatureHash: keccak256(round.signatures[place]),
            bidSiblings: siblings(bidLeaves(round), place),
            gap: entryGap(round, behind(round, round.bids[place].member))
        });
    }
}

/// @notice Where the rules promise nothing of the kind, no proof of it holds.
contract UnpromisedTest is RoundTest {
    function rules() internal pure override returns (CommittedRounds.Rules memory given) {
        given = super.rules();
        given.flags = 0;
    }

    function test_What_the_rules_do_not_promise_is_no_fraud() public {
        Round memory round = honest(3);
        round.outcome.price = 0;
        CommittedRounds.Settled memory settled = settle(round);
        bytes32[] memory path = siblings(tradeLeaves(round), 0);
        CommittedRounds.BidGap memory gap = bidGap(round, 0);
        CommittedRounds.EntryGap memory entries = entryGap(round, 0);
        vm.expectRevert(Evidence.NotPromised.selector);
        judge.proveOtherPrice(escrow, settled, rules(), round.outcome, round.trades[0], 0, path);
        bytes32 outcome = keccak256(abi.encode(round.outcome));
        vm.expectRevert(Evidence.NotPromised.selector);
        judge.proveTradeWithoutBid(escrow, settled, rules(), round.trades[0], 0, path, outcome, true, gap);
        bytes32 tree = tradesTree(round);
        vm.expectRevert(Evidence.NotPromised.selector);
        judge.proveEntryWithoutTrade(escrow, settled, rules(), tree, round.outcome, entries);
    }
}

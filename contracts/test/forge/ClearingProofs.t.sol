// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearingProofs} from "../../interfaces/IClearingProofs.sol";
import {IJudge} from "../../interfaces/IJudge.sol";
import {CommittedRounds} from "../../libraries/CommittedRounds.sol";
import {PositionalTrees} from "../../libraries/PositionalTrees.sol";
import {SignedBids} from "../../libraries/SignedBids.sol";
import {Evidence} from "../../proofs/Evidence.sol";
import {RoundTest} from "./RoundTest.sol";

contract ClearingProofsTest is RoundTest {
    /// @dev Members of one half of the bidders.
    uint256 private constant HALF = BIDDERS / 2;

    /* EVIDENCE THAT IS NONE */

    function test_Only_an_expert_has_the_judge_slash(address caller) public {
        vm.assume(caller != address(clearing) && caller != address(metered));
        settle(honest(3));
        bytes32 settled = settledHash(PERIOD);
        vm.expectRevert(abi.encodeWithSelector(IJudge.NotExpert.selector, caller));
        vm.prank(caller);
        judge.slashFor(escrow, PERIOD, settled, caller);
    }

    function test_Totals_must_be_the_members_own(uint256 place) public {
        (Round memory round,) = shared(1, true);
        CommittedRounds.Settled memory settled = settle(round);
        IClearingProofs.PlacedBid memory one = placed(round, 0);
        IClearingProofs.PlacedBid memory other = placed(round, 1);
        place = place % (round.entries.length + 1);
        vm.assume(place != behind(round, round.bids[1].member));
        other.gap = entryGap(round, place);
        IClearingProofs.RoundHeads memory heads = headsOf(round);
        vm.expectRevert(PositionalTrees.NotInTheTree.selector);
        clearing.proveUnfairShare(
            escrow, settled, rules(), heads, one, round.bids[0], other, round.bids[1], true
        );
    }

    function test_Margins_and_constants_must_be_those_committed_to(uint64 named, int64 tick) public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        bytes32 tree = tradesTree(round);
        if (tick != TICK) {
            bytes memory others = abi.encode(tick, int64(-500_000), int64(4_000_000), int64(K), uint64(900), "Uniform");
            vm.expectRevert(Evidence.OtherRules.selector);
            clearing.proveWrongPrice(escrow, settled, rules(), others, tree, round.outcome, round.margins);
        }
        vm.assume(named != round.margins.buyBid);
        round.margins.buyBid = named;
        bytes memory refusal = abi.encodeWithSelector(Evidence.OtherMargins.selector, round.outcome.margins);
        vm.expectRevert(refusal);
        clearing.proveWrongPrice(escrow, settled, rules(), constants(), tree, round.outcome, round.margins);
        IClearingProofs.RoundHeads memory heads = headsOf(round);
        IClearingProofs.PlacedBid memory bid = placed(round, 0);
        vm.expectRevert(refusal);
        clearing.proveWrongMargin(escrow, settled, rules(), heads, round.margins, bid, round.bids[0]);
    }

    /* HONEST: never slashed */

    function test_Honest_prices_and_margins_are_never_slashed(uint256 seed) public {
        Round memory round = honest(seed);
        CommittedRounds.Settled memory settled = settle(round);
        price(round, settled, false);
        for (uint256 place = 0; place < BIDDERS; ++place) margin(round, settled, place, false);
        frozen(false);
    }

    /// @dev Steps at the margin that are filled in part, or not at all.
    function test_Margins_with_steps_filled_in_part_are_never_slashed(uint256 seed, bool ofBuyers) public {
        (Round memory round,) = shared(seed, ofBuyers);
        CommittedRounds.Settled memory settled = settle(round);
        for (uint256 place = 0; place < BIDDERS; ++place) margin(round, settled, place, false);
        frozen(false);
    }

    function test_Premiums_excuse_any_price() public {
        Round memory round = honest(3);
        round.outcome.price += 1;
        round.outcome.premiumBid = 1;
        CommittedRounds.Settled memory settled = settle(round);
        price(round, settled, false);
        margin(round, settled, 0, false);
    }

    function test_Fair_shares_are_never_slashed(uint256 seed, bool ofBuyers) public {
        (Round memory round,) = shared(seed, ofBuyers);
        CommittedRounds.Settled memory settled = settle(round);
        for (uint256 i = 0; i < BIDDERS; ++i) {
            uint256 j = (i + 1 + seed % (BIDDERS - 1)) % BIDDERS;
            unfair(round, settled, i, j, ofBuyers, false);
            unfair(round, settled, i, j, !ofBuyers, false);
        }
        frozen(false);
    }

    /// @dev Where premiums tell qualities apart, there are shares of each.
    function test_Premiums_excuse_any_shares() public {
        (Round memory round, uint256[] memory shares) = shared(3, true);
        shares[0] += shares[1];
        shares[1] = 0;
        trade(round, shares, true);
        round.outcome.premiumBid = 1;
        CommittedRounds.Settled memory settled = settle(round);
        unfair(round, settled, placeOf(round, 0), placeOf(round, 1), true, false);
    }

    /* MUTATED: always */

    /// @dev Inside the interval of 90,000 to 110,000 no step is better than the price; it is another one all the same.
    function test_A_price_a_tick_off_is_fraud(uint256 seed, uint256 amount, bool up) public {
        Round memory round = honest(1 + seed % 6);
        int256 shift = int256(bound(amount, 1, 10_000));
        round.outcome.price += up ? shift : -shift;
        CommittedRounds.Settled memory settled = settle(round);
        price(round, settled, true);
        frozen(true);
    }

    function test_A_price_of_nothing_is_fraud_unless_it_is_the_best_limit(int256 wrong) public {
        Round memory round = honest(0);
        vm.assume(wrong != round.outcome.price);
        round.outcome.price = wrong;
        CommittedRounds.Settled memory settled = settle(round);
        price(round, settled, true);
        frozen(true);
    }

    /// @dev A buyer and a seller name the same price, and are told that nobody would trade.
    function test_Two_that_could_have_traded_are_fraud() public {
        Round memory round = honest(0);
        round.bids[placeOf(round, 1)].buy[0].price = PRICE;
        round.bids[placeOf(round, 5)].sell[0].price = PRICE;
        sign(round);
        book(round);
        round.outcome.price = PRICE;
        CommittedRounds.Settled memory settled = settle(round);
        for (uint256 place = 0; place < BIDDERS; ++place) margin(round, settled, place, false);
        price(round, settled, true);
        frozen(true);
    }

    function test_Margins_of_trades_that_are_not_are_fraud(bool none) public {
        Round memory round = honest(none ? 3 : 0);
        if (none) {
            (round.margins.buyBid, round.margins.buy, round.margins.sellBid, round.margins.sell) = (0, 0, 0, 0);
            round.outcome.price = round.margins.unfilledBuy;
        } else {
            (round.margins.buyBid, round.margins.sellBid) = (uint64(1 + placeOf(round, 0)), uint64(1 + placeOf(round, 4)));
            (round.margins.buy, round.margins.sell) = (PRICE, PRICE);
            round.outcome.price = PRICE;
        }
        CommittedRounds.Settled memory settled = settle(round);
        price(round, settled, true);
        frozen(true);
    }

    /// @dev Each of the four margins: another price, or none, or a place that no bid has, or one that only trades on the other side.
    function test_A_margin_that_its_bid_does_not_have_is_fraud(uint256 seed, uint256 which, uint256 how, int64 other) public {
        Round memory round = honest(1 + seed % 6);
        (which, how) = (which % 4, how % 4);
        (int64 right, uint64 named) = marginAt(round.margins, which);
        if (how == 0) {
            vm.assume(other != right);
            setMargin(round.margins, which, other, named);
        }
        if (how == 1) setMargin(round.margins, which, 0, 0);
        if (how == 2) setMargin(round.margins, which, right, uint64(BIDDERS + 1 + seed % 9));
        uint256 opposite = which % 2 == 0 ? 4 + seed % 4 : seed % 4;
        if (how == 3) setMargin(round.margins, which, right, uint64(1 + placeOf(round, opposite)));
        CommittedRounds.Settled memory settled = settle(round);
        margin(round, settled, how == 3 ? placeOf(round, opposite) : named - 1, true);
        frozen(true);
    }

    /// @dev One bid's step is made worse or better than the others' and named; what the others have shows that it is not the extreme.
    function test_A_margin_that_is_not_the_extreme_is_fraud(uint256 which, uint256 seed) public {
        which = which % 4;
        Round memory round = honest(6 + 7 * (seed >> 8));
        uint256 last = round.trades.length - 1;
        (address one, address another) = which % 2 == 0
            ? (round.trades[0].buyer, round.trades[last].buyer)
            : (round.trades[0].seller, round.trades[last].seller);
        vm.assume(one != another);
        uint256 place = placeOf(round, memberAt(one));
        SignedBids.Step[] memory steps = which % 2 == 0 ? round.bids[place].buy : round.bids[place].sell;
        // A filled step that is better than the other's, or an unfilled one that is worse.
        SignedBids.Step memory step = steps[which < 2 ? 0 : 1];
        step.price += (which % 2 == 0) == (which < 2) ? int64(5_000) : -5_000;
        sign(round);
        book(round);
        setMargin(round.margins, which, step.price, uint64(place + 1));
        CommittedRounds.Settled memory settled = settle(round);
        margin(round, settled, place, false);
        margin(round, settled, placeOf(round, memberAt(another)), true);
        frozen(true);
    }

    /// @dev Two Wh or more that one gets at the cost of another.
    function test_A_favoured_friend_is_fraud(uint256 seed, uint256 moved, bool ofBuyers) public {
        (Round memory round, uint256[] memory shares) = shared(seed, ofBuyers);
        uint256 friend = seed % HALF;
        uint256 victim = (friend + 1) % HALF;
        vm.assume(shares[victim] >= 2);
        moved = bound(moved, 2, shares[victim]);
        shares[victim] -= moved;
        shares[friend] += moved;
        trade(round, shares, ofBuyers);
        CommittedRounds.Settled memory settled = settle(round);
        (uint256 first, uint256 second) =
            (placeOf(round, ofBuyers ? friend : HALF + friend), placeOf(round, ofBuyers ? victim : HALF + victim));
        unfair(round, settled, first, second, ofBuyers, true);
        frozen(true);
    }

    /* WORDS */

    /// @dev One half of the bidders have a step at the one price itself, and share what the other half leaves of it; everyone has a
    /// better step as well, which is filled.
    function shared(uint256 seed, bool ofBuyers) private view returns (Round memory round, uint256[] memory shares) {
        round = honest(0);
        uint256[] memory steps = new uint256[](HALF);
        uint256 all;
        for (uint256 i = 0; i < HALF; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            steps[i] = 1 + seed % (seed % 3 == 0 ? 10 : 1_000);
            all += steps[i];
        }
        shares = proRata(steps, all, seed % (all + 1));
        for (uint256 place = 0; place < BIDDERS; ++place) {
            uint256 member = sorted[place];
            bool buys = member < HALF;
            SignedBids.Step[] memory bid = new SignedBids.Step[](buys == ofBuyers ? 2 : 1);
            // The others' step takes all that can be shared, at a better price.
            bid[0] = SignedBids.Step(buys ? PRICE + 20_000 : PRICE - 20_000, 10);
            if (buys == ofBuyers) bid[1] = SignedBids.Step(PRICE, uint64(steps[member % HALF]));
            else bid[0].energy += member % HALF == 0 ? uint64(sum(shares)) : 0;
            if (buys) round.bids[place].buy = bid;
            else round.bids[place].sell = bid;
        }
        sign(round);
        trade(round, shares, ofBuyers);
    }

    /// @dev Floors, and then one Wh each to the largest remainders.
    function proRata(uint256[] memory steps, uint256 all, uint256 available) private pure returns (uint256[] memory shares) {
        shares = new uint256[](steps.length);
        uint256 left = available;
        for (uint256 i = 0; i < steps.length; ++i) {
            shares[i] = available * steps[i] / all;
            left -= shares[i];
        }
        for (bool[] memory served = new bool[](steps.length); left > 0; --left) {
            uint256 next = steps.length;
            for (uint256 i = 0; i < steps.length; ++i) {
                bool isNext = next == steps.length || available * steps[i] % all > available * steps[next] % all;
                if (!served[i] && isNext) next = i;
            }
            served[next] = true;
            ++shares[next];
        }
    }

    /// @dev Everyone trades the 10 Wh of the better step with her opposite; the first of the other side trades all that is shared.
    function trade(Round memory round, uint256[] memory shares, bool ofBuyers) private view {
        round.trades = new CommittedRounds.Trade[](2 * HALF);
        uint256 count;
        for (uint256 i = 0; i < HALF; ++i) {
            round.trades[count++] = tradeOf(i, HALF + i, 10, PRICE);
            if (shares[i] == 0) continue;
            round.trades[count++] =
                ofBuyers ? tradeOf(i, HALF, uint64(shares[i]), PRICE) : tradeOf(0, HALF + i, uint64(shares[i]), PRICE);
        }
        CommittedRounds.Trade[] memory trades = round.trades;
        assembly ("memory-safe") {
            mstore(trades, count)
        }
        book(round);
    }

    function unfair(
        Round memory round,
        CommittedRounds.Settled memory settled,
        uint256 one,
        uint256 other,
        bool ofBuyers,
        bool isFraud
    ) private {
        unfair(settled, headsOf(round), placed(round, one), round.bids[one], placed(round, other), round.bids[other], ofBuyers, isFraud);
    }

    function unfair(
        CommittedRounds.Settled memory settled,
        IClearingProofs.RoundHeads memory heads,
        IClearingProofs.PlacedBid memory one,
        SignedBids.Bid memory first,
        IClearingProofs.PlacedBid memory other,
        SignedBids.Bid memory second,
        bool ofBuyers,
        bool isFraud
    ) private {
        expect(isFraud);
        clearing.proveUnfairShare(escrow, settled, rules(), heads, one, first, other, second, ofBuyers);
    }

    function price(Round memory round, CommittedRounds.Settled memory settled, bool isFraud) private {
        bytes32 tree = tradesTree(round);
        expect(isFraud);
        clearing.proveWrongPrice(escrow, settled, rules(), constants(), tree, round.outcome, round.margins);
    }

    function margin(Round memory round, CommittedRounds.Settled memory settled, uint256 place, bool isFraud) private {
        IClearingProofs.RoundHeads memory heads = headsOf(round);
        IClearingProofs.PlacedBid memory bid = placed(round, place);
        expect(isFraud);
        clearing.proveWrongMargin(escrow, settled, rules(), heads, round.margins, bid, round.bids[place]);
    }

    /// @dev 0 buy, 1 sell, 2 unfilled buy, 3 unfilled sell.
    function marginAt(CommittedRounds.Margins memory margins, uint256 which) private pure returns (int64, uint64) {
        if (which == 0) return (margins.buy, margins.buyBid);
        if (which == 1) return (margins.sell, margins.sellBid);
        return which == 2
            ? (margins.unfilledBuy, margins.unfilledBuyBid)
            : (margins.unfilledSell, margins.unfilledSellBid);
    }

    function setMargin(CommittedRounds.Margins memory margins, uint256 which, int64 value, uint64 name) private pure {
        if (which == 0) (margins.buy, margins.buyBid) = (value, name);
        if (which == 1) (margins.sell, margins.sellBid) = (value, name);
        if (which == 2) (margins.unfilledBuy, margins.unfilledBuyBid) = (value, name);
        if (which == 3) (margins.unfilledSell, margins.unfilledSellBid) = (value, name);
    }

    function sum(uint256[] memory numbers) private pure returns (uint256 total) {
        for (uint256 i = 0; i < numbers.length; ++i) total += numbers[i];
    }

    function headsOf(Round memory round) private pure returns (IClearingProofs.RoundHeads memory) {
        return IClearingProofs.RoundHeads(round.bids.length, tradesTree(round), round.outcome);
    }

    function placed(Round memory round, uint256 place) private view returns (IClearingProofs.PlacedBid memory) {
        return IClearingProofs.PlacedBid({
            index: place,
            signatureHash: keccak256(round.signatures[place]),
            siblings: siblings(bidLeaves(round), place),
            gap: entryGap(round, behind(round, round.bids[place].member))
        });
    }

    function placeOf(Round memory round, uint256 member) private view returns (uint256 place) {
        while (round.bids[place].member != members[member]) ++place;
    }
}

/// @notice Where the rules promise no one price, no shares at it are unfair.
contract UnpromisedShareTest is RoundTest {
    function rules() internal pure override returns (CommittedRounds.Rules memory given) {
        given = super.rules();
        given.flags = 0;
    }

    function test_Shares_are_fraud_only_where_one_price_is_promised() public {
        Round memory round = honest(3);
        CommittedRounds.Settled memory settled = settle(round);
        IClearingProofs.RoundHeads memory heads = IClearingProofs.RoundHeads(BIDDERS, tradesTree(round), round.outcome);
        IClearingProofs.PlacedBid memory none;
        vm.expectRevert(Evidence.NotPromised.selector);
        clearing.proveUnfairShare(escrow, settled, rules(), heads, none, round.bids[0], none, round.bids[1], true);
    }
}

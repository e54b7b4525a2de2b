// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {Payments} from "../../libraries/Payments.sol";
import {WideBalances} from "../../libraries/WideBalances.sol";
import {EscrowTest} from "./EscrowTest.sol";

/// @notice Accounts that outgrow a lane: registered, paid, settled, rolled back and left like any other.
contract WideTest is EscrowTest {
    address private constant COMMUNITY = address(0xC0);
    address private constant GRID = address(0x61);
    uint256 private constant RICH = 1 << 50; // more than 42 and than 48 bits

    function setUp() public override {
        super.setUp();
        addWide(COMMUNITY);
        addWide(GRID);
        escrow.deposit(COMMUNITY, RICH);
    }

    function test_Only_the_registrar_registers_them(address sender) public {
        vm.assume(sender != REGISTRAR);
        vm.prank(sender);
        vm.expectRevert();
        escrow.registerWide(STRANGER);
    }

    function test_Nobody_has_two_accounts(uint256 member) public {
        address registered = members[member % members.length];
        vm.startPrank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.AlreadyRegistered.selector, registered));
        escrow.registerWide(registered);
        address[] memory again = new address[](1);
        again[0] = COMMUNITY;
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.AlreadyRegistered.selector, COMMUNITY));
        escrow.register(again);
        vm.expectRevert(IEnergySettlement.ZeroAddress.selector);
        escrow.registerWide(address(0));
    }

    function test_There_are_sixteen() public {
        for (uint256 i = 2; i < WideBalances.MOST; ++i) addWide(address(uint160(0x1000 + i)));
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.TooManyMembers.selector, WideBalances.MOST));
        escrow.registerWide(STRANGER);
        same(escrow.wideAccounts().length, WideBalances.MOST, "accounts");
        same(escrow.laneOf(members[MEMBERS + 15]), (1 << 24) - 1, "the last lane");
        same(escrow.memberCount(), MEMBERS, "members");
    }

    function test_A_slot_of_nobody_does_not_settle(uint256 slot) public {
        slot = bound(slot, (MEMBERS + 5) / 6, (1 << 24) - 1);
        if (slot == WideBalances.FIRST || slot == WideBalances.FIRST + 1) slot += 2;
        uint256[] memory words = new uint256[](2);
        words[0] = JUMP | slot;
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.SlotNotInUse.selector, slot));
        escrow.settle(BEFORE + 1, BIDS, TRADES, words);
    }

    /// @dev Lanes 14 to 17 of the last slot are nobody's, also where a wide word follows.
    function test_A_lane_of_nobody_is_seen_before_a_wide_word(uint256 lane) public {
        lane = bound(lane, MEMBERS, 17);
        uint256[] memory words = new uint256[](4);
        words[0] = JUMP | 2;
        words[1] = 1 << ((lane - 12) * LANE_BITS);
        words[2] = JUMP | WideBalances.FIRST;
        words[3] = JUMP - 1; // one less
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.LaneNotInUse.selector, lane));
        escrow.settle(BEFORE + 1, BIDS, TRADES, words);
    }

    function test_Money_is_neither_made_nor_lost(uint256 delta) public {
        int256[] memory deltas = new int256[](members.length);
        deltas[MEMBERS] = int256(bound(delta, 1, RICH));
        uint256[] memory words = pack(deltas);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.DeltasNotBalanced.selector, deltas[MEMBERS]));
        escrow.settle(BEFORE + 1, BIDS, TRADES, words);
    }

    function test_It_pays_no_more_than_it_has(uint256 more) public {
        int256[] memory deltas = new int256[](members.length);
        deltas[MEMBERS + 1] = int256(RICH + bound(more, 1, 1 << 200));
        deltas[MEMBERS] = -deltas[MEMBERS + 1];
        uint256[] memory words = pack(deltas);
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.Overdraft.selector, COMMUNITY));
        escrow.settle(BEFORE + 1, BIDS, TRADES, words);
    }

    function test_It_holds_no_more_than_63_bits(uint256 more) public {
        escrow.deposit(GRID, WideBalances.MAX_BALANCE);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.BalanceOverflow.selector, GRID));
        escrow.deposit(GRID, 1);
        uint256[] memory words = pack(payment(MEMBERS, MEMBERS + 1, bound(more, 1, RICH)));
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.BalanceOverflow.selector, GRID));
        escrow.settle(BEFORE + 1, BIDS, TRADES, words);
    }

    function test_Payments_name_no_lane_of_nobody(uint256 lane) public {
        lane = bound(lane, WideBalances.FIRST + 2, (1 << 24) - 1);
        uint256[] memory words = new uint256[](1);
        words[0] = (lane << 104) | (1 << 40) | 1000;
        vm.prank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(Payments.PaymentLaneNotInUse.selector, lane));
        escrow.settleVerified(BEFORE + 1, BIDS, TRADES, words);
    }

    function test_Balances_follow_the_plain_model_and_come_back(uint256 seed) public {
        uint256[] memory before = balances();
        int256[] memory deltas = randomDeltas(seed);
        int256 fee = int256(bound(seed >> 8, 0, RICH));
        deltas[MEMBERS] -= fee;
        deltas[MEMBERS + 1] += fee;
        if (int256(before[MEMBERS]) + deltas[MEMBERS] < 0) (deltas[MEMBERS], deltas[MEMBERS + 1]) = (deltas[MEMBERS] + fee, deltas[MEMBERS + 1] - fee);
        uint256[] memory words = settle(BEFORE + 1, deltas);
        for (uint256 i = 0; i < members.length; ++i) {
            same(escrow.balanceOf(members[i]), uint256(int256(before[i]) + deltas[i]), text(i));
        }
        slash(BEFORE + 1, STRANGER);
        escrow.rollback(BIDS, TRADES, words);
        same(balances(), before, "rolled back");
    }

    /// @dev 3 trades whose fees go to the grid operator, and one amount that no lane could hold in one period.
    function test_Netted_on_the_chain_it_is_the_same() public {
        uint256[] memory words = new uint256[](2);
        words[0] = (((uint256(1) << 104) | (WideBalances.FIRST + 1) << 80 | (700 << 40) | 10_000) << 128) // 7,000
            | ((uint256(13) << 104) | (WideBalances.FIRST + 1) << 80 | (50 << 40) | 1_010); // 50.5: 51
        words[1] = ((WideBalances.FIRST << 104) | ((WideBalances.FIRST + 1) << 80) | (uint256(1 << 39) << 40) | 8_000) << 128; // 2^42
        int256[] memory deltas = new int256[](members.length);
        (deltas[1], deltas[13], deltas[MEMBERS]) = (-7_000, -51, -int256(1 << 42));
        deltas[MEMBERS + 1] = 7_051 + int256(1 << 42);
        vm.prank(SETTLER);
        escrow.settleVerified(BEFORE + 1, BIDS, TRADES, words);
        for (uint256 i = 0; i < members.length; ++i) {
            uint256 had = i < MEMBERS ? EACH : (i == MEMBERS ? RICH : 0);
            same(escrow.balanceOf(members[i]), uint256(int256(had) + deltas[i]), text(i));
        }
        bytes32 whole = keccak256(abi.encode(uint64(BEFORE + 1), BIDS, TRADES, keccak256(abi.encodePacked(pack(deltas)))));
        require(settledHash(BEFORE + 1) == (whole >> 32) << 32, "commitment");
    }

    function test_It_asks_for_more_than_48_bits_and_gets_it(uint256 amount) public {
        amount = bound(amount, 1 << 48, RICH);
        vm.prank(COMMUNITY);
        escrow.requestWithdrawal(amount, STRANGER);
        same(escrow.balanceOf(COMMUNITY), RICH - amount, "left");
        wait(CHALLENGE);
        escrow.finaliseWithdrawal(COMMUNITY);
        same(euro.balanceOf(STRANGER), amount, "paid");
    }

    function test_What_it_lacks_is_taken_from_what_it_asked_for(uint256 asked) public {
        asked = bound(asked, 1, RICH);
        vm.prank(COMMUNITY);
        escrow.requestWithdrawal(asked, STRANGER);
        settle(BEFORE + 1, payment(MEMBERS, MEMBERS + 1, RICH));
        (uint256 left,,) = escrow.requestOf(COMMUNITY);
        same(escrow.balanceOf(COMMUNITY) + left, 0, "left");
        same(escrow.balanceOf(GRID), RICH, "paid");
    }

    function test_It_leaves_with_everyone() public {
        wait(SILENCE);
        escrow.openExit();
        escrow.exit(COMMUNITY);
        same(euro.balanceOf(COMMUNITY), RICH, "paid");
        same(escrow.balanceOf(COMMUNITY), 0, "left");
    }
}

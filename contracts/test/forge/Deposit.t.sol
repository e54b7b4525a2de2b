// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract DepositTest is EscrowTest {
    function test_Only_members_have_a_balance(address account, uint256 amount) public {
        for (uint256 i = 0; i < MEMBERS; ++i) vm.assume(account != members[i]);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotRegistered.selector, account));
        escrow.deposit(account, amount);
    }

    function test_No_lane_overflows(uint256 member, uint256 more) public {
        address account = members[bound(member, 0, MEMBERS - 1)];
        more = bound(more, LANE - EACH + 1, 1 << 64);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.BalanceOverflow.selector, account));
        escrow.deposit(account, more);
    }

    function test_What_arrives_is_credited_and_no_neighbour_moves(uint256 member, uint256 amount) public {
        member = bound(member, 0, MEMBERS - 1);
        amount = bound(amount, 1, LANE - EACH);
        uint256[] memory expected = balances();
        expected[member] += amount;
        escrow.deposit(members[member], amount);
        same(balances(), expected, "balance");
        same(owed(), euro.balanceOf(address(escrow)), "escrow");
    }
}

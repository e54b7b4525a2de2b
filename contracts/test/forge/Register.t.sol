// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {Head} from "../../libraries/Heads.sol";
import {WideBalances} from "../../libraries/WideBalances.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract RegisterTest is EscrowTest {
    function test_Nobody_is_registered_twice(uint256 member) public {
        address[] memory again = new address[](1);
        again[0] = members[member % MEMBERS];
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.AlreadyRegistered.selector, again[0]));
        escrow.register(again);
    }

    /// @dev 2^24 members would take days to register: the count is written to where it stands. The last 16 lanes are the wide accounts'.
    function test_There_are_lanes_for_nearly_24_bits_of_members() public {
        for (uint256 slot = 0; slot < 16; ++slot) {
            Head head = Head.wrap(uint256(vm.load(address(escrow), bytes32(slot))));
            if (head.settler() == SETTLER && head.memberCount() == MEMBERS) {
                vm.store(address(escrow), bytes32(slot), bytes32(Head.unwrap(head.withMemberCount(WideBalances.FIRST))));
            }
        }
        same(escrow.memberCount(), WideBalances.FIRST, "members");
        address[] memory more = new address[](1);
        more[0] = STRANGER;
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.TooManyMembers.selector, WideBalances.FIRST));
        escrow.register(more);
    }
}

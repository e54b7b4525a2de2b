// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {IMeters} from "../../interfaces/IMeters.sol";
import {MeteredBatches} from "../../libraries/MeteredBatches.sol";
import {MeteredTest} from "./MeteredTest.sol";

contract MetersTest is MeteredTest {
    uint256 private constant METER_KEY = 0x3E7E4;

    function test_Only_the_registrar_announces_meters(address caller) public {
        vm.assume(caller != REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IMeters.NotRegistrar.selector, caller));
        vm.prank(caller);
        metered.announceMeter(escrow, members[0], STRANGER);
    }

    function test_A_meter_has_an_address_and_a_member() public {
        vm.expectRevert(IMeters.NoMeter.selector);
        vm.prank(REGISTRAR);
        metered.announceMeter(escrow, members[0], address(0));
        vm.expectRevert(abi.encodeWithSelector(IEnergySettlement.NotRegistered.selector, STRANGER));
        vm.prank(REGISTRAR);
        metered.announceMeter(escrow, STRANGER, STRANGER);
    }

    function test_A_change_that_is_too_young_bears_no_other(uint256 later) public {
        uint256 readyAt = announce(vm.addr(METER_KEY));
        wait(KEY_DELAY + bound(later, 0, KEY_DELAY - 1));
        vm.expectRevert(abi.encodeWithSelector(IMeters.MeterChanging.selector, readyAt + KEY_DELAY));
        vm.prank(REGISTRAR);
        metered.announceMeter(escrow, members[0], STRANGER);
    }

    function test_A_meter_signs_after_the_delay_and_the_one_before_as_long_again(uint256 later) public {
        address meter = vm.addr(METER_KEY);
        require(metered.meterOf(escrow, members[0]) == members[0], "her own at first");
        uint256 from = time();
        announce(meter);
        later = bound(later, 0, 4 * KEY_DELAY);
        vm.warp(from + later);
        bool isReady = later >= KEY_DELAY;
        require(metered.meterOf(escrow, members[0]) == (isReady ? meter : members[0]), "meter");
        require(metered.isMeterOf(escrow, members[0], meter) == isReady, "the new one");
        require(metered.isMeterOf(escrow, members[0], members[0]) == (later < 2 * KEY_DELAY), "the one before");
        require(!metered.isMeterOf(escrow, members[0], STRANGER) && !metered.isMeterOf(escrow, members[1], meter), "others");
    }

    function test_A_meter_that_does_not_sign_yet_is_replaced_and_waits_anew(uint256 later) public {
        announce(STRANGER);
        wait(bound(later, 0, KEY_DELAY - 1));
        address meter = vm.addr(METER_KEY);
        uint256 readyAt = announce(meter);
        require(metered.meterOf(escrow, members[0]) == members[0], "before");
        vm.warp(readyAt);
        require(metered.meterOf(escrow, members[0]) == meter, "after");
        require(!metered.isMeterOf(escrow, members[0], STRANGER), "the one replaced");
        // And a second change, when the first is old enough.
        wait(KEY_DELAY);
        vm.warp(announce(STRANGER));
        require(metered.isMeterOf(escrow, members[0], meter) && !metered.isMeterOf(escrow, members[0], members[0]), "two back");
    }

    /// @dev Whatever signs when: the reading that was right when its batch was settled is no forgery for as long as it can be challenged.
    function test_A_change_of_meters_makes_no_forgery_of_an_honest_reading(uint256 settledAt, uint256 provedAt) public {
        uint256 from = time();
        announce(vm.addr(METER_KEY));
        vm.warp(from + bound(settledAt, 0, 3 * KEY_DELAY));
        Metered memory m = honestMetered(3);
        uint256 i;
        while (sorted[i] != 0) ++i;
        read(m, i);
        bytes32 digest = this.hashReading(m.readings[i]);
        if (metered.meterOf(escrow, members[0]) != members[0]) {
            m.signatures[i] = signature(METER_KEY, digest);
            m.positions[i].reading = keccak256(abi.encode(digest, keccak256(m.signatures[i])));
        }
        meter(m);
        wait(bound(provedAt, 0, CHALLENGE - 1));
        MeteredBatches.PlacedPosition memory position = placed(m, i);
        expect(false);
        metered.proveForgedReading(escrow, m.batch, m.head, position, digest, m.signatures[i]);
    }

    function announce(address meter) private returns (uint256 readyAt) {
        vm.prank(REGISTRAR);
        metered.announceMeter(escrow, members[0], meter);
        return time() + KEY_DELAY;
    }
}

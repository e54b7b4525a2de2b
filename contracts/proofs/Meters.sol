// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {IMeters} from "../interfaces/IMeters.sol";

/// @title Meters
/// @notice Who signs whose readings, for any number of escrows. See IMeters.
abstract contract Meters is IMeters {
    /// @dev The last change: the meter before it, the one after it, and when that begins. One slot and a half.
    struct Change {
        address before;
        uint40 readyAt;
        address meter;
    }

    mapping(IEnergySettlement => mapping(address => Change)) private _changes;

    /// @inheritdoc IMeters
    function announceMeter(IEnergySettlement escrow, address member, address meter) external {
        if (!IAccessControl(address(escrow)).hasRole(escrow.REGISTRAR_ROLE(), msg.sender)) revert NotRegistrar(msg.sender);
        if (meter == address(0)) revert NoMeter();
        escrow.laneOf(member); // Reverts for one who is no member.
        Change memory change = _changes[escrow][member];
        uint256 delay = escrow.keyDelaySeconds();
        if (block.timestamp >= change.readyAt) {
            uint256 until = change.readyAt + delay;
            if (change.readyAt != 0 && block.timestamp < until) revert MeterChanging(until);
            change.before = meterOf(escrow, member);
        }
        change.meter = meter;
        change.readyAt = uint40(block.timestamp + delay);
        _changes[escrow][member] = change;
        emit MeterAnnounced(escrow, member, meter, change.readyAt);
    }

    /// @inheritdoc IMeters
    function meterOf(IEnergySettlement escrow, address member) public view returns (address) {
        Change memory change = _changes[escrow][member];
        if (change.readyAt == 0) return member;
        return block.timestamp < change.readyAt ? change.before : change.meter;
    }

    /// @inheritdoc IMeters
    function isMeterOf(IEnergySettlement escrow, address member, address signer) public view returns (bool) {
        if (signer == meterOf(escrow, member)) return true;
        Change memory change = _changes[escrow][member];
        return change.readyAt != 0 && signer == change.before && block.timestamp < change.readyAt + escrow.keyDelaySeconds();
    }
}

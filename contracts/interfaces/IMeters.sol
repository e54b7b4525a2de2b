// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";

/// @title IMeters
/// @notice Whose signature a member's meter readings bear. Unless an escrow's registrar announced another, it is the member's own.
interface IMeters {
    /// @notice A meter was announced, and signs from a time on.
    event MeterAnnounced(IEnergySettlement indexed escrow, address indexed member, address meter, uint256 readyAt);

    /// @notice Only the escrow's registrar announces meters.
    error NotRegistrar(address caller);

    /// @notice The last change is too young for another: until this unix time the meter before it counts as well.
    error MeterChanging(uint256 until);

    /// @notice A meter must have an address.
    error NoMeter();

    /// @notice Names the meter of a member. Registrar of the escrow only. It signs when the escrow's `keyDelaySeconds` are over, and for as
    /// long again the one before it counts as well: so no reading that was right when its batch was settled becomes a forgery.
    /// @dev A meter that was announced and does not sign yet can be replaced by another, which waits anew.
    function announceMeter(IEnergySettlement escrow, address member, address meter) external;

    /// @notice Whose signature counts now.
    function meterOf(IEnergySettlement escrow, address member) external view returns (address);

    /// @notice Whether a reading of the member can bear this signature: her meter's, or for a while that of the one before.
    function isMeterOf(IEnergySettlement escrow, address member, address signer) external view returns (bool);
}

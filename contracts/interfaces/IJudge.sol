// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEnergySettlement} from "./IEnergySettlement.sol";

/// @title IJudge
/// @notice The contract whose word slashes, and the experts on whose word it does: proofs are too many for one contract's 24,576 bytes.
/// @dev Experts are fixed when the judge is deployed. They find the judge at the escrow: `IEnergySettlement.judge`.
interface IJudge {
    /// @notice The caller is no expert of this judge.
    error NotExpert(address caller);

    /// @notice Slashes as an expert found fraud. Experts only.
    /// @param settled What the escrow calls the period by, as the proof was about it.
    /// @param challenger Who brought the evidence.
    function slashFor(IEnergySettlement escrow, uint64 period, bytes32 settled, address challenger) external;

    /// @notice Takes evidence about the one price and the shares at it: ClearingProofs.
    function clearing() external view returns (address);

    /// @notice Takes evidence about metered batches, and knows whose meter signs what: MeteredProofs.
    function metered() external view returns (address);
}

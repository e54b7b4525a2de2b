// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MeteredLedgerProofs} from "./proofs/MeteredLedgerProofs.sol";
import {PositionProofs} from "./proofs/PositionProofs.sol";

/// @title MeteredProofs
/// @notice The judge's expert for metered batches. See IMeteredProofs, and IMeters for whose signature readings bear.
contract MeteredProofs is PositionProofs, MeteredLedgerProofs {}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BidProofs} from "./proofs/BidProofs.sol";
import {DataDemands} from "./proofs/DataDemands.sol";
import {LedgerProofs} from "./proofs/LedgerProofs.sol";
import {TradeProofs} from "./proofs/TradeProofs.sol";

/// @title FraudProofs
/// @notice The judge of any number of escrows. Takes evidence against a settled period from anyone: if it holds, the escrow freezes,
/// the period and all after it can be rolled back, and half of the operator's bond is the caller's. If not, the call reverts and
/// nothing happens.
/// @dev Holds no community's money and trusts nobody, so one is enough for a chain. Apart from the escrow, as both would not fit into
/// one contract's 24,576 bytes.
contract FraudProofs is BidProofs, TradeProofs, LedgerProofs, DataDemands {}

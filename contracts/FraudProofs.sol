// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "./interfaces/IEnergySettlement.sol";
import {IJudge} from "./interfaces/IJudge.sol";
import {BidProofs} from "./proofs/BidProofs.sol";
import {DataDemands} from "./proofs/DataDemands.sol";
import {Evidence} from "./proofs/Evidence.sol";
import {LedgerProofs} from "./proofs/LedgerProofs.sol";
import {TradeProofs} from "./proofs/TradeProofs.sol";

/// @title FraudProofs
/// @notice The judge of any number of escrows. Takes evidence against a settled period from anyone: if it holds, the escrow freezes,
/// the period and all after it can be rolled back, and half of the operator's bond is the caller's. If not, the call reverts and
/// nothing happens.
/// @dev Holds no community's money and trusts nobody but its experts, which are as fixed as its own code; so one is enough for a chain.
/// Apart from the escrow and from the experts, as they would not fit into one contract's 24,576 bytes.
contract FraudProofs is IJudge, BidProofs, TradeProofs, LedgerProofs, DataDemands {
    /// @inheritdoc IJudge
    address public immutable clearing;

    /// @inheritdoc IJudge
    address public immutable metered;

    constructor(address clearing_, address metered_) {
        clearing = clearing_;
        metered = metered_;
    }

    /// @inheritdoc IJudge
    function slashFor(IEnergySettlement escrow, uint64 period, bytes32 settled, address challenger) external {
        if (msg.sender != clearing && msg.sender != metered) revert NotExpert(msg.sender);
        _slash(escrow, period, settled, challenger);
    }

    function _slash(IEnergySettlement escrow, uint64 period, bytes32 settled, address challenger) internal override(Evidence) {
        escrow.slash(period, settled, challenger);
    }
}

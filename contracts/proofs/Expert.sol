// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";
import {IJudge} from "../interfaces/IJudge.sol";
import {Evidence} from "./Evidence.sol";

/// @title Expert
/// @notice Takes evidence for a judge: what it finds proved, the escrow's judge slashes.
abstract contract Expert is Evidence {
    function _slash(IEnergySettlement escrow, uint64 period, bytes32 settled, address challenger) internal override {
        IJudge(escrow.judge()).slashFor(escrow, period, settled, challenger);
    }
}

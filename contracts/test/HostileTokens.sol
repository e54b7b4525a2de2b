// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestEuro} from "../TestEuro.sol";
import {IEnergySettlement} from "../interfaces/IEnergySettlement.sol";

/// @notice Burns `feePercent` of every transfer on the way.
contract FeeToken is TestEuro {
    uint256 private immutable feePercent;

    constructor(uint256 feePercent_) {
        feePercent = feePercent_;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) ? 0 : (value * feePercent) / 100;
        super._update(from, to, value - fee);
        if (fee != 0) super._update(from, address(0), fee);
    }
}

/// @notice Answers false instead of reverting, and moves nothing.
contract FalseToken is TestEuro {
    function transfer(address, uint256) public pure override returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @notice Calls the escrow back in the middle of a transfer.
contract ReentrantToken is TestEuro {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0)) IEnergySettlement(to).deposit(from, value);
    }
}

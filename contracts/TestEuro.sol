// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title TestEuro
/// @notice DEVNET ONLY: anyone can mint. Stands in for a euro token with six decimals, such as EURC.
contract TestEuro is ERC20 {
    constructor() ERC20("Test Euro", "tEUR") {}

    /// @notice Gives `amount` units (millionths of a euro) to `to`, from nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Six, as EURC and USDC have.
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

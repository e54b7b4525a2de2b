// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title MarketDomain
/// @notice What every signature of a community is bound to (EIP-712): this market, this chain, this escrow.
library MarketDomain {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice The digest that is signed for content of this hash.
    function digest(bytes32 content, address escrow) internal view returns (bytes32) {
        bytes32 separator =
            keccak256(abi.encode(DOMAIN_TYPE, keccak256("VirtualEnergy P2P"), keccak256("1"), block.chainid, escrow));
        return keccak256(abi.encodePacked(hex"1901", separator, content));
    }
}

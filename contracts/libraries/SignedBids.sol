// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MarketDomain} from "./MarketDomain.sol";
import {PositionalTrees} from "./PositionalTrees.sol";

/// @title SignedBids
/// @notice Bids as members sign them (EIP-712), and how much they offer at a price.
library SignedBids {
    /// @notice Price in µEUR/kWh, energy in Wh.
    struct Step {
        int64 price;
        uint64 energy;
    }

    /// @notice What a member pays more for, µEUR/kWh.
    struct Preferences {
        uint64 greenPremium;
        uint64 localPremium;
        address partner;
        uint64 partnerPremium;
    }

    /// @notice A bid. Preferences that are all zero are none: such a bid is signed without them.
    struct Bid {
        address member;
        uint64 period;
        uint64 number;
        Step[] buy;
        Step[] sell;
        Preferences preferences;
    }

    /// @notice What the exchange acknowledges: this bid is admitted. It signs the root of a positional tree of such receipts; one that
    /// is signed alone is the root itself.
    struct Receipt {
        bytes32 bid;
        address member;
        uint64 period;
        uint64 number;
    }

    bytes32 private constant STEP_TYPE = keccak256("Step(int64 price,uint64 energy)");
    bytes32 private constant PREFERENCES_TYPE =
        keccak256("Preferences(uint64 greenPremium,uint64 localPremium,address partner,uint64 partnerPremium)");
    bytes32 private constant BID_TYPE = keccak256(
        "Bid(address member,uint64 period,uint64 number,Step[] buy,Step[] sell)Step(int64 price,uint64 energy)"
    );
    bytes32 private constant PREFERRING_BID_TYPE = keccak256(
        "Bid(address member,uint64 period,uint64 number,Step[] buy,Step[] sell,Preferences preferences)"
        "Preferences(uint64 greenPremium,uint64 localPremium,address partner,uint64 partnerPremium)"
        "Step(int64 price,uint64 energy)"
    );

    bytes32 private constant RECEIPT_TYPE = keccak256("Receipt(bytes32 bid,address member,uint64 period,uint64 number)");
    bytes32 private constant RECEIPTS_TYPE = keccak256("Receipts(bytes32 root)");

    /// @notice The digest that a member of `escrow`'s community signs.
    function hash(Bid calldata bid, address escrow) internal view returns (bytes32) {
        (bytes32 buy, bytes32 sell) = (_hash(bid.buy), _hash(bid.sell));
        bytes32 content = _hasPreferences(bid.preferences)
            ? keccak256(
                abi.encode(PREFERRING_BID_TYPE, bid.member, bid.period, bid.number, buy, sell, _hash(bid.preferences))
            )
            : keccak256(abi.encode(BID_TYPE, bid.member, bid.period, bid.number, buy, sell));
        return MarketDomain.digest(content, escrow);
    }

    /// @notice The digest that the exchange of `escrow`'s community signs for a receipt and those beside it.
    /// @param place The receipt's place among them.
    /// @param path The siblings from there up to the root; none where it is signed alone.
    function hash(Receipt calldata receipt, uint256 place, bytes32[] calldata path, address escrow)
        internal
        view
        returns (bytes32)
    {
        bytes32 root = PositionalTrees.rootOver(keccak256(abi.encode(RECEIPT_TYPE, receipt)), place, path);
        return MarketDomain.digest(keccak256(abi.encode(RECEIPTS_TYPE, root)), escrow);
    }

    /// @notice Whether the bid would pay more for what has some quality.
    function offersPremium(Bid calldata bid) internal pure returns (bool) {
        return bid.buy.length != 0 && _hasPreferences(bid.preferences);
    }

    /// @notice Wh that the bid buys at a price, its premiums included, whatever is bought.
    function energyBoughtAt(Bid calldata bid, int256 price) internal pure returns (uint256 energy) {
        int256 premiums = int256(uint256(bid.preferences.greenPremium)) + int256(uint256(bid.preferences.localPremium))
            + int256(uint256(bid.preferences.partnerPremium));
        int256 least;
        unchecked {
            least = price - premiums;
        }
        Step[] calldata steps = bid.buy;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, steps.length) { i := add(i, 1) } {
                let step := add(steps.offset, shl(6, i))
                if iszero(slt(calldataload(step), least)) { energy := add(energy, calldataload(add(step, 32))) }
            }
        }
    }

    /// @notice Wh that the bid sells at a price.
    function energySoldAt(Bid calldata bid, int256 price) internal pure returns (uint256 energy) {
        Step[] calldata steps = bid.sell;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, steps.length) { i := add(i, 1) } {
                let step := add(steps.offset, shl(6, i))
                if iszero(sgt(calldataload(step), price)) { energy := add(energy, calldataload(add(step, 32))) }
            }
        }
    }

    /// @dev By hand, as the compiler would check and copy every field: a proof with 32 steps would cost a third more. Whole words are
    /// taken as they come; no other words than those of the member's own steps lead to the hash that was committed to.
    function _hash(Step[] calldata steps) private pure returns (bytes32 result) {
        bytes32 stepType = STEP_TYPE;
        assembly ("memory-safe") {
            let hashes := mload(0x40)
            let step := add(hashes, shl(5, steps.length))
            mstore(step, stepType)
            for { let i := 0 } lt(i, steps.length) { i := add(i, 1) } {
                calldatacopy(add(step, 32), add(steps.offset, shl(6, i)), 64)
                mstore(add(hashes, shl(5, i)), keccak256(step, 96))
            }
            result := keccak256(hashes, shl(5, steps.length))
        }
    }

    function _hash(Preferences calldata preferences) private pure returns (bytes32) {
        return keccak256(abi.encode(PREFERENCES_TYPE, preferences));
    }

    function _hasPreferences(Preferences calldata preferences) private pure returns (bool) {
        return preferences.greenPremium != 0 || preferences.localPremium != 0 || preferences.partner != address(0)
            || preferences.partnerPremium != 0;
    }
}

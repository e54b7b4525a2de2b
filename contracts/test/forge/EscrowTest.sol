// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnergySettlement} from "../../EnergySettlement.sol";
import {TestEuro} from "../../TestEuro.sol";
import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {BatchParts} from "../../libraries/BatchParts.sol";
import {WideBalances} from "../../libraries/WideBalances.sol";
import {Vm} from "./Vm.sol";

/// @notice An escrow with members, and the words in which the tests speak of it.
abstract contract EscrowTest {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant MEMBERS = 14;
    uint256 internal constant EACH = 1_000_000;
    uint256 internal constant CHALLENGE = 1 hours;
    uint256 internal constant SILENCE = 1 days;
    uint256 internal constant KEY_DELAY = 2 days;
    uint256 internal constant BOND = 500_000;
    uint32 internal constant BEFORE = 1000;
    uint32 internal constant WINDOW = 8;
    uint256 internal constant LANE_BITS = 42;
    uint256 internal constant LANE = (1 << LANE_BITS) - 1;
    uint256 internal constant JUMP = 1 << 252;

    bytes32 internal constant RULES = keccak256("rules");

    address internal constant ADMIN = address(0xAD);
    address internal constant REGISTRAR = address(0x4E);
    address internal constant PAUSER = address(0xBA);
    uint256 internal constant SETTLER_KEY = 0x5E;
    address internal constant SETTLER = 0xcf484269182Ac2388A4bFE6d19FB0687e3534B7f; // of that key
    address internal constant TREASURY = address(0x7E);
    address internal constant STRANGER = address(0x57);

    bytes32 internal constant BIDS = keccak256("bids");
    bytes32 internal constant TRADES = keccak256("trades");
    bytes32 internal constant METERS = keccak256("meters");

    TestEuro internal euro;
    EnergySettlement internal escrow;
    address[] internal members;
    uint256 internal wideCount; // the last of the members

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        euro = TestEuro(deploy("TestEuro.sol:TestEuro", ""));
        escrow = create(terms());
        for (uint256 i = 0; i < MEMBERS; ++i) members.push(vm.addr(keyOf(i)));
        vm.prank(REGISTRAR);
        escrow.register(members);
        euro.mint(address(this), type(uint128).max);
        euro.approve(address(escrow), type(uint256).max);
        escrow.postBond(BOND);
        for (uint256 i = 0; i < MEMBERS; ++i) escrow.deposit(members[i], EACH);
    }

    /// @dev The test itself is the judge, unless it says otherwise.
    function terms() internal virtual returns (IEnergySettlement.Terms memory) {
        return IEnergySettlement.Terms({
            token: euro,
            admin: ADMIN,
            registrar: REGISTRAR,
            pauser: PAUSER,
            settler: SETTLER,
            judge: address(this),
            treasury: TREASURY,
            lastPeriod: BEFORE,
            window: WINDOW,
            periodsPerBatch: 1,
            challengeSeconds: uint32(CHALLENGE),
            silenceSeconds: uint32(SILENCE),
            keyDelaySeconds: uint32(KEY_DELAY),
            bond: uint64(BOND),
            rules: RULES
        });
    }

    function create(IEnergySettlement.Terms memory given) internal returns (EnergySettlement) {
        return EnergySettlement(deploy("EnergySettlement.sol:EnergySettlement", abi.encode(given)));
    }

    /// @dev As `new` does, but from the compiled contract: else the compiler, which takes most of the tests' time, would build the contract
    /// anew into each test, and as it builds tests (see forge-solc) and not as it is deployed.
    function deploy(string memory artifact, bytes memory arguments) internal returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 32), mload(code))
            if iszero(created) {
                returndatacopy(code, 0, returndatasize())
                revert(code, returndatasize())
            }
        }
    }

    function keyOf(uint256 member) internal pure returns (uint256) {
        return 0xE0000 + member;
    }

    /* BATCHES */

    /// @dev Trades made up from a seed, each at most what its buyer still has; the model of what they net to.
    function randomDeltas(uint256 seed) internal view returns (int256[] memory deltas) {
        deltas = new int256[](members.length);
        uint256[] memory before = spendable();
        uint256 trades = seed % 40;
        for (uint256 i = 0; i < trades; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 buyer = seed % members.length;
            uint256 seller = (seed >> 32) % members.length;
            int256 has = int256(before[buyer]) + deltas[buyer];
            int256 amount = has <= 0 ? int256(0) : int256((seed >> 64) % uint256(has + 1));
            // What a wide account has would fill the members' lanes in no time.
            if (buyer >= members.length - wideCount && seller < members.length - wideCount) amount %= 1 << 24;
            deltas[buyer] -= amount;
            deltas[seller] += amount;
        }
    }

    /// @dev One more account, behind the members, with a word of its own.
    function addWide(address account) internal {
        vm.prank(REGISTRAR);
        escrow.registerWide(account);
        members.push(account);
        ++wideCount;
    }

    /// @dev The packing as docs/contract.md states it; what is behind the members is wide.
    function pack(int256[] memory deltas) internal view returns (uint256[] memory words) {
        words = new uint256[](2 * deltas.length);
        uint256 count;
        uint256 due;
        uint256 narrow = members.length - wideCount;
        if (deltas.length < narrow) narrow = deltas.length;
        for (uint256 slot = 0; slot * 6 < narrow; ++slot) {
            uint256 word;
            for (uint256 lane = 0; lane < 6 && slot * 6 + lane < narrow; ++lane) {
                word |= (uint256(deltas[slot * 6 + lane]) & LANE) << (lane * LANE_BITS);
            }
            if (word == 0) continue;
            if (slot != due) words[count++] = JUMP | slot;
            words[count++] = word;
            due = slot + 1;
        }
        for (uint256 i = narrow; i < deltas.length; ++i) {
            if (deltas[i] == 0) continue;
            uint256 slot = WideBalances.FIRST + i - narrow;
            if (slot != due) words[count++] = JUMP | slot;
            words[count++] = uint256(deltas[i]) & (JUMP - 1);
            due = slot + 1;
        }
        assembly ("memory-safe") {
            mstore(words, count)
        }
    }

    function settle(uint256 period, uint256[] memory words) internal {
        vm.prank(SETTLER);
        escrow.settle(uint64(period), BIDS, TRADES, words);
    }

    function settle(uint256 period, int256[] memory deltas) internal returns (uint256[] memory words) {
        words = pack(deltas);
        settle(period, words);
    }

    function settleMetered(uint256 meteredPeriod, uint256[] memory words) internal {
        vm.prank(SETTLER);
        escrow.settleMetered(uint64(meteredPeriod), METERS, words);
    }

    function settleMetered(uint256 meteredPeriod, int256[] memory deltas) internal returns (uint256[] memory words) {
        words = pack(deltas);
        settleMetered(meteredPeriod, words);
    }

    /// @dev From the first to the second of two members.
    function payment(uint256 from, uint256 to, uint256 amount) internal view returns (int256[] memory deltas) {
        deltas = new int256[](members.length);
        deltas[from] -= int256(amount);
        deltas[to] += int256(amount);
    }

    /// @dev What batches can take: of what was asked for all that is not due.
    function spendable() internal view returns (uint256[] memory has) {
        has = balances();
        for (uint256 i = 0; i < members.length; ++i) {
            (uint256 requested, uint64 readyAt,) = escrow.requestOf(members[i]);
            if (time() < readyAt) has[i] += requested;
        }
    }

    function balances() internal view returns (uint256[] memory) {
        return escrow.balancesOf(members);
    }

    /// @dev All that the escrow owes: balances, requests, bond and rewards.
    function owed() internal view returns (uint256 sum) {
        for (uint256 i = 0; i < members.length; ++i) {
            (uint256 requested,,) = escrow.requestOf(members[i]);
            sum += escrow.balanceOf(members[i]) + requested + escrow.rewardOf(members[i]);
        }
        sum += escrow.bond() + escrow.rewardOf(TREASURY) + escrow.rewardOf(STRANGER);
    }

    /// @dev Where the words of a batch are that was not settled by parts.
    function inOnePiece() internal pure returns (BatchParts.Place memory place) {}

    /* TIME */

    /// @dev block.timestamp, which the optimizer would read once for a whole test.
    function time() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    function wait(uint256 duration) internal {
        vm.warp(time() + duration);
    }

    /// @dev As a judge who believes it.
    function slash(uint64 period, address challenger) internal {
        escrow.slash(period, settledHash(period), challenger);
    }

    /// @dev What the escrow keeps of a period; of one that it does not have, anything.
    function settledHash(uint64 period) internal view returns (bytes32 commitment) {
        try escrow.commitmentOf(period) returns (bytes32 kept, uint64) {
            commitment = kept;
        } catch {}
    }

    /* CHECKS */

    function same(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert(string.concat(what, ": ", text(actual), " is not ", text(expected)));
    }

    function same(uint256[] memory actual, uint256[] memory expected, string memory what) internal pure {
        same(actual.length, expected.length, what);
        for (uint256 i = 0; i < actual.length; ++i) {
            if (actual[i] != expected[i]) same(actual[i], expected[i], string.concat(what, " of ", text(i)));
        }
    }

    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }

    function text(uint256 value) internal pure returns (string memory result) {
        do {
            result = string.concat(string(abi.encodePacked(bytes1(uint8(48 + value % 10)))), result);
            value /= 10;
        } while (value != 0);
    }
}

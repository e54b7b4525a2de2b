// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnergySettlement} from "../../interfaces/IEnergySettlement.sol";
import {PartsTest} from "./PartsTest.sol";

/// @notice What each operation costs inside the contract, call data and the transaction's own gas aside, with cold storage.
/// ForgeTests (C#) holds the figures against contracts/snapshots/gas.json, and writes them there with VE_RENEW_SNAPSHOTS=1.
contract GasTest is PartsTest {
    uint256 private constant HUNDRED = 100;
    uint256[] private _none;

    function test_Gas_of_settling() public {
        settle(BEFORE + 1, _none);
        kept("settle, empty");
        cold();
        settle(BEFORE + 2, payment(0, 13, 1));
        kept("settle, 2 of 14 members");
        cold();
        settleMetered(BEFORE + 1, payment(13, 0, 1));
        kept("settleMetered, 2 of 14 members");
        cold();
        uint256[] memory payments = new uint256[](1);
        payments[0] = (1 << 232) | (1000 << 168) | (1000 << 128); // Lane 0 pays lane 1 for 1,000 Wh at 1,000 uEUR a kWh.
        vm.prank(SETTLER);
        escrow.settleVerified(BEFORE + 3, BIDS, TRADES, payments);
        kept("settleVerified, 1 payment");
    }

    function test_Gas_of_settling_a_hundred_members() public {
        int256[] memory deltas = hundredDeltas();
        uint256[] memory words = pack(deltas);
        cold();
        settle(BEFORE + 1, words);
        kept("settle, 100 of 100 members");
        cold();
        settleMetered(BEFORE + 1, words);
        kept("settleMetered, 100 of 100 members");
    }

    function test_Gas_of_money() public {
        cold();
        escrow.deposit(members[0], 1);
        kept("deposit");
        cold();
        vm.prank(members[0]);
        escrow.requestWithdrawal(1, members[0]);
        kept("requestWithdrawal");
        wait(CHALLENGE);
        cold();
        escrow.finaliseWithdrawal(members[0]);
        kept("finaliseWithdrawal");
        wait(SILENCE);
        cold();
        escrow.openExit();
        kept("openExit");
        cold();
        escrow.exit(members[1]);
        kept("exit");
    }

    function test_Gas_of_undoing() public {
        uint256[] memory words = pack(hundredDeltas());
        settle(BEFORE + 1, words);
        bytes32 settled = settledHash(BEFORE + 1);
        settleMetered(BEFORE + 1, words);
        bytes32 both = settledHash(BEFORE + 1);
        cold();
        escrow.slash(BEFORE + 1, both, STRANGER);
        kept("slash");
        cold();
        escrow.rollbackMetered(settled, IEnergySettlement.Metering(BEFORE, BEFORE), METERS, words);
        kept("rollbackMetered, 100 of 100 members");
        cold();
        escrow.rollback(BIDS, TRADES, words);
        kept("rollback, 100 of 100 members");
    }

    function test_Gas_of_parts() public {
        uint256[] memory words = pack(hundredDeltas());
        settlePart(BEFORE + 1, false, PartOf(0, 0, new uint256[](0)));
        PartOf memory part = PartOf(unfinishedParts(), 0, words);
        cold();
        settlePart(BEFORE + 1, false, part);
        kept("settlePart, 100 of 100 members");
        cold();
        undoBySettler(part);
        kept("undoPart, 100 of 100 members");
        settlePart(BEFORE + 1, false, part);
        cold();
        finish(BEFORE + 1, false, chainOf(part));
        kept("settleParts");
        cold();
        settlePart(BEFORE + 2, false, PartOf(0, 0, new uint256[](0)));
        kept("settlePart, the first and empty");
    }

    function undoBySettler(PartOf memory part) private {
        vm.prank(SETTLER);
        undo(part, 0);
    }

    /// @dev Registers and pays for so many, and has every other one pay her neighbour.
    function hundredDeltas() private returns (int256[] memory deltas) {
        address[] memory more = new address[](HUNDRED - MEMBERS);
        for (uint256 i = 0; i < more.length; ++i) more[i] = address(uint160(0xE0000 + MEMBERS + i));
        vm.prank(REGISTRAR);
        escrow.register(more);
        for (uint256 i = 0; i < more.length; ++i) {
            members.push(more[i]);
            escrow.deposit(more[i], EACH);
        }

        deltas = new int256[](HUNDRED);
        for (uint256 i = 0; i < HUNDRED; ++i) deltas[i] = i % 2 == 0 ? -int256(1 + i / 2) : int256(1 + i / 2);
    }

    function cold() private {
        vm.cool(address(escrow));
    }

    function kept(string memory operation) private {
        vm.snapshotGasLastCall("EnergySettlement", operation);
    }
}

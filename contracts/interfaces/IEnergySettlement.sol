// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title IEnergySettlement
/// @notice Holds the money of an energy community's members in escrow, and moves it between them once per trading period.
/// @dev Amounts are units of the token; with six decimals, as EURC and USDC have, one unit is 1 µEUR. A period is a number
/// that counts up by one: unix time divided by the period's length. Lanes are numbered in order of registration: member
/// `n` has lane `n % 6` of slot `n / 6`.
interface IEnergySettlement {
    /// @notice What is fixed at deployment.
    /// @param token The ERC-20 in escrow.
    /// @param admin Changes roles, in two steps; announces settlers; ends a pause.
    /// @param registrar Registers members.
    /// @param pauser Stops settlements, and nothing else.
    /// @param settler Settles.
    /// @param judge The contract that checks proofs of fraud: FraudProofs.
    /// @param treasury Gets half of a bond that is taken.
    /// @param lastPeriod The period before the first one to be settled.
    /// @param window How many periods the ring of commitments holds: 1 to 288.
    /// @param periodsPerBatch Balances move in every period p with (p + 1) divisible by this; in the others only roots are kept. 1 to `window`.
    /// @param challengeSeconds How long after its settlement a period can be challenged; withdrawals wait as long.
    /// @param silenceSeconds After so long without a settlement anyone opens the exit; at least `challengeSeconds`.
    /// @param keyDelaySeconds How long a new settler or admin waits; at least `challengeSeconds`.
    /// @param bond What the operator must have posted before he can settle; units of the token.
    /// @param rules Hash of the market's rules, so that they cannot be others than those that members agreed to. See FraudProofs.
    struct Terms {
        IERC20 token;
        address admin;
        address registrar;
        address pauser;
        address settler;
        address judge;
        address treasury;
        uint32 lastPeriod;
        uint32 window;
        uint32 periodsPerBatch;
        uint32 challengeSeconds;
        uint32 silenceSeconds;
        uint32 keyDelaySeconds;
        uint64 bond;
        bytes32 rules;
    }

    /// @notice How far deviations are settled.
    /// @param period The last period whose metered batch was settled; at first, the one before the first trading period.
    /// @param standsOn The trading period after which that batch was settled, and with which it is challenged and rolled back.
    struct Metering {
        uint32 period;
        uint32 standsOn;
    }

    /// @notice How far a batch is settled that takes several transactions.
    /// @param number Counts such batches; 0 for one that is being rolled back.
    /// @param openedAt When its first part was settled; 0 for one that is being rolled back.
    /// @param slot The slot that is due.
    /// @param net What its deltas sum to so far; zero when all are there.
    struct Unfinished {
        uint32 number;
        uint32 openedAt;
        uint32 slot;
        int160 net;
    }

    /* EVENTS */

    /// @notice A member was registered.
    /// @param member Her address; it signs her bids and withdraws her money.
    /// @param lane Her number, counted from zero in order of registration.
    event MemberRegistered(address indexed member, uint256 lane);

    /// @notice A member's balance rose by what really arrived.
    /// @param member Whose balance.
    /// @param from Who paid.
    /// @param received How much more the escrow holds: less than was sent, if the token takes a fee.
    event Deposited(address indexed member, address indexed from, uint256 received);

    /// @notice A member asked for money, or what a part had taken of that was given back.
    /// @param amount All that she has asked for and not been paid.
    /// @param readyAt Unix time from which on anyone can have it paid.
    event WithdrawalRequested(address indexed member, address indexed to, uint256 amount, uint256 readyAt);

    /// @notice A member put what she had asked for back into her balance.
    event WithdrawalCancelled(address indexed member, uint256 amount);

    /// @notice A batch took from what a member had asked for, as her balance did not reach.
    event WithdrawalReduced(address indexed member, uint256 amount);

    /// @notice A member was paid.
    event Withdrawn(address indexed member, address indexed to, uint256 amount);

    /// @notice A period was settled.
    /// @param period The period.
    /// @param bidsRoot Merkle root of the bids that counted.
    /// @param tradesRoot Merkle root of the trades that followed from them.
    /// @param deltasHash keccak256 of the delta words, one after another.
    event Settled(uint64 indexed period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash);

    /// @notice A period's deviations were settled.
    /// @param meteredPeriod The period that was metered.
    /// @param standsOn The trading period after which it was settled.
    /// @param before What `metering` said before; needed to roll the batch back.
    /// @param meterRoot Root of the tree of readings and estimates.
    /// @param deltasHash keccak256 of the delta words, one after another.
    event SettledMetered(
        uint64 indexed meteredPeriod, uint64 indexed standsOn, Metering before, bytes32 meterRoot, bytes32 deltasHash
    );

    /// @notice A part of a batch was settled; the batch is settled when all are.
    /// @param period The period; of a metered batch the one metered.
    /// @param from The slot that was due at its first word.
    /// @param deltasHash keccak256 of the part's delta words, one after another.
    event PartSettled(uint64 indexed period, bool isMetered, uint32 from, bytes32 deltasHash);

    /// @notice What a batch that is not, or no more, settled had moved in this slot and those after it was moved back.
    event PartUndone(uint256 slot);

    /// @notice The batch that is rolled back by the same transaction moves its money back by parts.
    /// @param deltasHash As logged when it was settled.
    event BatchReopened(bytes32 deltasHash);

    /// @notice Someone added to the operator's bond.
    event BondPosted(address indexed from, uint256 received);

    /// @notice The operator took what is left of his bond, after the exit opened.
    event BondReclaimed(address indexed to, uint256 amount);

    /// @notice A period was proved fraudulent: nothing settles any more, and it and all after it can be rolled back.
    /// @param slashed What was taken of the bond; half goes to the challenger.
    event FraudProved(uint64 indexed period, address indexed challenger, uint256 slashed);

    /// @notice A challenger or the treasury was paid.
    event RewardClaimed(address indexed account, address indexed to, uint256 amount);

    /// @notice A period's money was moved back.
    event RolledBack(uint64 indexed period);

    /// @notice A metered batch's money was moved back.
    event RolledBackMetered(uint64 indexed meteredPeriod);

    /// @notice The escrow settles no more; everyone can take out what she has.
    /// @param lastPeriod The last period that stands.
    event ExitOpened(uint64 lastPeriod);

    /// @notice Settlements stop; money can leave as before.
    event Paused(address indexed account);

    /// @notice Settlements go on.
    event Unpaused(address indexed account);

    /// @notice A new settler can take over from a time on.
    event SettlerAnnounced(address indexed settler, uint256 readyAt);

    /// @notice A new settler has taken over.
    event SettlerChanged(address indexed settler);

    /* ERRORS: DEPLOYMENT AND MEMBERS */

    /// @notice An address must not be zero.
    error ZeroAddress();

    /// @notice The commitments' ring must hold 1 to `most` periods.
    error WindowOutOfRange(uint256 window, uint256 most);

    /// @notice Balances must move at least once while the ring goes round.
    error PeriodsPerBatchOutOfRange(uint256 periodsPerBatch, uint256 most);

    /// @notice Silence and the delay of keys must last at least as long as a challenge.
    error ChallengeTooLong(uint256 challengeSeconds);

    /// @notice There is no lane for further members, or no word for further wide accounts.
    error TooManyMembers(uint256 most);

    /// @notice The address is a member already.
    error AlreadyRegistered(address member);

    /// @notice The address is not a member's.
    error NotRegistered(address account);

    /* ERRORS: MONEY */

    /// @notice The amount must not be zero.
    error ZeroAmount();

    /// @notice The token took the transfer, and the escrow holds no more than before.
    error NothingReceived();

    /// @notice The member's balance would pass 2^42 - 1 units.
    error BalanceOverflow(address member);

    /// @notice The member has less than she wants to take out.
    error InsufficientBalance(address member, uint256 balance, uint256 amount);

    /// @notice The member has asked for nothing.
    error NothingRequested(address member);

    /// @notice It is too early: wait until this unix time.
    error NotYet(uint256 readyAt);

    /// @notice Everyone can leave only after the exit was opened.
    error NotExiting();

    /* ERRORS: SETTLEMENT */

    /// @notice The escrow does not settle now. Bits: 1 bonded, 2 paused, 4 frozen, 8 exiting, 16 a batch unfinished; it settles at 1, and
    /// takes parts of that batch at 17.
    error NotOpen(uint8 state);

    /// @notice Periods have 32 bits.
    error PeriodTooHigh(uint64 most);

    /// @notice In this period balances do not move, or must: see `periodsPerBatch`.
    error NotThisPeriod(uint64 period);

    /// @notice The ring is full of periods that can still be challenged; there is room at this unix time.
    error RingFull(uint256 freeAt);

    /// @notice Only the settler settles.
    error NotSettler(address caller);

    /// @notice Periods are settled one after another, each once, none left out.
    error PeriodNotNext(uint64 expected, uint64 given);

    /// @notice The call data is not as long as its delta words make it.
    error CallDataLength(uint256 expected, uint256 given);

    /// @notice The word's kind, its top four bits, is none that is known.
    error UnknownWord(uint256 index, uint256 word);

    /// @notice A jump must lead to a slot after the next one due, so that no slot comes twice.
    error SlotsNotAscending(uint256 next, uint256 jump);

    /// @notice No member has a lane in the slot.
    error SlotNotInUse(uint256 slot);

    /// @notice The lane has a delta, and no member.
    error LaneNotInUse(uint256 lane);

    /// @notice The member would pay more than she has, what she asked to withdraw included as long as that is not due.
    error Overdraft(address member);

    /// @notice What the members pay must be what the members get.
    error DeltasNotBalanced(int256 sum);

    /// @notice The period's commitment is not in the ring: not settled yet, or too long ago.
    error PeriodNotInWindow(uint64 period);

    /* ERRORS: PARTS */

    /// @notice A part comes after the one before, and all of them settle: the chain of parts is another.
    error PartNotNext(bytes32 parts, bytes32 given);

    /// @notice First the batch of which there are parts already is finished, or its parts are undone.
    error BatchUnfinished();

    /// @notice A batch is finished within half of `challengeSeconds` after its first part; these parts can only be undone.
    error PartsTooLate(uint256 until);

    /// @notice There are no parts of a batch.
    error NothingUnfinished();

    /* ERRORS: METERED BATCHES */

    /// @notice After this trading period a metered batch was settled already; the next one comes after the next period.
    error MeteredAlready(uint64 period);

    /// @notice A metered period comes after the last one metered, and not after the last one traded.
    error MeteredPeriodOutOfRange(uint64 lastMetered, uint64 lastPeriod);

    /// @notice The metered batch comes too late after the trading period that it would stand on; it can follow the next one.
    error MeteredTooLate(uint256 until);

    /// @notice No metered batch stands on the last period.
    error NothingMetered(uint64 period);

    /// @notice The metered batch that stands on the period is rolled back first.
    error MeteredBatchStands(uint64 period);

    /* ERRORS: FRAUD AND ROLLBACK */

    /// @notice The bond must fit into 64 bits.
    error BondTooHigh(uint256 most);

    /// @notice The period is beyond challenge.
    error PeriodFinal(uint64 period);

    /// @notice Fraud in this period, or an earlier one, is proved already.
    error AlreadyProved(uint64 period);

    /// @notice Only the judge slashes.
    error NotJudge(address caller);

    /// @notice Nothing is rolled back unless fraud was proved.
    error NotFrozen();

    /// @notice The period was settled with other roots or deltas.
    error NotWhatWasSettled(uint64 period);

    /* MEMBERS */

    /// @notice Registers members in the given order and prepares their balances' storage.
    /// @dev Registrar only. The first member of each six pays for the slot, so that no settlement has to.
    function register(address[] calldata newMembers) external;

    /// @notice Registers an account that may come to hold more than 4.4 million euros: it gets a storage word of its own.
    /// @dev Registrar only. For grid operator, community and treasury; a settlement that moves its money pays for a slot more than
    /// for a member's. It can do all that a member can.
    function registerWide(address account) external;

    /* MONEY */

    /// @notice Pays `amount` of the caller's tokens into `member`'s balance: the caller's own, or another member's.
    /// @dev The caller approves this contract first. Credits what really arrived.
    function deposit(address member, uint256 amount) external;

    /// @notice Takes `amount` out of the caller's balance, to be paid to `to` when no batch before can be challenged any more: after
    /// `challengeSeconds`, which begin while there are parts of a batch when that must be finished.
    /// @dev Members only, each her own; nobody can stop it. What is asked for in addition makes all of it wait anew.
    function requestWithdrawal(uint256 amount, address to) external;

    /// @notice Puts what the caller asked for back into her balance.
    function cancelWithdrawal() external;

    /// @notice Pays out what a member asked for. Anyone can call it. While there are parts of a batch, only what was asked for before them.
    function finaliseWithdrawal(address member) external;

    /* SETTLEMENT */

    /// @notice Settles one period: moves each member's net money, and commits to the bids and trades behind it.
    /// @dev Settler only. A round without trades settles with no words at all.
    ///
    /// Each word of `deltas` is one of two kinds, told by its top four bits:
    /// - 0: the deltas of the six lanes of the slot that is next due; then the slot after it is due. Lane `i` is
    ///   a signed number (two's complement) in bits `42 i` to `42 i + 41`: negative is what the member pays.
    /// - 1: the other bits are the number of the slot that is due from here, further on than the one that was.
    ///
    /// A wide account's slot has its lane's number, and holds one delta: a signed number in all of the other 252 bits.
    ///
    /// The first slot due is 0. So slots can only ascend, and no lane can come twice.
    /// @param period The period after the last one settled.
    /// @param bidsRoot Merkle root of the bids that counted.
    /// @param tradesRoot Merkle root of the trades.
    /// @param deltas What each member gets or pays, packed; all of them sum to zero.
    function settle(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] calldata deltas) external;

    /// @notice Settles one period by its payments: the contract adds them up itself.
    /// @dev Settler only. See `Payments` for their form. Commits to what `settle` would have got.
    function settleVerified(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, uint256[] calldata payments) external;

    /// @notice Commits to one period whose money moves with a later one.
    /// @dev Settler only; in periods p with (p + 1) not divisible by `periodsPerBatch`.
    function commitRoots(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot) external;

    /// @notice Settles the deviations of a metered period: what members got or took beyond their trades, and corrections of earlier ones.
    /// @dev Settler only; delta words and rules as in `settle`. The batch stands on the last trading period settled, at most one on
    /// each, within half of `challengeSeconds` after it: with it it is challenged, and before it rolled back. Its commitment becomes
    /// keccak256(abi.encode(upper 28 bytes of the commitment, keccak256(abi.encode(meteredPeriod, before, meterRoot, deltasHash)))),
    /// where `before` is `metering()`; the time in the ring stays.
    /// @param meteredPeriod The period metered: after the last one metered, and not after the last one settled.
    /// @param meterRoot Root of the tree of readings and estimates.
    /// @param deltas What each member gets or pays, packed; all of them sum to zero.
    function settleMetered(uint64 meteredPeriod, bytes32 meterRoot, uint256[] calldata deltas) external;

    /// @notice Moves a part of a batch that is too large for one transaction. Meanwhile nothing else settles, and no money is paid that
    /// was asked for since the first part: so no part has any effect beyond the escrow unless all have.
    /// @dev Settler only; the rules of `settle` and `settleMetered`, also for when. Each part goes on at the slot that is due after the one before, so
    /// no lane comes twice. Its hash is chained to theirs: keccak256(before, uint32 from, keccak256(deltas)), 68 bytes, where `from` is that slot.
    /// @param period The period to be settled; of a metered batch the one metered.
    /// @param before The chain of the parts before it; zero for the first.
    /// @param deltas What members of further slots get or pay, packed; they sum to zero with those of all other parts.
    function settlePart(uint64 period, bool isMetered, bytes32 before, uint256[] calldata deltas) external;

    /// @notice Settles one period by its parts, within half of `challengeSeconds` after the first of them. Settler only.
    /// @param parts The chain of all of them, in place of the hash of deltas.
    function settleParts(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 parts) external;

    /// @notice Settles the deviations of a metered period by their parts. Settler only.
    /// @param parts The chain of all of them, in place of the hash of deltas.
    function settleMeteredParts(uint64 meteredPeriod, bytes32 meterRoot, bytes32 parts) external;

    /// @notice Moves back the last part of a batch that is not finished, or the last words of it: exactly, with what it took of requests.
    /// @dev The settler can do it at any time; everyone, when the first part is half of `challengeSeconds` old, fraud was proved or the exit is open.
    /// @param before The chain of the parts before it.
    /// @param from The slot that was due at its first word.
    /// @param deltas Its words.
    /// @param keep So many words stay moved, for another call: none are needed unless the part is too large for one.
    function undoPart(bytes32 before, uint32 from, uint256[] calldata deltas, uint256 keep) external;

    /* BOND, FRAUD AND EXIT */

    /// @notice Adds to the operator's bond. Credits what really arrived.
    function postBond(uint256 amount) external;

    /// @notice Pays the bond back after the exit began. Admin only.
    function reclaimBond(address to) external;

    /// @notice Pays out what the caller got of a bond.
    function claimReward(address to) external;

    /// @notice Freezes the escrow and takes the bond, as fraud was proved in a period that can still be challenged. Judge only.
    /// @param settled keccak256(abi.encode(period, bidsRoot, tradesRoot, deltasHash)): what the proof was about; where a metered batch stands
    /// on the period, the commitment of both (see `settleMetered`).
    /// @param challenger Who proved it; half of the bond is his.
    function slash(uint64 period, bytes32 settled, address challenger) external;

    /// @notice Moves the last period's money back, after fraud was proved in it or before it. Anyone can call it, with what was settled.
    /// @dev With the fraudulent period itself rolled back, the exit opens. Parts of an unfinished batch are undone before.
    /// @param deltas As settled; empty for a period that moved no balances.
    function rollback(bytes32 bidsRoot, bytes32 tradesRoot, uint256[] calldata deltas) external;

    /// @notice Moves back the money of the metered batch that stands on the last period, after fraud was proved in that period or before
    /// it. Anyone can call it, with what was settled; the period itself is rolled back next.
    /// @param settled The period's commitment without the metered batch: its upper 28 bytes, the rest anything.
    /// @param before As logged with the batch.
    /// @param meterRoot As settled.
    /// @param deltas As settled.
    function rollbackMetered(bytes32 settled, Metering calldata before, bytes32 meterRoot, uint256[] calldata deltas) external;

    /// @notice The same for a period that was settled by parts, or whose batch is too large to be moved back by one transaction: it is not
    /// settled any more, and its parts are undone next, see `undoPart`.
    /// @param deltasHash As logged. A batch that was settled in one piece is one part.
    function rollbackParts(bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash) external;

    /// @notice The same for a metered batch.
    function rollbackMeteredParts(bytes32 settled, Metering calldata before, bytes32 meterRoot, bytes32 deltasHash) external;

    /// @notice Ends the community's settlements when the operator has been silent for `silenceSeconds`. Anyone can call it.
    function openExit() external;

    /// @notice Pays out all that a member has, to where she last asked for money or else to her. Anyone can call it, once the
    /// exit is open and the last period beyond challenge.
    function exit(address member) external;

    /* ROLES */

    /// @notice Stops settlements. Pauser only; money can leave as before, and after `silenceSeconds` the exit opens.
    function pause() external;

    /// @notice Lets settlements go on. Admin only.
    function unpause() external;

    /// @notice Names a new settler, who can accept after `keyDelaySeconds`. Admin only; a later name replaces an earlier one.
    function announceSettler(address newSettler) external;

    /// @notice Makes the caller the settler, if he was announced long enough ago.
    function acceptSettler() external;

    /* VIEWS */

    /// @notice The role of who registers members.
    function REGISTRAR_ROLE() external view returns (bytes32);

    /// @notice The role of who can stop settlements.
    function PAUSER_ROLE() external view returns (bytes32);

    /// @notice The token in escrow.
    function token() external view returns (IERC20);

    /// @notice The contract that checks proofs of fraud.
    function judge() external view returns (address);

    /// @notice Gets half of a bond that is taken.
    function treasury() external view returns (address);

    /// @notice Who settles.
    function settler() external view returns (address);

    /// @notice How many periods back a commitment can be read.
    function window() external view returns (uint256);

    /// @notice Balances move in every so many periods.
    function periodsPerBatch() external view returns (uint256);

    /// @notice How long a settled period can be challenged.
    function challengeSeconds() external view returns (uint256);

    /// @notice How long the operator may be silent.
    function silenceSeconds() external view returns (uint256);

    /// @notice How long a new settler waits.
    function keyDelaySeconds() external view returns (uint256);

    /// @notice What the operator must have posted.
    function requiredBond() external view returns (uint256);

    /// @notice Hash of the market's rules.
    function rules() external view returns (bytes32);

    /// @notice What the operator has posted and not lost.
    function bond() external view returns (uint256);

    /// @notice What an account can claim of a bond that was taken.
    function rewardOf(address account) external view returns (uint256);

    /// @notice Whether the bond is posted, settlements are paused, fraud is proved and not rolled back, or everyone is leaving.
    function state() external view returns (bool bonded, bool paused, bool frozen, bool exiting);

    /// @notice The period whose fraud was proved; meaningless unless frozen.
    function fraudulentPeriod() external view returns (uint64);

    /// @notice When the last period that stands was settled; at first, when the contract was deployed. Unix time.
    function lastSettledAt() external view returns (uint64);

    /// @notice What a member asked for, from when on it is paid, and to whom.
    function requestOf(address member) external view returns (uint256 amount, uint64 readyAt, address to);

    /// @notice The last period settled.
    function lastPeriod() external view returns (uint64);

    /// @notice The batch of which only parts are settled, and the chain of them; zero where there is none, and then the rest means nothing.
    function unfinished() external view returns (Unfinished memory batch, bytes32 parts);

    /// @notice How far deviations are settled.
    function metering() external view returns (Metering memory);

    /// @notice The upper 28 bytes of keccak256(abi.encode(period, bidsRoot, tradesRoot, deltasHash)) of a settled period within
    /// the window, the rest zero, and when it was settled. The deltas' hash is zero where no balances moved. Where a metered batch
    /// stands on the period, the commitment of both (see `settleMetered`).
    function commitmentOf(uint64 period) external view returns (bytes32 commitment, uint64 settledAt);

    /// @notice How many members are registered, wide accounts aside.
    function memberCount() external view returns (uint256);

    /// @notice Members `from` to `from + count - 1` in order of registration; fewer where there are no more.
    function members(uint256 from, uint256 count) external view returns (address[] memory);

    /// @notice The wide accounts in order of registration. Their lanes are 2^24 - 16 and those after it.
    function wideAccounts() external view returns (address[] memory);

    /// @notice Whether the account is a member.
    function isMember(address account) external view returns (bool);

    /// @notice A member's number.
    function laneOf(address member) external view returns (uint256);

    /// @notice A member's balance.
    function balanceOf(address member) external view returns (uint256);

    /// @notice The balances of many members.
    function balancesOf(address[] calldata accounts) external view returns (uint256[] memory);
}

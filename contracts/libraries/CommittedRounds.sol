// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title CommittedRounds
/// @notice What the two roots of a settled period stand for, field by field. Energy in Wh, prices in µEUR/kWh, money in µEUR.
/// @dev Three trees: the bids in the order of their members, the trades in the round's order, and the ledger, which books every trade
/// for each member whom it concerns, in the order of members and trades, with running totals. So the totals of a member are
/// one leaf, and each of them follows from the leaf before it and one trade.
library CommittedRounds {
    /// @notice What the escrow keeps the hash of.
    /// @param metered Hash of the metered batch that stands on the period; zero if none does.
    struct Settled {
        uint64 period;
        bytes32 bidsRoot;
        bytes32 tradesRoot;
        bytes32 deltasHash;
        bytes32 metered;
    }

    /// @notice What the escrow's word of rules is the hash of. See docs/contract.md.
    /// @param constants Hash of all constants of the market.
    /// @param gridOperator Gets the grid fees; zero: nobody.
    /// @param community Gets spreads and charges; zero: nobody.
    /// @param flags What a judge may count on.
    struct Rules {
        bytes32 constants;
        address gridOperator;
        address community;
        uint8 flags;
    }

    /// @notice Whoever trades has a bid.
    uint8 internal constant BIDS = 1;

    /// @notice One price for all, at which every better step is filled, unless a bid with premiums counted.
    uint8 internal constant ONE_PRICE = 2;

    /// @notice Nothing but trades moves money.
    uint8 internal constant TRADES_ONLY = 4;

    /// @notice What the bids' root is the hash of.
    struct Bids {
        uint256 count;
        bytes32 tree;
    }

    /// @notice What the trades' root is the hash of, beside the root of the trades' tree.
    /// @param tradeCount Leaves of the trades' tree.
    /// @param entryCount Leaves of the ledger.
    /// @param ledger Root of the ledger.
    /// @param price The one price; of a round without trades, one that no step of a bid is better than.
    /// @param premiumBid One more than the place of a bid that offers premiums; 0 where none does.
    /// @param margins Hash of the margins.
    struct Outcome {
        uint256 tradeCount;
        uint256 entryCount;
        bytes32 ledger;
        int256 price;
        uint256 premiumBid;
        bytes32 margins;
    }

    /// @notice What the one price follows from: of each side the worst step that is filled, at least in part, and the best that is not, or
    /// not whole. Beside each price is one more than the place of a bid that has such a step; 0, and no price, where there is none.
    struct Margins {
        int64 buy;
        uint64 buyBid;
        int64 sell;
        uint64 sellBid;
        int64 unfilledBuy;
        uint64 unfilledBuyBid;
        int64 unfilledSell;
        uint64 unfilledSellBid;
    }

    /// @notice A leaf of the bids' tree.
    /// @param signatureHash keccak256 of r, s and v, 65 bytes.
    struct BidLeaf {
        bytes32 bidHash;
        address member;
        uint64 number;
        bytes32 signatureHash;
    }

    /// @notice A leaf of the trades' tree.
    /// @param quality 1 green, 2 local, 4 of the partner that the buyer named; added up.
    struct Trade {
        address buyer;
        address seller;
        uint64 energy;
        int64 price;
        int64 amount;
        int64 gridFee;
        int64 spread;
        uint8 quality;
    }

    /// @notice A leaf of the ledger: what a member came to with a trade.
    /// @param trade The trade's place; the number of trades for what the rules charge beside them.
    /// @param money Received less paid since her first entry.
    struct Entry {
        address member;
        uint256 trade;
        int256 money;
        uint256 bought;
        uint256 sold;
    }

    /// @notice A gap in the bids: the leaves before and at a place. Who is not there is ignored.
    struct BidGap {
        uint256 count;
        uint256 place;
        BidLeaf left;
        bytes32[] leftSiblings;
        BidLeaf right;
        bytes32[] rightSiblings;
    }

    /// @notice A gap in the ledger.
    struct EntryGap {
        uint256 place;
        Entry left;
        bytes32[] leftSiblings;
        Entry right;
        bytes32[] rightSiblings;
    }

    /// @notice What the escrow calls a period by; of its hash it keeps the upper 28 bytes.
    function commitment(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash, bytes32 metered)
        internal
        pure
        returns (bytes32 hash)
    {
        hash = keccak256(abi.encode(period, bidsRoot, tradesRoot, deltasHash));
        if (metered != 0) hash = keccak256(abi.encode((hash >> 32) << 32, metered));
    }

    function commitment(Settled calldata settled) internal pure returns (bytes32) {
        return commitment(settled.period, settled.bidsRoot, settled.tradesRoot, settled.deltasHash, settled.metered);
    }

    /// @notice A bid's leaf, from its parts.
    function leaf(bytes32 bidHash, address member, uint64 number, bytes32 signatureHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(bidHash, member, number, signatureHash));
    }

    /// @notice A trade's leaf.
    /// @dev The words as they come: no others than those of the trade itself lead to a root that was settled.
    function leaf(Trade calldata trade) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, trade, 256)
            hash := keccak256(free, 256)
        }
    }

    function rootOfBids(uint256 count, bytes32 tree) internal pure returns (bytes32) {
        return keccak256(abi.encode(count, tree));
    }

    function rootOfTrades(bytes32 tree, bytes32 outcome) internal pure returns (bytes32) {
        return keccak256(abi.encode(tree, outcome));
    }

    /// @notice Energy times price in µEUR, rounded half up. A price that is none gives an amount that is none.
    function amountOf(uint64 energy, int256 price) internal pure returns (int256 amount) {
        unchecked {
            int256 thousandths = int256(uint256(energy)) * price + 500;
            amount = thousandths / 1000;
            if (thousandths < 0 && thousandths % 1000 != 0) --amount;
        }
    }

    /// @notice What a trade does to a member's totals.
    function effect(Trade calldata trade, address member, Rules calldata rules)
        internal
        pure
        returns (int256 money, uint256 bought, uint256 sold)
    {
        if (member == trade.buyer) {
            money -= int256(trade.amount) + trade.gridFee + trade.spread;
            bought = trade.energy;
        }
        if (member == trade.seller) {
            money += trade.amount;
            sold = trade.energy;
        }
        if (member == rules.gridOperator) money += trade.gridFee;
        if (member == rules.community) money += trade.spread;
    }

    /// @notice Whether the ledger must have an entry for the member.
    function concerns(Trade calldata trade, address member, Rules calldata rules) internal pure returns (bool) {
        return member == trade.buyer || member == trade.seller || (member == rules.gridOperator && trade.gridFee != 0)
            || (member == rules.community && trade.spread != 0);
    }

    /// @notice Whether one entry stands before another.
    function isBefore(address member, uint256 trade, address otherMember, uint256 otherTrade) internal pure returns (bool) {
        return member < otherMember || (member == otherMember && trade < otherTrade);
    }
}

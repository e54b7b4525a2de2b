using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>
/// A row of <c>bids</c>: the bid's message as it is sent, and of its receipt what does not follow from the bid: place, path and signature,
/// as bytes. A receipt in words would be twice the rest of the row.
/// </summary>
internal static class BidRow
{
    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    public const string Columns = "hash, message, place, path, signature";

    private const string Insert = "INSERT INTO bids(period, member, number, hash, message, place, path, signature, at) VALUES(@0, @1, @2, @3, @4, @5, @6, @7, @8)";

    /// <param name="at">When it became durable.</param>
    public static void Write(JournalStatements transaction, JournalledBid journalled, string at)
    {
        var ((bid, hash, signature), receipt) = journalled;
        transaction.Execute(
            Insert, bid.Period.Index, MemberOf(bid), bid.Number, hash.ToArray(), WireFormat.Write(new BidMessage(bid, signature)),
            receipt.Place, BytesOf(receipt.Path), ImmutableCollectionsMarshal.AsArray(receipt.Signature), at);
    }

    /// <exception cref="JournalException">The row is damaged.</exception>
    public static JournalledBid Read(SqliteDataReader row)
    {
        var (hash, message, path, signature) = (row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4));
        if (!WireFormat.TryReadBid(message, null, out var bid, out var refusal))
        {
            throw new JournalException($"The journal's bid {Hex.Of(hash)} does not read: {refusal.Detail}");
        }

        if (hash.Length != Hash256.Size || path.Length % Hash256.Size != 0 || signature.Length != Signature.Size)
        {
            throw new JournalException($"The journal's receipt of bid {Hex.Of(hash)} does not read: it is damaged.");
        }

        var signed = new SignedBid(bid.Bid, new Hash256(hash), bid.Signature);
        return new JournalledBid(
            signed, new BidReceipt(bid.Bid.Member, bid.Bid.Period, bid.Bid.Number, signed.Hash, true, null, null, [.. signature])
            {
                Place = row.GetInt32(2), Path = HashesOf(path),
            });
    }

    /// <summary>The member's address, 20 bytes.</summary>
    /// <exception cref="FormatException">The member is no address: then nobody admitted the bid.</exception>
    public static byte[] MemberOf(Bid bid) => Address.FromMember(bid.Member).ToArray();

    private static byte[] BytesOf(ImmutableArray<Hash256> path)
    {
        var bytes = new byte[path.Length * Hash256.Size];
        for (var i = 0; i < path.Length; i++)
        {
            path[i].CopyTo(bytes.AsSpan(i * Hash256.Size));
        }

        return bytes;
    }

    private static ImmutableArray<Hash256> HashesOf(ReadOnlySpan<byte> bytes)
    {
        var hashes = ImmutableArray.CreateBuilder<Hash256>(bytes.Length / Hash256.Size);
        for (; !bytes.IsEmpty; bytes = bytes[Hash256.Size..])
        {
            hashes.Add(new Hash256(bytes[..Hash256.Size]));
        }

        return hashes.MoveToImmutable();
    }
}

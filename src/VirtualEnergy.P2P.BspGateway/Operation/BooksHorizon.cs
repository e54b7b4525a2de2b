using System.Text.Json;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>
/// What of the books still matters: orders that were not over two days ago, what they were sold by, documents that could come again, and two months of settled periods. Nothing
/// of the last two days is ever left out.
/// </summary>
/// <param name="orders">The orders that the books still know.</param>
internal sealed class BooksHorizon(DateTimeOffset now, MarketProfile profile, OrderTerms terms, IReadOnlySet<string> orders)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(2);
    private static readonly TimeSpan SettledKept = TimeSpan.FromDays(62);

    // An order that was not over two days ago may rest on offers of so long before.
    private readonly DateTimeOffset _offersFrom = now - Kept - terms.MaximumRamp - terms.MaximumHold;

    public IReadOnlySet<string> Orders => orders;

    public Period FirstPeriod => profile.Grid.At(_offersFrom);

    public MarketDay FirstDay => MarketDay.Of(FirstPeriod, profile.Grid);

    public DateTimeOffset FirstSettled => now - SettledKept;

    /// <summary>The lines that make the same books, and those of settled periods that are too old for them.</summary>
    /// <param name="log">Whole lines that a gateway wrote.</param>
    public (List<ReadOnlyMemory<byte>> Kept, List<ReadOnlyMemory<byte>> Settled) Split(ReadOnlyMemory<byte> log)
    {
        var (kept, settled, offers) = (new List<ReadOnlyMemory<byte>>(), new List<ReadOnlyMemory<byte>>(), new HashSet<string>());
        for (var from = 0; log.Span[from..].IndexOf((byte)'\n') is var length and >= 0; from += length + 1)
        {
            var line = log.Slice(from, length + 1);
            var entry = GatewayEntry.Read(line.Span[..length]);
            if (entry is OfferEntry offer && offer.Period >= FirstPeriod.Index)
            {
                offers.Add(offer.Id);
            }

            if (entry is BalancingEntry { Replaces: { } replaced } order && Keeps(order, offers) && entry.At < now - Kept && !orders.Contains(replaced))
            {
                // What it took the place of is forgotten, and nothing follows from it any more.
                kept.Add((byte[])[.. (order with { Replaces = null }).Write(), (byte)'\n']);
            }
            else if (Keeps(entry, offers))
            {
                kept.Add(line);
            }
            else if (entry is DeliveryEntry)
            {
                settled.Add(line);
            }
        }

        return (kept, settled);
    }

    private bool Keeps(GatewayEntry entry, HashSet<string> offers) => entry switch
    {
        DeliveryEntry => entry.At >= FirstSettled,
        GridDeliveryEntry => entry.At >= FirstSettled,
        DocumentEntry document => document.KeepUntil >= now,
        _ when entry.At >= now - Kept => true,
        ProgramEntry program => program.Day >= FirstDay.Date,
        FreezeEntry freeze => freeze.Day >= FirstDay.Date,
        RosterEntry roster => roster.Period >= FirstPeriod.Index,
        OfferEntry offer => offers.Contains(offer.Id),
        ResultEntry result => offers.Contains(result.Offer),
        WithdrawalEntry withdrawal => offers.Contains(withdrawal.Offer),
        BalancingEntry order => orders.Contains(order.Id),
        LimitationEntry order => orders.Contains(order.Id),
        RevocationEntry order => orders.Contains(order.Id),
        StagesEntry => entry.At >= _offersFrom,
        ReadingEntry reading => reading.Period >= FirstPeriod.Index,
        _ => throw new JsonException($"No rule says how long a {entry.GetType().Name} matters."),
    };
}

namespace VirtualEnergy.P2P.Market.Balancing;

/// <summary>What an order does.</summary>
public enum FlexibilityOrderKind
{
    /// <summary>A change is promised and may be called: the home keeps it free and bids it nowhere else.</summary>
    Reserve,

    /// <summary>A change is called; of a reservation, or at once of what was offered.</summary>
    Activate,

    /// <summary>The promise or the call is over.</summary>
    Release,
}

/// <summary>A BSP's order to a home.</summary>
/// <param name="Number">Rises with each message to the home: an older one said again changes nothing.</param>
/// <param name="Id">Names the order through its life.</param>
/// <param name="Offer">Number of the headroom that it goes by, and of the program that it changes. Of the first message of an order: later ones keep to it.</param>
/// <param name="First">The first period. A call begins at once where that period is running.</param>
/// <param name="Periods">How many.</param>
/// <param name="ChangeWatts">On top of the program, W; − less from the grid (up), + more (down). 0 in a release.</param>
/// <param name="Price">What is paid for a kWh of it, up by the BSP, down by the home, µEUR/kWh.</param>
public sealed record FlexibilityOrder(
    MemberId Bsp, MemberId Member, long Number, long Id, FlexibilityOrderKind Kind, long Offer, Period First, int Periods, long ChangeWatts, Price Price)
{
    /// <summary>The first period after it.</summary>
    public Period End => new(First.Index + Periods);
}

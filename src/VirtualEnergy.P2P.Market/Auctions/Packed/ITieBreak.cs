namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>Who comes first when equal remainders compete for a last Wh.</summary>
public interface ITieBreak
{
    /// <summary>Negative when the first order comes before the second; orders are named by their place in the book.</summary>
    int Compare(int first, int second);
}

/// <summary>The order that stands first in the book comes first: for books whose order means something.</summary>
public readonly struct ByPlace : ITieBreak
{
    public int Compare(int first, int second) => first.CompareTo(second);
}

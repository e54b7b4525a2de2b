namespace VirtualEnergy.P2P.Exchange.Live;

/// <summary>A part of the market's picture that is sent whole, whenever it has changed.</summary>
public enum LivePart
{
    Now,
    Book,
    Members,
    Flows,
    Chain,
}

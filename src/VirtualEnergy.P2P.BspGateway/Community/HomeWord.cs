namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>What kind of message a home has sent, by its topic.</summary>
internal enum HomeWord
{
    Program,
    Headroom,
    Session,
    Reply,
    Sample,
}

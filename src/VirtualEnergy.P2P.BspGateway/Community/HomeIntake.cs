using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>Reads what comes in the name of homes and gives on what the home itself said, to this provider, in this market. Everything else has a code and no effect.</summary>
/// <param name="bsp">The provider.</param>
/// <param name="signing">In the community's domain.</param>
/// <param name="homes">By member.</param>
internal sealed class HomeIntake(MemberId bsp, FlexibilitySigning signing, ImmutableArray<CommunityHome> homes)
{
    /// <summary>A message with a signature. Takes as long as it takes to check one.</summary>
    /// <param name="word">By its topic.</param>
    /// <param name="home">By its topic.</param>
    /// <param name="payload">Any bytes.</param>
    /// <param name="taken">What else is to be done with what was taken.</param>
    /// <returns>Null where it was taken.</returns>
    public string? Take(HomeWord word, int home, ReadOnlySpan<byte> payload, out Taken taken)
    {
        taken = default;
        var member = homes[home].Member;
        switch (word)
        {
            case HomeWord.Program:
                return !WireFormat.TryReadProgram(payload, member, out var program, out _) ? IntakeCode.Malformed
                    : !IsIts(member, program.Content.Bsp, signing.Hash(program.Content), program.Signature) ? IntakeCode.Signature : homes[home].Take(program.Content);
            case HomeWord.Headroom:
                return !WireFormat.TryReadHeadroom(payload, member, out var headroom, out _) ? IntakeCode.Malformed
                    : !IsIts(member, headroom.Content.Bsp, signing.Hash(headroom.Content), headroom.Signature) ? IntakeCode.Signature : homes[home].Take(headroom.Content);
            case HomeWord.Session:
                return !WireFormat.TryReadTelemetrySession(payload, member, out var session, out _) ? IntakeCode.Malformed
                    : !IsIts(member, session.Content.Bsp, signing.Hash(session.Content), session.Signature) ? IntakeCode.Signature : homes[home].Take(session.Content);
            case HomeWord.Reply:
                if (!WireFormat.TryReadFlexibilityReply(payload, member, out var reply, out _))
                {
                    return IntakeCode.Malformed;
                }

                if (!IsIts(member, reply.Content.Bsp, signing.Hash(reply.Content), reply.Signature))
                {
                    return IntakeCode.Signature;
                }

                var refusal = homes[home].Take(reply.Content, out var accepted);
                taken = new Taken(reply.Content, accepted);
                return refusal;
            default:
                throw new ArgumentOutOfRangeException(nameof(word), word, "Samples have no signature.");
        }
    }

    private bool IsIts(MemberId member, MemberId to, Hash256 hash, ImmutableArray<byte> signature) => to == bsp && FlexibilitySigning.IsSignedBy(member, hash, signature.AsSpan());

    /// <param name="Reply">The home's answer; null for any other word.</param>
    /// <param name="Accepted">The order that it accepts for the first time.</param>
    public readonly record struct Taken(FlexibilityReply? Reply, HomeOrder? Accepted);
}

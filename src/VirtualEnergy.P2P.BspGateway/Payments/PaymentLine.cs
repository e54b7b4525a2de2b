using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>A member in a statement of payments. <c>Net + CarriedIn = Paid + CarriedOut</c>.</summary>
/// <param name="Member">Ethereum address.</param>
/// <param name="Net">Her shares of payments less her shares of charges in the statement's periods; − she owes.</param>
/// <param name="CarriedIn">What she owes from statements before: 0 or less.</param>
/// <param name="Paid">What is paid to her: 0 or more.</param>
/// <param name="CarriedOut">What she owes from now on: 0 or less. Nobody takes it from her balance; it comes off what she is due later.</param>
public readonly record struct PaymentLine(MemberId Member, Money Net, Money CarriedIn, Money Paid, Money CarriedOut)
{
    public static PaymentLine Of(MemberId member, Money net, Money carriedIn)
    {
        var due = net + carriedIn;
        return due > Money.Zero ? new(member, net, carriedIn, due, Money.Zero) : new(member, net, carriedIn, Money.Zero, due);
    }
}

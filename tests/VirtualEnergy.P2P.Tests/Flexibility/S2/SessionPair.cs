using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Tests.Proof.S2;

namespace VirtualEnergy.P2P.Tests.Flexibility.S2;

/// <summary>Both sides, each message of one carried to the other at once, at one moment.</summary>
internal sealed class SessionPair
{
    public SessionPair(params ControlType[] offered)
    {
        Rm = new S2RmSession(id => S2Examples.Details(offered) with { MessageId = id }, S2Limits.Default, new Guid(2, 0, 0, new byte[8]));
        Carry(Rm, Cem.Open(S2Examples.Now));
        Carry(Cem, Rm.Open(S2Examples.Now));
    }

    public S2CemSession Cem { get; } = NewCem();

    public S2RmSession Rm { get; }

    public static S2CemSession NewCem() => new(
        [ControlType.FillRateBasedControl, ControlType.OperationModeBasedControl, ControlType.PowerEnvelopeBasedControl, ControlType.PowerProfileBasedControl],
        S2Limits.Default,
        new Guid(1, 0, 0, new byte[8]));

    public static S2Step Receive(S2Session session, S2Message message) => session.Receive(S2Codec.Write(message), S2Examples.Now);

    public string? FromCem(Func<Identifier, S2Request> make) => From(Cem, Rm, make);

    public string? FromRm(Func<Identifier, S2Request> make) => From(Rm, Cem, make);

    private string? From(S2Session sender, S2Session receiver, Func<Identifier, S2Request> make)
    {
        Carry(receiver, sender.Send(make, S2Examples.Now, out var problem));
        return problem;
    }

    private void Carry(S2Session receiver, S2Step step)
    {
        foreach (var message in step.Send)
        {
            Carry(receiver == Cem ? Rm : Cem, Receive(receiver, message));
        }
    }
}

using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Mapping;

/// <summary>What is known of devices after they have told of themselves.</summary>
internal static class S2Told
{
    /// <summary>A device under a control type, after messages that all fit.</summary>
    public static S2Resource Of(ControlType type, params S2Message[] messages) =>
        new S2Message[] { S2Examples.Details(type), new SelectControlType(new Identifier("select"), type) }.Concat(messages).Aggregate(S2Resource.Unknown, (resource, message) =>
        {
            var after = resource.After(message, S2Examples.Now, out var problem);
            Assert.Null(problem);
            return after;
        });

    /// <summary>The battery of the examples, or one like it, in a mode and at a fill level.</summary>
    public static S2Resource Battery(string mode, double fill, FrbcSystemDescription? description = null) => Of(
        ControlType.FillRateBasedControl,
        description ?? S2Examples.Battery,
        new FrbcActuatorStatus(new Identifier("status-1"), new Identifier("inverter"), new Identifier(mode), 0),
        new FrbcStorageStatus(new Identifier("status-2"), fill));
}

using VirtualEnergy.P2P.DevnetTests.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.CurveRoles;

/// <summary>The same against Mosquitto in a container, with the rules of docs/mosquitto and a password for each matcher.</summary>
public sealed class MosquittoCurveTests(MosquittoImage image) : CurveRolesTestBase, IClassFixture<MosquittoImage>
{
    protected override string? MatchersPassword => ITestBroker.ExchangePassword;

    protected override ITestBroker CreateBroker()
    {
        Assert.SkipWhen(image.MissingBecause is not null, image.MissingBecause ?? "");
        return new MosquittoTestBroker(image.Image);
    }
}

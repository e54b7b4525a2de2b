using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

/// <summary>The same against Mosquitto in a container, with the configuration that docs/messages.md recommends.</summary>
public sealed class MosquittoTests(MosquittoImage image) : BrokerTestBase, IClassFixture<MosquittoImage>
{
    protected override ITestBroker CreateBroker()
    {
        Assert.SkipWhen(image.MissingBecause is not null, image.MissingBecause ?? "");
        return new MosquittoTestBroker(image.Image);
    }
}

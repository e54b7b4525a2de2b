using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

internal sealed class MosquittoTestBroker : ITestBroker
{
    private readonly IContainer _container;

    // The port is fixed beforehand: the engine would choose another one for a container that is started again.
    public MosquittoTestBroker(IImage image)
    {
        Port = OwnPort.Next();
        _container = new ContainerBuilder(image).WithLogger(NullLogger.Instance).WithPortBinding(Port, 1883).Build();
    }

    public int Port { get; }

    public Task StartAsync() => _container.StartAsync();

    public Task StopAsync() => _container.StopAsync();

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}

using VirtualEnergy.P2P.BspGateway.Hosting;

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine("""
        The gateway of a balancing service provider: units of many homes, telecontrolled by the system operator (IEC 60870-5-104).
          dotnet run --project src/VirtualEnergy.P2P.BspGateway                          # reads bsp.json of the current folder
          dotnet run --project src/VirtualEnergy.P2P.BspGateway -- --Bsp:Url http://127.0.0.1:9000
        Keys of bsp.json, the points of the link and the HTTP API: docs/bsp.md. To see it all at work: dotnet run --project devnet -- tso
        """);
    return 0;
}

try
{
    var configuration = new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "bsp.json"), optional: true)
        .AddEnvironmentVariables().AddCommandLine(args).Build();
    await using var gateway = await GatewayHost.StartAsync(GatewayConfiguration.Read(configuration), TimeProvider.System, CancellationToken.None);
    Console.WriteLine($"Pages and API: {gateway.Address}   system operator's link: {gateway.TsoEndPoint}");
    await gateway.WaitForShutdownAsync(CancellationToken.None);
    return 0;
}
catch (Exception wrong) when (wrong is GatewayStartException or InvalidDataException)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

using VirtualEnergy.P2P.Exchange;

try
{
    var configuration = new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json", optional: true)
        .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "exchange.json"), optional: true)
        .AddEnvironmentVariables().AddCommandLine(args).Build();
    await using var exchange = await ExchangeHost.StartAsync(ExchangeConfiguration.Read(configuration), TimeProvider.System, CancellationToken.None);
    Console.WriteLine($"Viewer and API: {exchange.ViewerAddress}   MQTT broker: {exchange.Broker}");
    await exchange.WaitForShutdownAsync(CancellationToken.None);
    return 0;
}
catch (Exception wrong) when (wrong is ExchangeStartException or InvalidDataException)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

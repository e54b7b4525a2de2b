using VirtualEnergy.P2P.BspGateway.Cli;

return await GatewayCommands.RunAsync(args);

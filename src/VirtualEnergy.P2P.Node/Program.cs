using System.CommandLine;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Commands;

var root = new RootCommand("ve: a prosumer's node in the local energy market, and the tools around it.")
{
    WalletCommand.Create(),
    NodeCommand.Create(),
    DevicesCommand.Create(),
    FundsCommand.Create(),
    S2Command.Create(),
    StatusCommand.Create(),
    DoctorCommand.Create(),
    StatementCommand.Create(),
    DisputeCommand.Create(),
    MeterCommand.Create(),
    MarketCommand.Create(),
    CurveRolesCommand.Create(),
    LabCommand.Create(),
    SuggestCommand.Create(),
    FlexibilityCommand.Create(),
    VerifyCommand.Create(),
    RoundsCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return ErrorLine.Write(parsed, "ve --help");
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = NodeCommand.LeavesWithin(parsed) });
}
catch (UserErrorException error)
{
    return ErrorLine.Write(error.Message);
}

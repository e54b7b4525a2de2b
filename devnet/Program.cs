using System.CommandLine;
using VirtualEnergy.P2P.Devnet;
using VirtualEnergy.P2P.Node;

// Ctrl-C and SIGTERM cancel the run, which then stops all that it started; this long it may take.
var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(20) };
var parsed = DemoCommand.Create().Parse(args);
if (parsed.Errors.Count > 0)
{
    return ErrorLine.Write(parsed, "--help");
}

try
{
    return await parsed.InvokeAsync(invocation);
}
catch (UserErrorException error)
{
    return ErrorLine.Write(error.Message);
}

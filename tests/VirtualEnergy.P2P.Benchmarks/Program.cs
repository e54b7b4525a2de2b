using System.CommandLine;
using VirtualEnergy.P2P.Benchmarks.Clearing;
using VirtualEnergy.P2P.Benchmarks.Fuzzing;
using VirtualEnergy.P2P.Benchmarks.Limits;
using VirtualEnergy.P2P.Benchmarks.Stress;

var root = new RootCommand("Side-by-side measurements of the market engine; every figure is a ratio inside one run, or a median.")
{
    ClearCommand.Create(),
    ClearCommand.CreateGenerator(),
    LimitsCommand.Create(),
    FuzzCommand.Create(),
    StressCommand.Create(),
};

return await root.Parse(args).InvokeAsync();

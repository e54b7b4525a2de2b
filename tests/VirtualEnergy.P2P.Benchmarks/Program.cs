using System.CommandLine;
using VirtualEnergy.P2P.Benchmarks.Auditing;
using VirtualEnergy.P2P.Benchmarks.Clearing;
using VirtualEnergy.P2P.Benchmarks.Devices;
using VirtualEnergy.P2P.Benchmarks.Dispatch;
using VirtualEnergy.P2P.Benchmarks.Fuzzing;
using VirtualEnergy.P2P.Benchmarks.Gas;
using VirtualEnergy.P2P.Benchmarks.Gateway;
using VirtualEnergy.P2P.Benchmarks.Iec104;
using VirtualEnergy.P2P.Benchmarks.Limits;
using VirtualEnergy.P2P.Benchmarks.Planning;
using VirtualEnergy.P2P.Benchmarks.Recognition;
using VirtualEnergy.P2P.Benchmarks.Rounds;
using VirtualEnergy.P2P.Benchmarks.Stress;

var root = new RootCommand("Measurements: the market engine, side by side with a baseline in one run; what settling costs on the chain; rounds of signed bids; plans of homes and their many devices; the telecontrol link; the dispatch of homes; and the gateway between them.")
{
    ClearCommand.Create(),
    ClearCommand.CreateGenerator(),
    LimitsCommand.Create(),
    FuzzCommand.Create(),
    NoiseCommand.CreateForDevices(),
    NoiseCommand.CreateForDocuments(),
    RecognitionCommand.Create(),
    StressCommand.Create(),
    GasCommand.Create(),
    RoundCommand.Create(),
    AuditCommand.Create(),
    PlanCommand.Create(),
    DevicesCommand.Create(),
    HeadroomCommand.Create(),
    Iec104Command.Create(),
    DispatchCommand.Create(),
    BspCommand.Create(),
};

return await root.Parse(args).InvokeAsync();

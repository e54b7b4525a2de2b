using VirtualEnergy.P2P.Market.Continuous;

namespace VirtualEnergy.P2P.Tests.Market.Continuous;

/// <summary>Writes down what a book reports, in the order in which it does.</summary>
internal readonly struct BookTranscript() : IExecutionSink
{
    public List<object> Events { get; } = [];

    public IEnumerable<Execution> Executions => Events.OfType<Execution>();

    public IEnumerable<Removal> Removals => Events.OfType<Removal>();

    public void Executed(in Execution execution) => Events.Add(execution);

    public void Removed(in Removal removal) => Events.Add(removal);
}

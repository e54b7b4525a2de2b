using VirtualEnergy.P2P.Contracts;
using VirtualEnergy.P2P.DevnetTests;
using VirtualEnergy.P2P.DevnetTests.Auditing;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Exchange;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace VirtualEnergy.P2P.DevnetTests;

/// <summary>Starts the classes that take minutes first, so that none of them is left to run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
        [.. ((Type[])[typeof(KillTests), typeof(ForgeTests), typeof(DemoTests), typeof(PowerPlantDemoTests), typeof(VerifyTests)]).Select(type => type.FullName!)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Rank).ThenBy(collection => collection.UniqueID, StringComparer.Ordinal)];

    private static int Rank<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(Longest, name => collection.TestCollectionDisplayName.Contains(name + " ", StringComparison.Ordinal));
        return place < 0 ? Longest.Length : place;
    }
}

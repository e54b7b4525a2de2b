using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;
using Xunit;
using Assembly = System.Reflection.Assembly;

namespace VirtualEnergy.P2P.Tests;

/// <summary>The arrows of the design: who may know whom, and that the pure projects stay pure.</summary>
public sealed class ArchitectureTests
{
    private const string Prefix = "VirtualEnergy.P2P.";

    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Market"] = [],
        ["Iec104"] = [],
        ["Flexibility"] = ["Market"],
        ["Bsp"] = ["Market", "Flexibility"],
        ["Messaging"] = ["Market"],
        ["Settlement"] = ["Market"],
        ["Exchange"] = ["Market", "Messaging", "Settlement"],
        ["Node"] = ["Market", "Flexibility", "Messaging", "Settlement"],
        ["BspGateway"] = ["Market", "Flexibility", "Bsp", "Iec104", "Messaging", "Settlement"],
        ["Devnet"] = ["Market", "Flexibility", "Bsp", "Iec104", "Messaging", "Settlement", "Exchange", "Node", "BspGateway"],
    };

    private static readonly string[] Pure = ["Market", "Flexibility", "Bsp"];

    private static readonly Architecture PureCode = new ArchLoader().LoadAssemblies([.. Pure.Select(Load)]).Build();

    public static TheoryData<string> Projects => [.. MayKnow.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_knows_only_those_that_the_design_lets_it_know(string project)
    {
        var known = Load(project).GetReferencedAssemblies()
            .Where(reference => reference.Name!.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(reference => reference.Name![Prefix.Length..]);
        Assert.Empty(known.Except(MayKnow[project]));
    }

    [Fact]
    public void Pure_projects_reference_nothing_but_the_base_library()
    {
        // Of the base library, not the parts that reach the disk, the network, a process or the console.
        string[] reaching = ["System.IO.FileSystem", "System.Net", "System.Diagnostics.Process", "System.Console", "System.Data", "System.Security.Cryptography"];
        Assert.All(Pure.SelectMany(project => Load(project).GetReferencedAssemblies()), reference =>
        {
            Assert.True(reference.Name!.StartsWith("System.", StringComparison.Ordinal) || reference.Name.StartsWith(Prefix, StringComparison.Ordinal), reference.Name);
            Assert.DoesNotContain(reaching, part => reference.Name.StartsWith(part, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Pure_projects_use_no_clock_no_chance_and_no_disk()
    {
        string[] forbidden = ["System.Random", "System.TimeProvider", "System.Environment", "System.Diagnostics.Stopwatch", "System.IO.File", "System.IO.Directory"];
        var used = PureCode.Types.SelectMany(type => type.Dependencies).Select(dependency => dependency.Target.FullName);
        Assert.Empty(used.Intersect(forbidden));
    }

    [Fact]
    public void Pure_projects_never_ask_what_time_it_is()
    {
        var calls = PureCode.Types.SelectMany(type => type.Dependencies).OfType<MethodCallDependency>().Select(call => call.TargetMember.FullName).ToList();
        Assert.Contains(calls, name => name.Contains("DateTimeOffset", StringComparison.Ordinal)); // the loader does see such calls
        Assert.DoesNotContain(calls, name => name.Contains("get_UtcNow", StringComparison.Ordinal) || name.Contains("get_Now", StringComparison.Ordinal) || name.Contains("NewGuid", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Market")]
    [InlineData("Settlement")]
    public void No_floating_point_stands_where_money_is(string project)
    {
        var code = new ArchLoader().LoadAssemblies(Load(project)).Build();
        var fields = code.Types.SelectMany(type => type.Members).OfType<FieldMember>().Where(field => IsFloating(field.Type));
        var methods = code.Types.SelectMany(type => type.Members).OfType<MethodMember>()
            .Where(method => IsFloating(method.ReturnType) || method.Parameters.Any(IsFloating));
        Assert.Empty(fields.Select(field => field.FullName).Concat(methods.Select(method => method.FullName)));
    }

    [Fact]
    public void No_type_is_named_after_nothing()
    {
        string[] empty = ["Helper", "Utils", "Util", "Common", "Misc"];
        var types = MayKnow.Keys.SelectMany(project => Load(project).GetTypes()).Where(type => type.Namespace?.StartsWith(Prefix, StringComparison.Ordinal) == true);
        Assert.DoesNotContain(types, type => empty.Any(ending => type.Name.EndsWith(ending, StringComparison.Ordinal)));
    }

    private static bool IsFloating(IType type) => type.FullName is "System.Double" or "System.Single" or "System.Decimal" or "System.Half";

    private static Assembly Load(string project) => Assembly.Load(Prefix + project);
}

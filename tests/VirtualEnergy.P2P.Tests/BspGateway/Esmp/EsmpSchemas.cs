using System.Collections.Concurrent;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>The standard's own schemas and code lists, ../shared/schemas/esmp.</summary>
internal static class EsmpSchemas
{
    private static readonly ConcurrentDictionary<string, Lazy<XmlSchemaSet>> Loaded = new();

    private static readonly string[] Files =
    [
        "iec62325-451-7-reservebiddocument_v7_4.xsd", "iec62325-451-7-reservebiddocument_v7_2.xsd", "iec62325-451-7-activationdocument_v6_2.xsd",
        "iec62325-451-7-reserveallocationresult_v6_4.xsd", "iec62325-451-n-bidavailabilitydocument_v1_1.xsd", "iec62325-451-4-settlement_v4_1.xsd", "iec62325-451-1-acknowledgement_v8_1.xsd",
    ];

    public static string Folder => RepositoryFiles.Shared("schemas/esmp");

    /// <summary>What the schema says against the document; empty when it is valid.</summary>
    public static IReadOnlyList<string> Against(byte[] document)
    {
        var problems = new List<string>();
        XDocument.Load(new MemoryStream(document)).Validate(Loaded.GetOrAdd(Folder, folder => new(() => Load(folder))).Value, (_, problem) => problems.Add(problem.Message));
        return problems;
    }

    /// <summary>The codes of one list.</summary>
    public static HashSet<string> Codes(string list)
    {
        XNamespace xsd = XmlSchema.Namespace;
        return XDocument.Load(Path.Combine(Folder, "urn-entsoe-eu-wgedi-codelists.xsd")).Root!.Elements(xsd + "simpleType")
            .Single(type => (string?)type.Attribute("name") == $"Standard{list}TypeList")
            .Descendants(xsd + "enumeration").Select(code => (string)code.Attribute("value")!).ToHashSet();
    }

    private static XmlSchemaSet Load(string folder)
    {
        var set = new XmlSchemaSet { XmlResolver = new XmlUrlResolver() };
        foreach (var file in Files)
        {
            set.Add(null, Path.Combine(folder, file));
        }

        set.Compile();
        return set;
    }
}

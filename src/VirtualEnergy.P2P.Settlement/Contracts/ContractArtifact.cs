using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>What the compiler made of a contract: the code that creates it, the code that then lives on the chain, and the errors it can revert with.</summary>
/// <param name="CreationCode">Constructor arguments are appended to it.</param>
/// <param name="RuntimeCode">What the chain keeps.</param>
/// <param name="Errors">The contract's own errors and those of the libraries it uses.</param>
public sealed record ContractArtifact(ImmutableArray<byte> CreationCode, RuntimeCode RuntimeCode, ImmutableArray<AbiError> Errors)
{
    /// <summary>Reads an artifact of <c>contracts/compile.js</c>.</summary>
    public static ContractArtifact Read(Stream json)
    {
        using var document = JsonDocument.Parse(json);
        var errors = document.RootElement.GetProperty("abi").EnumerateArray()
            .Where(item => item.GetProperty("type").GetString() == "error")
            .Select(item => new AbiError(SignatureOf(item)));
        var immutables = document.RootElement.GetProperty("immutables").EnumerateArray().Select(place => (place[0].GetInt32(), place[1].GetInt32()));
        return new ContractArtifact(
            [.. Hex.Parse(document.RootElement.GetProperty("bytecode").GetString())],
            new RuntimeCode([.. Hex.Parse(document.RootElement.GetProperty("runtime").GetString())], [.. immutables]),
            [.. errors]);
    }

    /// <summary>One of the artifacts that the build embeds in this assembly.</summary>
    internal static ContractArtifact Embedded(string contract)
    {
        var name = $"Contracts/{contract}.json";
        using var json = typeof(ContractArtifact).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"This assembly was built without {name}.");
        return Read(json);
    }

    // The contracts' errors take elementary types only, so the name of a type is its canonical form.
    private static string SignatureOf(JsonElement error)
    {
        var types = error.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("type").GetString());
        return $"{error.GetProperty("name").GetString()}({string.Join(',', types)})";
    }
}

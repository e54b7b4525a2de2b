using System.Text.Json;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>A device that was paired.</summary>
/// <param name="AccessTokenHash">Of the token by which it gets its next session.</param>
public sealed record PairedNode(Guid Id, NodeDescription Description, string AccessTokenHash);

/// <summary>The devices that are paired, in a file that only its owner can read; hashes of tokens, not tokens.</summary>
public sealed class PairedNodes
{
    private readonly string? _path;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, PairedNode> _nodes;
    private readonly HashSet<Guid> _unpaired = [];

    private PairedNodes(string? path, IEnumerable<PairedNode> nodes)
    {
        _path = path;
        _nodes = nodes.ToDictionary(node => node.Id);
    }

    /// <summary>Kept in memory alone.</summary>
    public static PairedNodes InMemory() => new(null, []);

    /// <exception cref="UserErrorException">The file is there and cannot be read.</exception>
    public static PairedNodes Open(string path)
    {
        try
        {
            return new PairedNodes(path, File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ConnectJson.Default.PairedNodeArray) ?? [] : []);
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException($"{path}: cannot be read as a list of paired devices ({fault.Message}); move it away and pair the devices anew.");
        }
    }

    public IReadOnlyList<PairedNode> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _nodes.Values];
            }
        }
    }

    public PairedNode? Find(Guid id)
    {
        lock (_gate)
        {
            return _nodes.GetValueOrDefault(id);
        }
    }

    /// <summary>True when it was paired since the start and is not any more.</summary>
    public bool WasUnpaired(Guid id)
    {
        lock (_gate)
        {
            return _unpaired.Contains(id);
        }
    }

    /// <summary>Keeps a pairing, durably before it returns.</summary>
    /// <exception cref="IOException">It could not be written; the pairing is as before.</exception>
    public void Keep(PairedNode node)
    {
        lock (_gate)
        {
            Save([.. _nodes.Values.Where(known => known.Id != node.Id), node]);
            _nodes[node.Id] = node;
            _unpaired.Remove(node.Id);
        }
    }

    public bool Remove(Guid id)
    {
        lock (_gate)
        {
            if (!_nodes.ContainsKey(id))
            {
                return false;
            }

            Save([.. _nodes.Values.Where(known => known.Id != id)]);
            _unpaired.Add(id);
            return _nodes.Remove(id);
        }
    }

    private void Save(PairedNode[] nodes)
    {
        if (_path is not null)
        {
            PrivateFile.Write(_path, file => JsonSerializer.Serialize(file, nodes, ConnectJson.Default.PairedNodeArray));
        }
    }
}

using System.Text.Json;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>A device that was paired.</summary>
/// <param name="AccessTokenHash">Of the token by which it gets its next session.</param>
/// <param name="Name">What people call it, the same for as long as it is paired; null before its first session.</param>
public sealed record PairedNode(Guid Id, NodeDescription Description, string AccessTokenHash, string? Name = null);

/// <summary>The devices that are paired, in a file that only its owner can read; hashes of tokens, not tokens. Another process may change the file.</summary>
public sealed class PairedNodes
{
    private readonly string? _path;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, PairedNode> _nodes;
    private readonly HashSet<Guid> _unpaired = [];
    private readonly List<Guid> _gone = [];
    private DateTime _written;

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
            var written = File.GetLastWriteTimeUtc(path);
            return new PairedNodes(path, Read(path)) { _written = written };
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

    /// <summary>Looks whether another process has unpaired devices.</summary>
    /// <returns>Those that are not paired any more, each once.</returns>
    public IReadOnlyList<Guid> Refresh()
    {
        lock (_gate)
        {
            Look();
            Guid[] gone = [.. _gone];
            _gone.Clear();
            return gone;
        }
    }

    /// <summary>Keeps a pairing, durably before it returns.</summary>
    /// <exception cref="IOException">It could not be written; the pairing is as before.</exception>
    public void Keep(PairedNode node)
    {
        lock (_gate)
        {
            Look();
            node = node with { Name = node.Name ?? _nodes.GetValueOrDefault(node.Id)?.Name };
            Save([.. _nodes.Values.Where(known => known.Id != node.Id), node]);
            _nodes[node.Id] = node;
            _unpaired.Remove(node.Id);
        }
    }

    /// <summary>The device's name; chosen now where it has none yet, and the same from then on.</summary>
    /// <param name="choose">Chooses by the names that others have.</param>
    /// <returns>Null where it is not paired.</returns>
    public string? NameOf(Guid id, Func<PairedNode, IEnumerable<string>, string> choose)
    {
        lock (_gate)
        {
            if (_nodes.GetValueOrDefault(id) is not { } node || node.Name is not null)
            {
                return _nodes.GetValueOrDefault(id)?.Name;
            }

            node = node with { Name = choose(node, _nodes.Values.Select(known => known.Name).OfType<string>()) };
            _nodes[id] = node;
            try
            {
                Save([.. _nodes.Values]);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It holds while the node runs, and is written with the next pairing or session.
            }

            return node.Name;
        }
    }

    public bool Remove(Guid id)
    {
        lock (_gate)
        {
            Look();
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
            _written = File.GetLastWriteTimeUtc(_path);
        }
    }

    // What the file says now is what holds; a file that cannot be read now is looked at again.
    private void Look()
    {
        if (_path is null || File.GetLastWriteTimeUtc(_path) is var written && written == _written)
        {
            return;
        }

        try
        {
            var paired = Read(_path).ToDictionary(node => node.Id);
            foreach (var id in _nodes.Keys.Where(id => !paired.ContainsKey(id)).ToList())
            {
                _nodes.Remove(id);
                _unpaired.Add(id);
                _gone.Add(id);
            }

            foreach (var (id, node) in paired)
            {
                _nodes[id] = node;
            }

            _written = written;
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Somebody is writing it, or has spoilt it: what was known holds on.
        }
    }

    private static PairedNode[] Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ConnectJson.Default.PairedNodeArray) ?? [] : [];
}

namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>
/// The cheapest circulation of a graph, exact in integers: network simplex on strongly feasible trees, which cannot cycle
/// (Cunningham 1976; block search as in Kelly and O'Neill 1991). From no flow at all, which every graph here allows.
/// </summary>
/// <remarks>The caller keeps costs so small that a path over all nodes fits in 64 bits. Deterministic in the order of arcs.</remarks>
internal sealed class NetworkSimplex
{
    private const sbyte Lower = 1, Tree = 0, Upper = -1;

    private readonly int _nodes;
    private readonly int _arcs;
    private readonly int[] _source, _target;
    private readonly long[] _capacity, _cost, _flow;
    private readonly sbyte[] _state;

    // The tree: who hangs on whom by which arc, and whether that arc leads up to the parent.
    private readonly int[] _parent, _arc, _depth, _firstChild, _next, _previous;
    private readonly bool[] _up;
    private readonly long[] _potential;
    private readonly Stack<int> _subtree = new();
    private int _searchFrom;

    private NetworkSimplex(int nodes, IReadOnlyList<ZoneArc> arcs, Func<ZoneArc, long> cost)
    {
        (_nodes, _arcs) = (nodes, arcs.Count);
        var all = _arcs + nodes;
        (_source, _target, _capacity, _cost, _flow, _state) = (new int[all], new int[all], new long[all], new long[all], new long[all], new sbyte[all]);
        for (var e = 0; e < _arcs; e++)
        {
            (_source[e], _target[e], _capacity[e], _cost[e], _state[e]) = (arcs[e].From, arcs[e].To, arcs[e].Capacity, cost(arcs[e]), Lower);
        }

        var size = nodes + 1;
        (_parent, _arc, _depth, _firstChild, _next, _previous) = (new int[size], new int[size], new int[size], new int[size], new int[size], new int[size]);
        (_up, _potential) = (new bool[size], new long[size]);
        Array.Fill(_firstChild, -1);
        Array.Fill(_next, -1);
        Array.Fill(_previous, -1);
        _parent[nodes] = -1;
        for (var node = 0; node < nodes; node++)
        {
            // An arc to a root beside the graph. All of them lead into it, so none ever carries anything.
            var e = _arcs + node;
            (_source[e], _target[e], _capacity[e]) = (node, nodes, long.MaxValue);
            Attach(node, nodes, e);
            _depth[node] = 1;
        }
    }

    /// <returns>The flow of each arc.</returns>
    public static long[] Solve(int nodes, IReadOnlyList<ZoneArc> arcs, Func<ZoneArc, long> cost)
    {
        var simplex = new NetworkSimplex(nodes, arcs, cost);
        while (simplex.Entering() is var entering and >= 0)
        {
            simplex.Pivot(entering);
        }

        return simplex._flow[..simplex._arcs];
    }

    /// <summary>The best arc of the first block that has one whose reduced cost promises a gain; −1 at the optimum.</summary>
    private int Entering()
    {
        var block = Math.Max(32, (int)(uint)Math.Sqrt(_arcs));
        var best = -1;
        var leastCost = 0L;
        for (int seen = 0, inBlock = 0; seen < _arcs; seen++)
        {
            var e = _searchFrom;
            _searchFrom = e + 1 == _arcs ? 0 : e + 1;
            var reduced = _state[e] * (_cost[e] + _potential[_source[e]] - _potential[_target[e]]);
            if (reduced < leastCost)
            {
                (leastCost, best) = (reduced, e);
            }

            if (++inBlock == block)
            {
                if (best >= 0)
                {
                    return best;
                }

                inBlock = 0;
            }
        }

        return best;
    }

    private void Pivot(int entering)
    {
        var (first, second) = _state[entering] == Lower ? (_source[entering], _target[entering]) : (_target[entering], _source[entering]);
        int a = first, b = second;
        while (a != b)
        {
            if (_depth[a] >= _depth[b])
            {
                a = _parent[a];
            }
            else
            {
                b = _parent[b];
            }
        }

        var join = a;
        var delta = _capacity[entering];
        var leaving = -1;
        var onFirst = false;
        for (var u = first; u != join; u = _parent[u])
        {
            var room = _up[u] ? _flow[_arc[u]] : _capacity[_arc[u]] - _flow[_arc[u]];
            if (room < delta)
            {
                (delta, leaving, onFirst) = (room, u, true);
            }
        }

        // The last arc that blocks, seen along the cycle from the join: keeps the tree strongly feasible.
        for (var u = second; u != join; u = _parent[u])
        {
            var room = _up[u] ? _capacity[_arc[u]] - _flow[_arc[u]] : _flow[_arc[u]];
            if (room <= delta)
            {
                (delta, leaving, onFirst) = (room, u, false);
            }
        }

        Push(entering, first, second, join, delta);
        if (leaving < 0)
        {
            _state[entering] = (sbyte)-_state[entering];
            return;
        }

        _state[entering] = Tree;
        _state[_arc[leaving]] = _flow[_arc[leaving]] == 0 ? Lower : Upper;
        var (moved, stays) = onFirst ? (first, second) : (second, first);
        Hang(moved, stays, entering, leaving);
    }

    private void Push(int entering, int first, int second, int join, long delta)
    {
        if (delta == 0)
        {
            return;
        }

        _flow[entering] += _state[entering] * delta;
        for (var u = first; u != join; u = _parent[u])
        {
            _flow[_arc[u]] += _up[u] ? -delta : delta;
        }

        for (var u = second; u != join; u = _parent[u])
        {
            _flow[_arc[u]] += _up[u] ? delta : -delta;
        }
    }

    /// <summary>Turns the path from <paramref name="moved"/> up to the node whose arc leaves, and hangs it on its new parent.</summary>
    private void Hang(int moved, int parent, int arc, int leaving)
    {
        for (var node = moved; ;)
        {
            var (above, arcAbove) = (_parent[node], _arc[node]);
            Detach(node);
            Attach(node, parent, arc);
            if (node == leaving)
            {
                break;
            }

            (parent, arc, node) = (node, arcAbove, above);
        }

        _subtree.Push(moved);
        while (_subtree.TryPop(out var node))
        {
            var e = _arc[node];
            _potential[node] = _up[node] ? _potential[_parent[node]] - _cost[e] : _potential[_parent[node]] + _cost[e];
            _depth[node] = _depth[_parent[node]] + 1;
            for (var child = _firstChild[node]; child >= 0; child = _next[child])
            {
                _subtree.Push(child);
            }
        }
    }

    private void Attach(int node, int parent, int arc)
    {
        (_parent[node], _arc[node], _up[node]) = (parent, arc, _source[arc] == node);
        (_next[node], _previous[node]) = (_firstChild[parent], -1);
        if (_firstChild[parent] >= 0)
        {
            _previous[_firstChild[parent]] = node;
        }

        _firstChild[parent] = node;
    }

    private void Detach(int node)
    {
        if (_previous[node] >= 0)
        {
            _next[_previous[node]] = _next[node];
        }
        else
        {
            _firstChild[_parent[node]] = _next[node];
        }

        if (_next[node] >= 0)
        {
            _previous[_next[node]] = _previous[node];
        }
    }
}

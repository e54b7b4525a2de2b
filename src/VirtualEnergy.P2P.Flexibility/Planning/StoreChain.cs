namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// Solves the normal equations of a <see cref="ScheduleProgram"/>. A period's balance meets only its own stores and a store only itself a period earlier, so the
/// matrix is a chain of small blocks: the balances are eliminated one by one, and then the periods from the first to the last.
/// </summary>
/// <remarks>Keeps its arrays from plan to plan. Not safe for concurrent use.</remarks>
internal sealed class StoreChain
{
    // Against a row in which nothing can be chosen.
    private const double Ridge = 1e-12;
    private const double Least = 1e-30;

    private int _stores;
    private int _periods;
    private double[] _balance = [];
    private double[] _withBalance = [];
    private double[] _withBefore = [];
    private double[] _inverse = [];
    private double[] _work = [];

    public void Factor(ScheduleProgram program, double[] weights)
    {
        (_stores, _periods) = (program.Stores, program.Periods);
        var (n, square) = (_stores, _stores * _stores);
        if (_balance.Length < _periods || _inverse.Length < square * _periods)
        {
            (_balance, _inverse, _work) = (new double[_periods], new double[square * _periods], new double[square + n]);
            (_withBalance, _withBefore) = (new double[n * _periods], new double[n * _periods]);
        }

        var matrix = _work.AsSpan(0, square);
        var own = _work.AsSpan(square, n);
        for (var t = 0; t < _periods; t++)
        {
            var meets = _withBalance.AsSpan(t * n, n);
            var back = _withBefore.AsSpan(t * n, n);
            _balance[t] = 1 / (program.Entries(weights, t, own, meets, back) + Least);
            var before = t > 0 ? _inverse.AsSpan((t - 1) * square, square) : [];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    matrix[i * n + j] = -meets[i] * meets[j] * _balance[t] - (t > 0 ? back[i] * before[i * n + j] * back[j] : 0);
                }

                matrix[i * n + i] += own[i] * (1 + Ridge) + Least;
            }

            Invert(matrix, _inverse.AsSpan(t * square, square), n);
        }
    }

    /// <summary>Takes what the rows are to be, and puts there the rows' prices that make them so.</summary>
    public void Solve(double[] balance, double[] stores)
    {
        var n = _stores;
        var right = _work.AsSpan(0, n);
        var before = _work.AsSpan(n, n);
        before.Clear();
        for (var t = 0; t < _periods; t++)
        {
            var meets = _withBalance.AsSpan(t * n, n);
            var back = _withBefore.AsSpan(t * n, n);
            for (var s = 0; s < n; s++)
            {
                right[s] = stores[s * _periods + t] - meets[s] * _balance[t] * balance[t] - back[s] * before[s];
            }

            Times(t, right, before);
            for (var s = 0; s < n; s++)
            {
                stores[s * _periods + t] = before[s];
            }
        }

        for (var t = _periods - 1; t >= 0; t--)
        {
            if (t + 1 < _periods)
            {
                for (var s = 0; s < n; s++)
                {
                    right[s] = -_withBefore[(t + 1) * n + s] * stores[s * _periods + t + 1];
                }

                Times(t, right, before);
            }
            else
            {
                before.Clear();
            }

            for (var s = 0; s < n; s++)
            {
                stores[s * _periods + t] += before[s];
                balance[t] -= _withBalance[t * n + s] * stores[s * _periods + t];
            }

            balance[t] *= _balance[t];
        }
    }

    private void Times(int t, ReadOnlySpan<double> vector, Span<double> into)
    {
        var inverse = _inverse.AsSpan(t * _stores * _stores, _stores * _stores);
        for (var i = 0; i < into.Length; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < vector.Length; j++)
            {
                sum += inverse[i * vector.Length + j] * vector[j];
            }

            into[i] = sum;
        }
    }

    // Gauss and Jordan; positive definite, so that no row has to be changed for another.
    private static void Invert(Span<double> matrix, Span<double> inverse, int n)
    {
        inverse.Clear();
        for (var i = 0; i < n; i++)
        {
            inverse[i * n + i] = 1;
        }

        for (var k = 0; k < n; k++)
        {
            var row = matrix.Slice(k * n, n);
            var result = inverse.Slice(k * n, n);
            var scale = 1 / row[k];
            for (var j = 0; j < n; j++)
            {
                row[j] *= scale;
                result[j] *= scale;
            }

            for (var i = 0; i < n; i++)
            {
                var by = matrix[i * n + k];
                for (var j = 0; i != k && j < n; j++)
                {
                    matrix[i * n + j] -= by * row[j];
                    inverse[i * n + j] -= by * result[j];
                }
            }
        }
    }
}

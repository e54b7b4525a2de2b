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
    private int _stride;
    private double[] _balance = [];
    private double[] _own = [];
    private double[] _withBalance = [];
    private double[] _withBefore = [];
    private double[] _inverse = [];
    private double[] _work = [];

    public void Factor(ScheduleProgram program, double[] weights)
    {
        (_stores, _periods, _stride) = (program.Stores, program.Periods, program.Stride);
        var (n, square) = (_stores, _stores * _stores);
        if (_balance.Length < _stride || _own.Length < n * _stride || _inverse.Length < square * _periods || _work.Length < 2 * n)
        {
            (_balance, _inverse, _work) = (new double[_stride], new double[square * _periods], new double[2 * n]);
            (_own, _withBalance, _withBefore) = (new double[n * _stride], new double[n * _stride], new double[n * _stride]);
        }

        program.Matrix(weights, _balance, _own, _withBalance, _withBefore);
        _inverse.AsSpan(0, square).Clear();
        for (var t = 0; t < _periods; t++)
        {
            _balance[t] = 1 / (_balance[t] + Least);
            var matrix = _inverse.AsSpan(t * square, square);
            var before = _inverse.AsSpan(Math.Max(0, t - 1) * square, square);
            for (var i = 0; i < n; i++)
            {
                var row = i * _stride + t;
                var (meets, back) = (_withBalance[row] * _balance[t], _withBefore[row]);
                for (var j = 0; j < i; j++)
                {
                    var other = j * _stride + t;
                    matrix[i * n + j] = matrix[j * n + i] = -meets * _withBalance[other] - back * before[i * n + j] * _withBefore[other];
                }

                matrix[i * n + i] = _own[row] * (1 + Ridge) + Least - meets * _withBalance[row] - back * before[i * n + i] * back;
            }

            Invert(matrix, n);
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
            var priced = _balance[t] * balance[t];
            for (var s = 0; s < n; s++)
            {
                var row = s * _stride + t;
                right[s] = stores[row] - _withBalance[row] * priced - _withBefore[row] * before[s];
            }

            Times(t, right, before);
            for (var s = 0; s < n; s++)
            {
                stores[s * _stride + t] = before[s];
            }
        }

        for (var t = _periods - 1; t >= 0; t--)
        {
            if (t + 1 < _periods)
            {
                for (var s = 0; s < n; s++)
                {
                    right[s] = -_withBefore[s * _stride + t + 1] * stores[s * _stride + t + 1];
                }

                Times(t, right, before);
            }
            else
            {
                before.Clear();
            }

            for (var s = 0; s < n; s++)
            {
                stores[s * _stride + t] += before[s];
                balance[t] -= _withBalance[s * _stride + t] * stores[s * _stride + t];
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

    // Gauss and Jordan, in place; positive definite, so that no row has to be changed for another.
    private static void Invert(Span<double> matrix, int n)
    {
        for (var k = 0; k < n; k++)
        {
            var pivot = matrix.Slice(k * n, n);
            var scale = 1 / pivot[k];
            pivot[k] = 1;
            for (var j = 0; j < pivot.Length; j++)
            {
                pivot[j] *= scale;
            }

            for (var i = 0; i < n; i++)
            {
                if (i == k)
                {
                    continue;
                }

                var row = matrix.Slice(i * n, n);
                var by = row[k];
                row[k] = 0;
                for (var j = 0; j < row.Length; j++)
                {
                    row[j] -= by * pivot[j];
                }
            }
        }
    }
}

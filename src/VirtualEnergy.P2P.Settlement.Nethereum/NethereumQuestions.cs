using System.Net;
using Nethereum.JsonRpc.Client;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Nethereum;

/// <summary>Asks through Nethereum with our patience, and turns its exceptions into those of <see cref="IEthereumClient"/>.</summary>
internal sealed class NethereumQuestions(Uri endpoint, TimeProvider time, JsonRpcOptions options)
{
    /// <param name="ask">Sends the question once.</param>
    /// <param name="read">From what Nethereum made of the answer; throws where that has another form than specified.</param>
    /// <param name="repeatable">Whether a transport error may be answered by asking again.</param>
    public async Task<T> AskAsync<TAnswer, T>(
        string method, Func<Task<TAnswer>> ask, Func<TAnswer, T> read, CancellationToken cancellationToken, bool repeatable = true)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                return read(await ask().WaitAsync(cancellationToken));
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                var failure = Translate(method, error);
                if (failure is not EthereumTransportException { IsTransient: true } || !repeatable || attempt >= options.Attempts)
                {
                    throw failure;
                }
            }

            await Task.Delay(options.FirstBackOff * (1 << (attempt - 1)), time, cancellationToken);
        }
    }

    private EthereumException Translate(string method, Exception error) => error switch
    {
        RpcResponseException refused => Refusal(method, refused.RpcError),
        RpcClientTimeoutException => new EthereumTransportException(
            $"{method}: the node at {endpoint} did not answer within {options.RequestTimeout.TotalSeconds:0.###} s.", isTransient: true, error),
        RpcClientUnknownException { InnerException: HttpRequestException http } => Unreached(method, http),
        RpcClientUnknownException { InnerException: IOException line } => Unreachable(method, line),
        _ => new EthereumTransportException(
            $"{method}: the node's answer has another form than specified: {(error.InnerException ?? error).Message}", isTransient: false, error),
    };

    private EthereumTransportException Unreached(string method, HttpRequestException error) => error switch
    {
        { StatusCode: { } status } => new EthereumTransportException(
            $"{method}: the node at {endpoint} answers HTTP {(int)status}.", (int)status >= 500 || status == HttpStatusCode.TooManyRequests, error),
        { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => new EthereumTransportException(
            $"{method}: the node at {endpoint} answers more than {options.MaxResponseBytes} bytes.", isTransient: false, error),
        _ => Unreachable(method, error),
    };

    private EthereumTransportException Unreachable(string method, Exception error) =>
        new($"{method}: the node at {endpoint} cannot be reached: {error.Message}", isTransient: true, error);

    // Nethereum appends the method to the node's words.
    private EthereumException Refusal(string method, RpcError error)
    {
        var words = error.Message.EndsWith(": " + method, StringComparison.Ordinal) ? error.Message[..^(method.Length + 2)] : error.Message;
        var hasData = Hex.TryParse(error.GetDataAsString(), out var data);
        return hasData || error.Code == 3 || words.Contains("execution reverted", StringComparison.OrdinalIgnoreCase)
            ? EthereumRevertException.From(data ?? [], options.KnownErrors)
            : new EthereumRpcException(error.Code, words, method);
    }
}

using System.Text;
using System.Text.Json.Nodes;

namespace VirtualEnergy.P2P.DevnetTests.Funds;

/// <summary>Stands between a client and a real node, and alters what the node answers.</summary>
/// <param name="alter">Gets method, parameters and result of each question; what it returns is answered. An exception is a JSON-RPC error.</param>
internal sealed class MeddlingNode(Func<string, JsonArray, JsonNode?, JsonNode?> alter) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        var response = await base.SendAsync(request, cancellationToken);
        var answered = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        foreach (var answer in answered is JsonArray many ? many.ToArray() : [answered])
        {
            var question = asked is JsonArray questions ? questions.Single(one => (long)one!["id"]! == (long)answer!["id"]!)! : asked;
            try
            {
                answer!["result"] = alter((string)question["method"]!, question["params"]!.AsArray(), answer["result"]?.DeepClone());
            }
            catch (InvalidOperationException refused)
            {
                answer!.AsObject().Remove("result");
                answer["error"] = new JsonObject { ["code"] = -32005, ["message"] = refused.Message };
            }
        }

        response.Content = new StringContent(answered.ToJsonString(), Encoding.UTF8, "application/json");
        return response;
    }
}

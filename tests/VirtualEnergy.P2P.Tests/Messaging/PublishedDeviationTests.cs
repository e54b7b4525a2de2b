using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Tests.Settlement.Auditing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

/// <summary>Published metered periods are read as the API writes them, and nothing that a server says gets further than one line.</summary>
public sealed class PublishedDeviationTests
{
    private static readonly SettledMarket Market = new();

    private static readonly PublishedMetering Said = MeteredByAll.Of(
        Market.Market.Domain, Market.Clear(), Market.Market.Rules, [.. Enumerable.Range(0, 6).Select(SettledMarket.KeyOf).Zip([40L, -50, 30, 0, -33, -7])]).Publish();

    [Fact]
    public void What_the_API_writes_is_read_back()
    {
        var said = Said with { Positions = Said.Positions.SetItem(0, Said.Positions[0] with { Reading = null }) };
        Assert.True(WireFormat.TryReadPublishedDeviations(PublishedMeterings.JsonOf(said), out var read, out var error), error);
        Assert.Equal((said.Period, said.Prices, said.MeterRoot), (read.Result.Period, read.Result.Prices, read.Result.MeterRoot));
        Assert.Equal(said.Positions.Select(position => position.Settled), read.Result.Positions.Select(position => position.Settled));
        Assert.Equal(
            said.Positions.Select(position => (position.Reading?.Energy.Import, position.Reading?.Energy.Export, position.Reading is { } own ? Convert.ToHexString(own.Signature.AsSpan()) : null)),
            read.Result.Positions.Select(position => (position.Source.Reading?.Import, position.Source.Reading?.Export, position.Source.Reading is { } own ? Convert.ToHexString(own.Signature.AsSpan()) : null)));
        Assert.Equal(said.Trades, read.Trades);
        Assert.Equal(said.Deltas, read.Deltas);
    }

    [Theory]
    [InlineData("\"matchedWh\":", "\"matchedWh\":-", "matchedWh")]
    [InlineData("\"shortPriceMicroEurPerKWh\":", "\"shortPriceMicroEurPerKWh\":-", "shortPriceMicroEurPerKWh")]
    [InlineData("\"meterRoot\":\"0x", "\"meterRoot\":\"0y", "meterRoot")]
    [InlineData("\"source\":{", "\"sauce\":{", "source")]
    [InlineData("\"signature\":\"0x", "\"signature\":\"", "signature")]
    public void Anything_else_is_refused_by_the_name_of_the_field(string text, string instead, string field)
    {
        var json = Encoding.UTF8.GetString(PublishedMeterings.JsonOf(Said));
        Assert.Contains(text, json, StringComparison.Ordinal);
        Assert.False(WireFormat.TryReadPublishedDeviations(Encoding.UTF8.GetBytes(json.Replace(text, instead, StringComparison.Ordinal)), out _, out var error));
        Assert.Contains(field, error, StringComparison.Ordinal);
    }
}

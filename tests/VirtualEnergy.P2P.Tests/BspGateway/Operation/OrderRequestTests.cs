using VirtualEnergy.P2P.BspGateway.Api;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

public sealed class OrderRequestTests
{
    [Fact]
    public void A_whole_order_is_read()
    {
        var start = new DateTimeOffset(2026, 12, 2, 18, 0, 0, TimeSpan.Zero);

        Assert.True(OrderRequest.TryRead(new OrderMessage("a-1", "UVAM-1", "regulation", -500_000, start, 900), out var order, out _));
        Assert.Equal(new OrderRequest("a-1", "UVAM-1", TsoCommandKind.Regulate, -500_000, start, TimeSpan.FromMinutes(15), null, "HTTP"), order);
    }

    public static TheoryData<string?, string?, string?, long, int?, string> Malformed => new()
    {
        { null, "u", "regulation", 1, null, "'id'" },
        { "", "u", "regulation", 1, null, "'id'" },
        { new string('i', 65), "u", "regulation", 1, null, "'id'" },
        { "with blank", "u", "regulation", 1, null, "'id'" },
        { "line\nbreak", "u", "regulation", 1, null, "'id'" },
        { "a", null, "regulation", 1, null, "'unit'" },
        { "a", new string('u', 65), "regulation", 1, null, "'unit'" },
        { "a", "u", null, 1, null, "'kind'" },
        { "a", "u", "balancing", 1, null, "'kind'" },
        { "a", "u", "regulation", long.MinValue, null, "'watts'" },
        { "a", "u", "regulation", long.MaxValue, null, "'watts'" },
        { "a", "u", "regulation", 1, 0, "'holdSeconds'" },
        { "a", "u", "regulation", 1, 604_801, "'holdSeconds'" }, // a second more than a week
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_cannot_be_an_order_is_refused_by_its_field(string? id, string? unit, string? kind, long watts, int? hold, string field)
    {
        Assert.False(OrderRequest.TryRead(new OrderMessage(id, unit, kind, watts, null, hold), out var order, out var fault));
        Assert.Null(order);
        Assert.StartsWith(field, fault, StringComparison.Ordinal);
    }
}

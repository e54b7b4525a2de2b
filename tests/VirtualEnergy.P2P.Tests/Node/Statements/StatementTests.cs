using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Statements;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Statements;

/// <summary>A statement is believed as far as it adds up.</summary>
public sealed class StatementTests
{
    private const string Good = """
        {"member":"0xaa","name":"Anna","from":null,"to":null,"openingMicroEur":100,"entries":[
          {"kind":"trades","period":7,"deliveryStart":"2026-11-23T10:00:00+00:00","amountMicroEur":-30,"balanceMicroEur":70,"block":5,"transaction":"0x1",
           "traded":{"boughtWh":300,"soldWh":0,"feesMicroEur":2}},
          {"kind":"deviation","period":7,"deliveryStart":"2026-11-23T10:00:00+00:00","amountMicroEur":4,"balanceMicroEur":74,"block":6,"transaction":"0x2",
           "metered":{"position":{"deviationWh":-40,"matchedWh":20,"supplierWh":-20,"source":{"kind":"reading"}},"corrections":[],"supplierMicroEur":-2}},
          {"kind":"trades","period":8,"deliveryStart":"2026-11-23T10:15:00+00:00","amountMicroEur":-4,"balanceMicroEur":70,"block":null,"transaction":null}
        ],"closingMicroEur":74,"block":9,"chainMicroEur":74,"pendingMicroEur":-4,"supplierMicroEur":-2}
        """;

    [Fact]
    public void Entries_that_lead_to_the_chains_balance_add_up()
    {
        var statement = Read(Good);
        Assert.Null(statement.FirstError());
        Assert.Equal(new Energy(300), statement.Lines[0].Bought);
        Assert.Equal((new Energy(-40), new Energy(20), new Energy(-20), new Money(-2)), (statement.Lines[1].Deviation!.Value, statement.Lines[1].Matched!.Value, statement.Lines[1].SupplierEnergy!.Value, statement.Lines[1].SupplierCost!.Value));
        Assert.Null(statement.Lines[2].Block);
    }

    [Theory]
    [InlineData("\"amountMicroEur\":4", "\"amountMicroEur\":5", "Period 7, deviation")]
    [InlineData("\"openingMicroEur\":100", "\"openingMicroEur\":101", "Period 7, trades")]
    [InlineData("\"closingMicroEur\":74", "\"closingMicroEur\":75", "closing balance")]
    [InlineData("\"pendingMicroEur\":-4", "\"pendingMicroEur\":-5", "What waits is given as -5 µEUR")]
    [InlineData("\"chainMicroEur\":74", "\"chainMicroEur\":73", "the chain has 73 µEUR")]
    public void What_does_not_add_up_is_named(string good, string bad, string expected) =>
        Assert.Contains(expected, Read(Good.Replace(good, bad, StringComparison.Ordinal)).FirstError(), StringComparison.Ordinal);

    /// <summary>Up to a past period there is nothing on the chain to compare with.</summary>
    [Fact]
    public void A_statement_of_the_past_does_not_end_at_todays_balance() =>
        Assert.Null(Read(Good.Replace("\"to\":null", "\"to\":7", StringComparison.Ordinal).Replace("\"chainMicroEur\":74", "\"chainMicroEur\":1", StringComparison.Ordinal)).FirstError());

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"member\":5}")]
    public void What_is_no_statement_is_one_line(string text) => Assert.Throws<UserErrorException>(() => Read(text));

    [Fact]
    public void An_amount_beyond_64_bits_is_no_statement() =>
        Assert.Throws<UserErrorException>(() => Read(Good.Replace("\"amountMicroEur\":4", "\"amountMicroEur\":9223372036854775808", StringComparison.Ordinal)));

    private static Statement Read(string text) => Statement.Read(Encoding.UTF8.GetBytes(text));
}

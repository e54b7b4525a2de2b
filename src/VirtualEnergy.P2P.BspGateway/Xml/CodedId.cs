namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>An identifier and the scheme it was coded by.</summary>
/// <param name="Value">The identifier, as 10YIT-GRTN-----B.</param>
/// <param name="Scheme">The scheme: A01 for EIC, A10 for GS1, N and the country's two letters for a national one.</param>
public readonly record struct CodedId(string Value, string Scheme)
{
    public override string ToString() => Value;
}

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>A kind of inner message: its element's name, and who sends it to whom.</summary>
internal sealed record UftpKind(Type Type, string Root, UftpRole From, UftpRole To)
{
    private static readonly UftpKind[] All =
    [
        new(typeof(DPrognosis), "D-Prognosis", UftpRole.AGR, UftpRole.DSO),
        new(typeof(DPrognosisResponse), "D-PrognosisResponse", UftpRole.DSO, UftpRole.AGR),
        new(typeof(FlexReservationUpdate), "FlexReservationUpdate", UftpRole.DSO, UftpRole.AGR),
        new(typeof(FlexReservationUpdateResponse), "FlexReservationUpdateResponse", UftpRole.AGR, UftpRole.DSO),
        new(typeof(FlexRequest), "FlexRequest", UftpRole.DSO, UftpRole.AGR),
        new(typeof(FlexRequestResponse), "FlexRequestResponse", UftpRole.AGR, UftpRole.DSO),
        new(typeof(FlexOffer), "FlexOffer", UftpRole.AGR, UftpRole.DSO),
        new(typeof(FlexOfferResponse), "FlexOfferResponse", UftpRole.DSO, UftpRole.AGR),
        new(typeof(FlexOfferRevocation), "FlexOfferRevocation", UftpRole.AGR, UftpRole.DSO),
        new(typeof(FlexOfferRevocationResponse), "FlexOfferRevocationResponse", UftpRole.DSO, UftpRole.AGR),
        new(typeof(FlexOrder), "FlexOrder", UftpRole.DSO, UftpRole.AGR),
        new(typeof(FlexOrderResponse), "FlexOrderResponse", UftpRole.AGR, UftpRole.DSO),
        new(typeof(FlexSettlement), "FlexSettlement", UftpRole.DSO, UftpRole.AGR),
        new(typeof(FlexSettlementResponse), "FlexSettlementResponse", UftpRole.AGR, UftpRole.DSO),
        new(typeof(Metering), "Metering", UftpRole.AGR, UftpRole.DSO),
        new(typeof(MeteringResponse), "MeteringResponse", UftpRole.DSO, UftpRole.AGR),
        new(typeof(AgrPortfolioUpdate), "AGRPortfolioUpdate", UftpRole.AGR, UftpRole.CRO),
        new(typeof(AgrPortfolioUpdateResponse), "AGRPortfolioUpdateResponse", UftpRole.CRO, UftpRole.AGR),
        new(typeof(AgrPortfolioQuery), "AGRPortfolioQuery", UftpRole.AGR, UftpRole.CRO),
        new(typeof(AgrPortfolioQueryResponse), "AGRPortfolioQueryResponse", UftpRole.CRO, UftpRole.AGR),
    ];

    // Anybody asks anybody whether he is there.
    private static readonly UftpKind[] Tests =
    [
        new(typeof(TestMessage), "TestMessage", default, default),
        new(typeof(TestMessageResponse), "TestMessageResponse", default, default),
    ];

    public static UftpKind? Of(string root) => Array.Find([.. All, .. Tests], kind => kind.Root == root);

    public static UftpKind Of(UftpMessage message) => Array.Find([.. All, .. Tests], kind => kind.Type == message.GetType()) ?? throw new ArgumentException($"{message.GetType().Name} is no message of this protocol.", nameof(message));

    /// <summary>True where that role sends it to that one.</summary>
    public bool Goes(UftpRole from, UftpRole to) => Array.IndexOf(Tests, this) >= 0 || (from == From && to == To);
}

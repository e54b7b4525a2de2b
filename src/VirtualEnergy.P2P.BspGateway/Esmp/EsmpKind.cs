namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>A kind and version of document: how its outermost element is called, what it becomes here, and which message types it may have.</summary>
internal sealed record EsmpKind(Type Type, string Root, string Namespace, string[] MessageTypes, bool Earlier = false)
{
    private const string Prefix = "urn:iec62325.351:tc57wg16:";

    private static readonly EsmpKind[] All =
    [
        new(typeof(ReserveBidDocument), "ReserveBid_MarketDocument", Prefix + "451-7:reservebiddocument:7:4", ["A37"]),
        new(typeof(ReserveBidDocument), "ReserveBid_MarketDocument", Prefix + "451-7:reservebiddocument:7:2", ["A37"], Earlier: true),
        new(typeof(ActivationDocument), "Activation_MarketDocument", Prefix + "451-7:activationdocument:6:2", ["A36", "A39", "A40", "A41", "A96"]),
        new(typeof(AllocationResultDocument), "ReserveAllocationResult_MarketDocument", Prefix + "451-7:reserveallocationresultdocument:6:4", ["A38"]),
        new(typeof(BidAvailabilityDocument), "BidAvailability_MarketDocument", Prefix + "451-n:bidavailabilitydocument:1:1", ["B45"]),
        new(typeof(EnergyAccountDocument), "EnergyAccount_MarketDocument", Prefix + "451-4:energyaccountdocument:4:1", ["A12", "A49", "B38"]),
        new(typeof(AcknowledgementDocument), "Acknowledgement_MarketDocument", Prefix + "451-1:acknowledgementdocument:8:1", ["A17"]),
    ];

    public static EsmpKind? Of(string root, string @namespace) => Array.Find(All, kind => kind.Root == root && kind.Namespace == @namespace);

    public static EsmpKind Of(IEsmpDocument document)
    {
        var earlier = document is ReserveBidDocument { Version: ReserveBidVersion.V72 };
        return Array.Find(All, kind => kind.Type == document.GetType() && kind.Earlier == earlier) ?? throw new ArgumentException($"{document.GetType().Name} is no document of this family.", nameof(document));
    }
}

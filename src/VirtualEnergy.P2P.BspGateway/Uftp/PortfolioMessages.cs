using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>An aggregator registers the connections it acts for with the common reference operator.</summary>
public sealed record AgrPortfolioUpdate : UftpMessage
{
    [XmlPart("TimeZone", Rule = "TimeZone")] public required string TimeZone { get; init; }

    [XmlPart("Connection", LeastItems = 1, MostItems = 50_000)] public required ValueList<PortfolioConnection> Connections { get; init; }
}

/// <summary>A connection and the days for which the aggregator acts for it.</summary>
public sealed record PortfolioConnection(
    [property: XmlPart("EntityAddress", Rule = "Entity")] string EntityAddress,
    [property: XmlPart("StartPeriod")] DateOnly StartPeriod,
    [property: XmlPart("EndPeriod")] DateOnly? EndPeriod = null);

/// <summary>The answer to a portfolio update.</summary>
public sealed record AgrPortfolioUpdateResponse : UftpResponse
{
    [XmlPart("AGRPortfolioUpdateMessageID")] public required Guid AgrPortfolioUpdateMessageId { get; init; }

    public override Guid Answers => AgrPortfolioUpdateMessageId;
}

/// <summary>An aggregator asks at which congestion points its connections lie.</summary>
public sealed record AgrPortfolioQuery : UftpMessage
{
    [XmlPart("TimeZone", Rule = "TimeZone")] public required string TimeZone { get; init; }

    [XmlPart("Period")] public required DateOnly Period { get; init; }
}

/// <summary>The answer to a portfolio query.</summary>
public sealed record AgrPortfolioQueryResponse : UftpResponse
{
    [XmlPart("TimeZone", Rule = "TimeZone")] public required string TimeZone { get; init; }

    [XmlPart("AGRPortfolioQueryMessageID")] public required Guid AgrPortfolioQueryMessageId { get; init; }

    [XmlPart("Period")] public required DateOnly Period { get; init; }

    [XmlPart("DSO-View", MostItems = 1_000)] public ValueList<DsoView> Views { get; init; }

    public override Guid Answers => AgrPortfolioQueryMessageId;
}

/// <summary>Congestion points with the aggregator's connections at them, and its connections at none.</summary>
public sealed record DsoView
{
    [XmlPart("DSO-Portfolio", LeastItems = 1, MostItems = 1_000)] public required ValueList<DsoPortfolio> Portfolios { get; init; }

    [XmlPart("Connection", MostItems = 50_000)] public ValueList<EntityRef> Connections { get; init; }
}

/// <summary>The congestion points of one grid operator.</summary>
public sealed record DsoPortfolio
{
    [XmlPart("DSO-Domain", Rule = "Domain")] public required string DsoDomain { get; init; }

    [XmlPart("CongestionPoint", LeastItems = 1, MostItems = 10_000)] public required ValueList<PortfolioCongestionPoint> CongestionPoints { get; init; }
}

/// <summary>One congestion point.</summary>
public sealed record PortfolioCongestionPoint
{
    [XmlPart("EntityAddress", Rule = "Entity")] public required string EntityAddress { get; init; }

    [XmlPart("MutexOffersSupported")] public required bool MutexOffersSupported { get; init; }

    [XmlPart("DayAheadRedispatchBy")] public required RedispatchBy DayAheadRedispatchBy { get; init; }

    [XmlPart("IntradayRedispatchBy")] public RedispatchBy? IntradayRedispatchBy { get; init; }

    [XmlPart("Connection", LeastItems = 1, MostItems = 50_000)] public required ValueList<EntityRef> Connections { get; init; }
}

/// <summary>Who balances what a flexibility order moves.</summary>
public enum RedispatchBy
{
    AGR,
    DSO,
}

/// <summary>An address of a connection.</summary>
public sealed record EntityRef([property: XmlPart("EntityAddress", Rule = "Entity")] string EntityAddress);

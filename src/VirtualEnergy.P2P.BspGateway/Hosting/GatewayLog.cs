namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>What the gateway writes to its log.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1, LogLevel.Information, "Customer {Customer} is connected.")]
    public static partial void CustomerUp(this ILogger logger, string customer);

    [LoggerMessage(2, LogLevel.Warning, "Customer {Customer} is gone: {Why}.")]
    public static partial void CustomerDown(this ILogger logger, string customer, string why);

    [LoggerMessage(3, LogLevel.Information, "Unit {Unit}: {Command} from {Peer} was {Answer}.")]
    public static partial void TsoCommanded(this ILogger logger, string unit, string command, string peer, string answer);

    [LoggerMessage(4, LogLevel.Information, "Towards the system operator: {Notice}.")]
    public static partial void TsoNotice(this ILogger logger, string notice);

    [LoggerMessage(5, LogLevel.Error, "A cycle failed.")]
    public static partial void CycleFailed(this ILogger logger, Exception failure);

    [LoggerMessage(6, LogLevel.Warning, "Unit {Unit} is not enabled: {Why}")]
    public static partial void NotEnabled(this ILogger logger, string unit, string why);

    [LoggerMessage(7, LogLevel.Warning, "The baseline of {Unit} for {Day} was not frozen: {Why}")]
    public static partial void NotFrozen(this ILogger logger, string unit, string day, string why);

    [LoggerMessage(8, LogLevel.Information, "Unit {Unit}, period {Period}, {Direction}: no offer. {Why}")]
    public static partial void NotOffered(this ILogger logger, string unit, long period, string direction, string why);

    [LoggerMessage(30, LogLevel.Warning, "Community {Customer}: a message of {Home} is left out: {Code}. It is counted from now on and not logged again.")]
    public static partial void HomeLeftOut(this ILogger logger, string customer, string home, string code);

    [LoggerMessage(31, LogLevel.Debug, "Community {Customer}: {Home} was not told: {Why}")]
    public static partial void HomeNotTold(this ILogger logger, string customer, string home, string why);

    [LoggerMessage(32, LogLevel.Debug, "Community {Customer}: {Home} says of order {Id}: {Reason}, {Watts} W short.")]
    public static partial void HomeAnswered(this ILogger logger, string customer, string home, long id, string reason, long watts);

    [LoggerMessage(34, LogLevel.Warning, "Community {Customer}: the exchange does not keep promise {Id} of {Home} ({Code}). Nothing is asked of it until it does.")]
    public static partial void PromiseNotKept(this ILogger logger, string customer, string home, long id, string code);

    [LoggerMessage(33, LogLevel.Error, "Community {Customer}: the broker's market is not the one that is configured: {Why}")]
    public static partial void MarketDiffers(this ILogger logger, string customer, string why);

    [LoggerMessage(20, LogLevel.Warning, "{Message} to {Recipient} was not delivered: {Why}")]
    public static partial void NotDelivered(this ILogger logger, string message, string recipient, string why);

    [LoggerMessage(40, LogLevel.Warning, "Payments wait ({Code}): {Why}")]
    public static partial void PaymentsWait(this ILogger logger, string code, string why);

    [LoggerMessage(41, LogLevel.Error, "Payments have stopped; start the gateway anew when the cause is mended.")]
    public static partial void PaymentsStopped(this ILogger logger, Exception failure);

    [LoggerMessage(9, LogLevel.Error, "Planning failed.")]
    public static partial void PlanningFailed(this ILogger logger, Exception failure);

    [LoggerMessage(10, LogLevel.Error, "A log could not be shortened; it stays as it is.")]
    public static partial void NotCompacted(this ILogger logger, Exception failure);
}

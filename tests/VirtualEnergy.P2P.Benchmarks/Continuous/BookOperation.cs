namespace VirtualEnergy.P2P.Benchmarks.Continuous;

internal enum OperationKind : byte
{
    Limit,
    Market,
    ImmediateOrCancel,
    Cancel,
    Advance,
}

/// <summary>One call to a book, in 16 bytes, so that reading the stream takes little of the cache beside carrying it out.</summary>
/// <param name="Id">The order's id; for <see cref="OperationKind.Advance"/> the instant.</param>
/// <param name="Price">µEUR/kWh.</param>
/// <param name="Lifetime">From the last instant to the expiry; 0: none.</param>
internal readonly record struct BookOperation(int Id, int Price, ushort WattHours, ushort Owner, ushort Lifetime, OperationKind Kind, bool IsBuy);

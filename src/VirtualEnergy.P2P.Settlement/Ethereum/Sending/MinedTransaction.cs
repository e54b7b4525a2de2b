namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>Which of a transaction's versions was mined, and what came of it.</summary>
public sealed record MinedTransaction(SignedTransaction Transaction, TransactionReceipt Receipt);

// Euros and µEUR as BigInt: an amount is never a floating-point number on its way to a contract.
const microPerEuro = 1_000_000n;

/** "12.50" as µEUR; null where it is not digits with at most six after a point. */
export function parseEuros(text) {
  const parts = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text.trim());
  return parts ? BigInt(parts[1]) * microPerEuro + BigInt((parts[2] ?? '').padEnd(6, '0')) : null;
}

/** µEUR as euros: two decimals, more where the amount has more; thousands in groups, and a true minus sign. */
export function formatEuros(amount) {
  const micro = BigInt(amount);
  const magnitude = micro < 0n ? -micro : micro;
  const whole = String(magnitude / microPerEuro).replace(/\B(?=(\d{3})+$)/g, ',');
  const decimals = String(magnitude % microPerEuro).padStart(6, '0').replace(/0{1,4}$/, '');
  return `${micro < 0n ? '−' : ''}${whole}.${decimals}`;
}

/** The same with its currency. */
export const euro = amount => `€ ${formatEuros(amount)}`;

// From the market's integers (µEUR, Wh, periods) to what people read. Minus is a true minus sign.
const decimals = [0, 1, 2, 3].map(digits => new Intl.NumberFormat('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

export const none = '–';

/** What rounds to nothing has no sign. */
export function number(value, digits = 0) {
  const text = decimals[digits].format(value);
  return /[1-9]/.test(text) ? text.replace('-', '−') : text.replace('-', '');
}

/** µEUR/kWh as ct/kWh, without the unit: 10,000 µEUR are one cent. */
export const cents = price => price === null || price === undefined ? none : number(price / 10_000, 2);

/** The same with its unit. */
export const price = value => `${cents(value)} ct/kWh`;

/** Wh as kWh, with the digits that say something at that size. */
export const kilowattHours = energy => number(energy / 1000, Math.abs(energy) < 100 && energy !== 0 ? 3 : Math.abs(energy) < 100_000 ? 2 : 1);

export const energy = value => `${kilowattHours(value)} kWh`;

/** µEUR as euros and cents; a third digit where the amount is below ten cents. */
export const euros = amount => number(amount / 1_000_000, amount !== 0 && Math.abs(amount) < 100_000 ? 3 : 2);

export const money = amount => `€ ${euros(amount)}`;

export const percent = ratio => `${number(ratio * 100)} %`;

/** hh:mm of an instant in the browser's time zone. */
export const timeOf = instant => clock.format(new Date(instant));

export const dayOf = instant => day.format(new Date(instant));

/** The milliseconds at which a period starts. */
export const startOf = (period, periodSeconds) => period * periodSeconds * 1000;

/** hh:mm at which a period starts. */
export const periodTime = (period, periodSeconds) => timeOf(startOf(period, periodSeconds));

/** A long identifier, recognisable by both ends. */
export const shortened = id => id.length > 14 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id;

/** "1 trade", "3 trades". */
export const count = (many, noun) => `${number(many)} ${noun}${many === 1 ? '' : 's'}`;

/** How long ago, roughly. */
export function age(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

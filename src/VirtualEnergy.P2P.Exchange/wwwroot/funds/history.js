// The movements of the money, a line each.
import { html } from '../dom.js';
import { dayOf, periodTime, shortened, timeOf } from '../format.js';
import { formatEuros } from './amounts.js';

const words = {
  deposit: 'Paid in',
  'withdrawal-request': 'Asked for',
  'withdrawal-cancelled': 'Put back',
  'withdrawal-reduced': 'Taken for a batch',
  withdrawal: 'Paid out',
  exit: 'Paid out, everything',
  trades: 'Trades',
  deviations: 'Deviations',
  'trades-rolled-back': 'Trades undone',
  'deviations-rolled-back': 'Deviations undone',
};

export function movement(entry, periodSeconds) {
  const change = BigInt(entry.changeMicroEur);
  return html('li', { class: 'movement', 'data-testid': 'movement', 'data-kind': entry.kind, 'data-value': entry.changeMicroEur, 'data-balance': entry.balanceMicroEur },
    html('time', { datetime: entry.at, title: entry.at }, `${shortDay(entry.at)}, ${timeOf(entry.at)}`),
    html('span', { class: 'what' }, words[entry.kind] ?? entry.kind, ' ', html('span', { class: 'detail' }, detail(entry, periodSeconds))),
    html('span', { class: change > 0n ? 'change more' : 'change' }, change === 0n ? '' : `${change > 0n ? '+' : ''}${formatEuros(change)}`),
    html('span', { class: 'left' }, html('span', { class: 'unseen' }, 'balance '), formatEuros(entry.balanceMicroEur)));
}

function detail(entry, periodSeconds) {
  if (entry.period !== null) {
    return `of ${periodTime(entry.period, periodSeconds)}, ${shortDay(entry.period * periodSeconds * 1000)}`;
  }
  return entry.other ? `${entry.kind === 'deposit' ? 'by' : 'to'} ${shortened(entry.other)}` : '';
}

// "Monday 29 November" as "29 Nov".
function shortDay(instant) {
  const [, number, month] = dayOf(instant).split(' ');
  return `${number} ${month.slice(0, 3)}`;
}

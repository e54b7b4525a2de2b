// What trades and deviations took out of the balance, hour by hour: something to set a limit by.
import { byId, setText, svg } from '../dom.js';
import { timeOf } from '../format.js';
import { euro } from './amounts.js';

const hour = 3_600_000;
const shownHours = 12;
const height = 64;
const gap = 0.2;

let shown = '';

/**
 * The sums of the last hours, oldest first, as { at, spent } with spent in µEUR, 0 or more: what came in is not taken off, what was undone is.
 * Where the list is cut off, hours that it may not have whole are left out.
 */
export function spendingByHour(entries, isCut, now) {
  const last = Math.floor(now / hour) * hour;
  const oldest = isCut ? Date.parse(entries.at(-1).at) : -Infinity;
  const sums = new Map();
  for (let at = last - (shownHours - 1) * hour; at <= last; at += hour) {
    if (at >= oldest) {
      sums.set(at, 0);
    }
  }
  for (const { kind, at, changeMicroEur } of entries) {
    const start = Math.min(last, Math.floor(Date.parse(at) / hour) * hour);
    const taken = kind === 'trades' || kind === 'deviations' ? Math.max(0, -Number(changeMicroEur))
      : kind.endsWith('-rolled-back') ? -Math.max(0, Number(changeMicroEur)) : 0;
    if (sums.has(start)) {
      sums.set(start, sums.get(start) + taken);
    }
  }
  return [...sums].map(([at, spent]) => ({ at, spent: Math.max(0, spent) }));
}

/** The chart stays away while nothing was spent. */
export function showSpending(entries, limit, now = Date.now()) {
  const hours = spendingByHour(entries, entries.length === limit, now);
  const sum = hours.reduce((total, { spent }) => total + spent, 0);
  byId('spending').hidden = sum === 0;
  const identity = JSON.stringify(hours);
  if (sum === 0 || identity === shown) {
    return;
  }
  shown = identity;
  byId('spending').dataset.value = sum;
  const most = hours.reduce((best, one) => one.spent > best.spent ? one : best);
  setText(byId('spending-said'), `${euro(sum)} since ${timeOf(hours[0].at)}, most of it from ${timeOf(most.at)}: ${euro(most.spent)}.`);
  setText(byId('spending-from'), timeOf(hours[0].at));
  byId('spending-chart').replaceChildren(svg('svg', { viewBox: `0 0 ${hours.length} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' },
    ...hours.map(({ at, spent }, i) => bar(i, at, spent, most.spent))));
}

// An hour in which something was spent is never so low that it cannot be seen.
function bar(i, at, spent, most) {
  const tall = spent === 0 ? 1 : Math.max(3, height * spent / most);
  return svg('rect', { class: spent === 0 ? 'none' : null, x: i + gap / 2, width: 1 - gap, y: height - tall, height: tall, 'data-at': at, 'data-spent': spent });
}

// When to start what, and what it saves, in the words of "ve suggest".
import { byId, html, setText } from '../dom.js';
import { dayOf, energy, timeOf } from '../format.js';
import { euro } from './amounts.js';

let shown = '';

/** The card stays away from the page of a member whose node tells nothing. */
export function showSuggestions({ at, starts }) {
  byId('suggestions').hidden = at === null;
  const identity = JSON.stringify([at, starts]);
  if (at === null || identity === shown) {
    return;
  }
  shown = identity;
  setText(byId('suggestions-at'), `As expected at ${timeOf(at)}, from the market's prices and the home's own history`);
  byId('suggestions-none').hidden = starts.length > 0;
  byId('suggestions-list').replaceChildren(...starts.map(start => html('li', { 'data-testid': 'suggestion', 'data-saving': start.savingMicroEur },
    html('b', {}, ...sentence(start, at)), html('span', { class: 'detail' }, `a run takes ${energy(start.energyWh)}`))));
}

function sentence({ device, soonest, best, savingMicroEur }, at) {
  const waits = best > soonest;
  const name = html('bdi', {}, device);
  const saving = `about ${euro(Math.round(savingMicroEur / 10_000) * 10_000)} less`;
  if (soonest <= at) {
    return waits ? ['Start the ', name, ` ${when(best, at)} instead of now: ${saving}.`] : ['Start the ', name, ' now: waiting saves nothing.'];
  }
  return waits ? ['Once the ', name, ` is loaded, start it ${when(best, at)} instead of ${when(soonest, at)}: ${saving}.`]
    : ['Start the ', name, ` ${when(best, at)}, as soon as it is loaded: waiting saves nothing.`];
}

function when(instant, at) {
  const day = dayOf(instant) === dayOf(at) ? '' : `${dayOf(instant).split(' ')[0]} `;
  return `${day}at ${timeOf(instant)}`;
}

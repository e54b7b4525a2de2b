// The community's clock: the sun stands where the open period lies in the day, the moon takes over below the horizon.
import { byId, drawAtWidth, setText, svg } from './dom.js';
import { age, energy, none, periodTime, price, startOf } from './format.js';

const height = 132;
const horizon = 96;

export function dayDial(state) {
  const surface = byId('dial');
  const redraw = drawAtWidth(surface, width => draw(surface, state, width));
  state.watch(['now', 'community', 'rounds'], () => {
    redraw();
    describe(state);
  });
  setInterval(() => state.now && countDown(state.now), 1000);
}

function draw(surface, state, width) {
  const open = state.now?.openPeriod ?? state.rounds.at(-1)?.period ?? null;
  // One wave a day: midnight at both ends, noon in the middle, six o'clock on the horizon.
  const heightAt = share => horizon + Math.cos(share * 2 * Math.PI) * (share < 0.25 || share > 0.75 ? 26 : 74);
  const inset = 18;
  const x = share => inset + share * (width - 2 * inset);
  const path = Array.from({ length: 97 }, (_, index) => `${index === 0 ? 'M' : 'L'}${x(index / 96).toFixed(1)} ${heightAt(index / 96).toFixed(1)}`).join('');
  const body = open === null ? null : celestial(shareOfDay(startOf(open, state.periodSeconds)), x, heightAt);
  surface.replaceChildren(svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { class: 'arc', d: path }),
    svg('line', { class: 'horizon', x1: 0, x2: width, y1: horizon, y2: horizon }),
    ...[[0.25, '06'], [0.5, '12'], [0.75, '18']].map(([share, hour]) =>
      svg('text', { class: 'hour', x: x(share), y: horizon + 18, 'text-anchor': 'middle' }, hour)),
    body));
}

function celestial(share, x, heightAt) {
  const at = { cx: x(share), cy: heightAt(share) };
  const night = share < 0.25 || share > 0.75;
  return svg('g', { class: night ? 'moon' : 'sun' }, svg('circle', { ...at, class: 'halo', r: 17 }), svg('circle', { ...at, class: 'disc', r: 8.5 }));
}

function shareOfDay(milliseconds) {
  const local = new Date(milliseconds);
  return (local.getHours() * 60 + local.getMinutes()) / 1440;
}

function describe({ now, periodSeconds, loaded }) {
  const running = now !== null && now.openPeriod !== null;
  setText(byId('round-title'), running ? `Bidding for ${periodTime(now.openPeriod, periodSeconds)}` : loaded ? 'No round is open' : 'Waiting for the exchange');
  setText(byId('round-price'), running ? soFar(now.indication) : '\u00a0');
  setText(byId('round-bids'), running ? `${now.bidsReceived} of ${now.membersActive}` : none);
  byId('round-bids').dataset.value = now?.bidsReceived ?? '';
  setText(byId('round-count'), now === null ? none : now.roundsTotal === null ? String(now.roundsCleared) : `${now.roundsCleared} of ${now.roundsTotal}`);
  byId('round-count').dataset.value = now?.roundsCleared ?? '';
  countDown(now);
}

// What the bids that are in would come to; a space where that cannot be told keeps the dial in its place.
function soFar(indication) {
  return !indication ? '\u00a0'
    : indication.priceMicroEurPerKWh === null ? 'No bids meet yet'
      : `So far ${energy(indication.volumeWh)} at ${price(indication.priceMicroEurPerKWh)}`;
}

function countDown(now) {
  const left = now?.gateClosesAt ? Date.parse(now.gateClosesAt) - Date.now() : null;
  // A demo's clock may run in another year: then only the bids tell how far the round is.
  const sensible = left !== null && Math.abs(left) < 86_400_000;
  setText(byId('round-gate'), now === null || now.openPeriod === null ? none : !sensible ? 'when all have bid' : left > 0 ? `in ${age(left)}` : 'closing');
}

// Price over the day: a step a period, the supplier's prices as a band behind it, the traded volume below.
import { byId, drawAtWidth, setText, svg, tableRows } from '../dom.js';
import { cents, count, energy, kilowattHours, none, periodTime, price } from '../format.js';
import { linear, polyline, ticks } from './scale.js';
import { Explorer } from './explorer.js';

const height = 320;
const margin = { left: 40, right: 12, top: 14, bottom: 24 };
const volumeHeight = 62;

export function priceChart(state) {
  const surface = byId('price-chart');
  const explorer = new Explorer(surface, byId('price-reading'));
  const redraw = drawAtWidth(surface, width => draw(surface, explorer, state, width));
  state.watch(['rounds', 'community'], () => {
    redraw();
    describe(state);
  });
}

function draw(surface, explorer, state, width) {
  const { first, length, rounds } = state.day;
  const x = linear([first, first + length], [margin.left, width - margin.right]);
  const bottom = height - margin.bottom - volumeHeight - 16;
  const floor = height - margin.bottom;
  const y = linear(priceRange(rounds), [bottom, margin.top]);
  const volume = linear([0, Math.max(1000, ...rounds.map(round => round.volumeWh))], [0, volumeHeight]);

  const picture = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', focusable: 'false' },
    ...priceAxis(y, rounds, width),
    ...timeAxis(x, state, width),
    ...band(rounds, x, y),
    ...rounds.map(round => svg('rect', {
      class: 'volume', x: x(round.period) + 0.5, width: Math.max(1, x(1) - x(0) - 1),
      y: floor - volume(round.volumeWh), height: volume(round.volumeWh),
    })),
    svg('line', { class: 'axis', x1: margin.left, x2: width - margin.right, y1: floor, y2: floor }),
    svg('text', { class: 'unit', x: margin.left + 4, y: margin.top - 3 }, 'ct/kWh'),
    svg('text', { class: 'unit', x: margin.left + 4, y: floor - volumeHeight - 3 }, 'kWh traded'),
    ...priceSteps(rounds, x, y));
  surface.replaceChildren(picture);

  explorer.show(picture, {
    items: rounds,
    positionOf: round => x(round.period + 0.5),
    mark: round => [
      svg('rect', { class: 'cursor', x: x(round.period), width: x(1) - x(0), y: margin.top, height: floor - margin.top }),
      round.priceMicroEurPerKWh === null ? null
        : svg('circle', { class: 'point', cx: x(round.period + 0.5), cy: y(round.priceMicroEurPerKWh), r: 4.5 }),
    ],
    reading: round => reading(round, state),
  });
}

// Around every price that is shown, with a little air; zero is not forced in, prices may be far from it or below.
function priceRange(rounds) {
  const prices = rounds
    .flatMap(round => [round.priceMicroEurPerKWh, round.supplierImportMicroEurPerKWh, round.supplierExportMicroEurPerKWh])
    .filter(value => value !== null && value !== undefined);
  if (prices.length === 0) {
    return [0, 300_000];
  }
  const low = Math.min(...prices);
  const high = Math.max(...prices);
  const air = Math.max(10_000, (high - low) * 0.12);
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

function priceAxis(y, rounds, width) {
  const [low, high] = priceRange(rounds);
  return ticks(low, high, 5).flatMap(value => [
    svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
    svg('text', { class: 'tick', x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, String(Math.round(value / 1000) / 10)),
  ]);
}

function timeAxis(x, state, width) {
  const { first, length } = state.day;
  const hours = width < 460 ? 6 : 3;
  const perHour = 3600 / state.periodSeconds;
  const marks = [];
  for (let period = Math.ceil(first / perHour) * perHour; period <= first + length; period += perHour) {
    if (Number.parseInt(periodTime(period, state.periodSeconds), 10) % hours === 0) {
      const centre = Math.min(x(period), width - margin.right - 14);
      marks.push(svg('line', { class: 'axis', x1: x(period), x2: x(period), y1: height - margin.bottom, y2: height - margin.bottom + 4 }));
      marks.push(svg('text', { class: 'tick', x: centre, y: height - 5, 'text-anchor': 'middle' }, periodTime(period, state.periodSeconds)));
    }
  }
  return marks;
}

// Between what the supplier pays and what it charges, a local price is better for both sides.
function band(rounds, x, y) {
  const known = rounds.filter(round => Number.isFinite(round.supplierImportMicroEurPerKWh) && Number.isFinite(round.supplierExportMicroEurPerKWh));
  if (known.length === 0) {
    return [];
  }
  const edge = pick => known.flatMap(round => [[x(round.period), y(pick(round))], [x(round.period + 1), y(pick(round))]]);
  const upper = edge(round => round.supplierImportMicroEurPerKWh);
  const lower = edge(round => round.supplierExportMicroEurPerKWh);
  return [
    svg('path', { class: 'band', d: `${polyline([...upper, ...lower.toReversed()])}Z` }),
    svg('path', { class: 'band-edge import', d: polyline(upper) }),
    svg('path', { class: 'band-edge export', d: polyline(lower) }),
  ];
}

// A run of traded periods is one line; a period without a price, or one that is missing, ends it.
function priceSteps(rounds, x, y) {
  const lines = [];
  let previous = null;
  for (const round of rounds) {
    if (round.priceMicroEurPerKWh === null) {
      continue;
    }
    if (previous !== round.period - 1) {
      lines.push([]);
    }
    const level = y(round.priceMicroEurPerKWh);
    lines.at(-1).push([x(round.period), level], [x(round.period + 1), level]);
    previous = round.period;
  }
  return lines.map(points => svg('path', { class: 'price-line', d: polyline(points) }));
}

function reading(round, state) {
  const settlement = round.settled ? (round.block === null ? 'settled' : `settled in block ${round.block}`) : 'not settled yet';
  return {
    title: periodTime(round.period, state.periodSeconds),
    lines: [
      ['Price', round.priceMicroEurPerKWh === null ? 'nothing traded' : price(round.priceMicroEurPerKWh)],
      ['Traded', `${energy(round.volumeWh)} in ${count(round.trades, 'trade')}`],
      ['Supplier', Number.isFinite(round.supplierImportMicroEurPerKWh)
        ? `sells at ${cents(round.supplierImportMicroEurPerKWh)}, buys at ${cents(round.supplierExportMicroEurPerKWh)}` : none],
      ['Bids', String(round.bids)],
      ['Chain', settlement],
    ],
  };
}

function describe(state) {
  const { rounds } = state.day;
  const traded = rounds.filter(round => round.priceMicroEurPerKWh !== null);
  byId('price-empty').hidden = rounds.length > 0;
  if (traded.length === 0) {
    setText(byId('price-summary'), rounds.length === 0 ? 'No round has been cleared yet.' : 'Nothing has traded yet.');
  } else {
    const lowest = traded.reduce((a, b) => b.priceMicroEurPerKWh < a.priceMicroEurPerKWh ? b : a);
    const highest = traded.reduce((a, b) => b.priceMicroEurPerKWh > a.priceMicroEurPerKWh ? b : a);
    setText(byId('price-summary'),
      `${traded.length} of ${rounds.length} periods traded. Lowest ${price(lowest.priceMicroEurPerKWh)} at ${periodTime(lowest.period, state.periodSeconds)}, `
      + `highest ${price(highest.priceMicroEurPerKWh)} at ${periodTime(highest.period, state.periodSeconds)}.`);
  }
  byId('price-table').replaceChildren(...tableRows(rounds.map(round => [
    periodTime(round.period, state.periodSeconds), cents(round.priceMicroEurPerKWh), kilowattHours(round.volumeWh),
    cents(round.supplierImportMicroEurPerKWh), cents(round.supplierExportMicroEurPerKWh), String(round.trades),
  ])));
}

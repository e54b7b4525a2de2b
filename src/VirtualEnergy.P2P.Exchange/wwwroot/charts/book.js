// The book as two staircases: what buyers would take at a price, what sellers would give, and where they cross.
import { byId, drawAtWidth, setText, svg, tableRows } from '../dom.js';
import { cents, energy, kilowattHours, periodTime, price } from '../format.js';
import { Explorer } from './explorer.js';
import { linear, polyline, ticks } from './scale.js';

const height = 320;
const margin = { left: 40, right: 14, top: 14, bottom: 24 };

export function bookChart(state) {
  const surface = byId('book-chart');
  const explorer = new Explorer(surface, byId('book-reading'));
  const redraw = drawAtWidth(surface, width => draw(surface, explorer, state.book, width));
  state.watch(['book', 'now', 'community'], () => {
    redraw();
    describe(state);
  });
}

function draw(surface, explorer, book, width) {
  const buy = staircase(book?.buy ?? []);
  const sell = staircase(book?.sell ?? []);
  const steps = [...buy, ...sell];
  const most = Math.max(1000, ...steps.map(step => step.to));
  const [low, high] = priceRange(steps);
  const x = linear([0, most * 1.03], [margin.left, width - margin.right]);
  const y = linear([low, high], [height - margin.bottom, margin.top]);

  const picture = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', focusable: 'false' },
    ...ticks(low, high, 6).flatMap(value => [
      svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
      svg('text', { class: 'tick', x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, String(Math.round(value / 1000) / 10)),
    ]),
    ...ticks(0, most, width < 360 ? 3 : 5).map(value =>
      svg('text', { class: 'tick', x: x(value), y: height - 5, 'text-anchor': 'middle' }, String(Math.round(value / 10) / 100))),
    svg('line', { class: 'axis', x1: margin.left, x2: width - margin.right, y1: height - margin.bottom, y2: height - margin.bottom }),
    svg('text', { class: 'unit', x: margin.left + 4, y: margin.top - 3 }, 'ct/kWh'),
    svg('text', { class: 'unit', x: width - margin.right, y: height - margin.bottom - 6, 'text-anchor': 'end' }, 'kWh'),
    ...curve(buy, 'demand', x, y, y(low)),
    ...curve(sell, 'supply', x, y, y(low)),
    ...crossing(book, x, y, width));
  surface.replaceChildren(picture);

  explorer.show(picture, {
    items: [...buy.map(step => ({ ...step, side: 'Demand' })), ...sell.map(step => ({ ...step, side: 'Supply' }))],
    positionOf: step => x((step.from + step.to) / 2),
    mark: step => [svg('line', {
      class: `step-mark ${step.side === 'Demand' ? 'demand' : 'supply'}`, x1: x(step.from), x2: x(step.to), y1: y(step.price), y2: y(step.price),
    })],
    reading: step => ({
      title: step.side,
      lines: [['Price', price(step.price)], ['At this price', energy(step.to - step.from)], ['Up to here', energy(step.to)]],
    }),
  });
}

// Steps in the book's order, each from the energy before it to the energy with it.
function staircase(steps) {
  let sum = 0;
  return steps.map(([level, amount]) => ({ price: level, from: sum, to: sum += amount }));
}

function priceRange(steps) {
  if (steps.length === 0) {
    return [0, 300_000];
  }
  const low = Math.min(...steps.map(step => step.price));
  const high = Math.max(...steps.map(step => step.price));
  const air = Math.max(10_000, (high - low) * 0.1);
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

function curve(steps, side, x, y, base) {
  if (steps.length === 0) {
    return [];
  }
  const points = steps.flatMap(step => [[x(step.from), y(step.price)], [x(step.to), y(step.price)]]);
  const area = [[x(0), base], ...points, [points.at(-1)[0], base]];
  return [
    svg('path', { class: `area ${side}`, d: `${polyline(area)}Z` }),
    svg('path', { class: `curve ${side}`, d: polyline(points) }),
  ];
}

function crossing(book, x, y, width) {
  if (!book || book.priceMicroEurPerKWh === null || book.volumeWh === 0) {
    return [];
  }
  const at = [x(book.volumeWh), y(book.priceMicroEurPerKWh)];
  const right = at[0] < width * 0.55;
  const label = { class: 'crossing-label', x: at[0] + (right ? 20 : -20), 'text-anchor': right ? 'start' : 'end' };
  // The curves open like a wedge on either side of the crossing: the label has its room there.
  return [
    svg('path', { class: 'guide', d: polyline([[margin.left, at[1]], at, [at[0], height - margin.bottom]]) }),
    svg('circle', { class: 'crossing', cx: at[0], cy: at[1], r: 6 }),
    svg('text', { ...label, y: at[1] - 3 }, price(book.priceMicroEurPerKWh)),
    svg('text', { ...label, class: 'crossing-label small', y: at[1] + 13 }, energy(book.volumeWh)),
  ];
}

function describe({ book, now, periodSeconds }) {
  const empty = !book || (book.buy.length === 0 && book.sell.length === 0);
  byId('book-empty').hidden = !empty;
  const open = book && now && book.period === now.openPeriod;
  setText(byId('book-caption'), book ? `${open ? 'Open round' : 'Last cleared round'}, delivery at ${periodTime(book.period, periodSeconds)}` : 'Waiting for bids');
  const total = steps => steps.reduce((sum, [, amount]) => sum + amount, 0);
  setText(byId('book-summary'), empty ? 'The book is empty.'
    : `Buyers ask for ${energy(total(book.buy))}, sellers offer ${energy(total(book.sell))}. `
      + (book.priceMicroEurPerKWh === null ? 'They do not meet.' : `They meet at ${price(book.priceMicroEurPerKWh)} with ${energy(book.volumeWh)}.`));
  byId('book-table').replaceChildren(...(empty ? [] : tableRows([
    ...staircase(book.buy).map(step => ['Buy', cents(step.price), kilowattHours(step.to - step.from), kilowattHours(step.to)]),
    ...staircase(book.sell).map(step => ['Sell', cents(step.price), kilowattHours(step.to - step.from), kilowattHours(step.to)]),
  ])));
}

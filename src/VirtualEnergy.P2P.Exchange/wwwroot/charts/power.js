// A unit's power over the last minutes: what is measured, the program, and the target that an order makes of it.
import { byId, drawAtWidth, setText, svg, tableRows } from '../dom.js';
import { timeOf } from '../format.js';
import { kilowatts, power, regulation, secondOf } from '../power.js';
import { Explorer } from './explorer.js';
import { linear, polyline, ticks } from './scale.js';

const height = 320;
const margin = { left: 52, right: 12, top: 22, bottom: 24 };
const [at, measured, baseline, target] = [0, 1, 2, 3];
const longestGap = 900_000;
const minute = 60_000;
const timeSteps = [10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400].map(seconds => seconds * 1000);

/** Draws the unit that select(state) gives, at most so many milliseconds of it. */
export function powerChart(state, select, longest = Infinity) {
  const surface = byId('power-chart');
  const explorer = new Explorer(surface, byId('power-reading'));
  const redraw = drawAtWidth(surface, width => draw(surface, explorer, recent(select(state), longest), width));
  state.watch(['units'], () => {
    redraw();
    describe(select(state), recent(select(state), longest));
  });
}

function draw(surface, explorer, samples, width) {
  const last = samples.at(-1)?.[at] ?? 0;
  const first = Math.min(samples[0]?.[at] ?? 0, last - 60_000);
  const x = linear([first, last], [margin.left, width - margin.right]);
  const y = linear(range(samples), [height - margin.bottom, margin.top]);
  const line = (index, name) => svg('path', { class: `power-line ${name}`, d: polyline(steps(samples, index, x, y)) });
  const picture = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', focusable: 'false' },
    ...ticks(...range(samples), 5).flatMap(value => [
      svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
      svg('text', { class: 'tick', x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, String(Math.round(value / 100) / 10)),
    ]),
    svg('text', { class: 'unit', x: margin.left + 4, y: margin.top - 8 }, 'kW, consumption is positive'),
    ...(samples.length > 0 ? timeAxis(x, first, last, width) : []),
    ...(samples.length > 1 ? [gap(samples, x, y), line(baseline, 'baseline'), line(target, 'target'), line(measured, 'measured')] : []));
  surface.replaceChildren(picture);
  explorer.show(picture, {
    items: samples.map(sample => ({ period: sample[at], sample })),
    positionOf: item => x(item.sample[at]),
    mark: ({ sample }) => [
      svg('line', { class: 'guide', x1: x(sample[at]), x2: x(sample[at]), y1: margin.top, y2: height - margin.bottom }),
      svg('circle', { class: 'point', cx: x(sample[at]), cy: y(sample[measured]), r: 4.5 }),
    ],
    reading: ({ sample }) => ({
      title: secondOf(sample[at]),
      lines: [
        ['Measured', power(sample[measured])], ['Program', power(sample[baseline])], ['Target', power(sample[target])],
        ['Asked for', regulation(sample[target] - sample[baseline])], ['Delivered', regulation(sample[measured] - sample[baseline])],
      ],
    }),
  });
}

// What came before a gap of a quarter of an hour is another story; it would squeeze what is shown.
function recent(unit, longest) {
  const all = unit?.samples ?? [];
  const samples = all.filter(sample => all.at(-1)[at] - sample[at] <= longest);
  const start = samples.findLastIndex((sample, place) => place > 0 && sample[at] - samples[place - 1][at] > longestGap);
  return start > 0 ? samples.slice(start) : samples;
}

function range(samples) {
  const values = samples.flatMap(sample => [sample[measured], sample[baseline], sample[target]]);
  if (values.length === 0) {
    return [0, 1000];
  }
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = Math.max(100, (high - low) * 0.15);
  return [low - air, high + air];
}

// What is measured is joined; program and target hold from one cycle to the next.
function steps(samples, index, x, y) {
  return index === measured
    ? samples.map(sample => [x(sample[at]), y(sample[index])])
    : samples.flatMap((sample, place) => place === 0
      ? [[x(sample[at]), y(sample[index])]] : [[x(sample[at]), y(samples[place - 1][index])], [x(sample[at]), y(sample[index])]]);
}

// Between program and target: what the order asks for.
function gap(samples, x, y) {
  return svg('path', { class: 'asked', d: `${polyline([...steps(samples, baseline, x, y), ...steps(samples, target, x, y).toReversed()])}Z` });
}

function timeAxis(x, first, last, width) {
  const room = width - margin.left - margin.right;
  const step = timeSteps.find(candidate => (last - first) / candidate <= Math.max(2, Math.floor(room / (candidate < minute ? 100 : 64)))) ?? timeSteps.at(-1);
  const labelOf = step < minute ? secondOf : timeOf;
  const zone = new Date(first).getTimezoneOffset() * minute; // hours are those of the reader's clock
  const marks = [];
  for (let instant = Math.ceil((first - zone) / step) * step + zone; instant <= last; instant += step) {
    marks.push(svg('line', { class: 'axis', x1: x(instant), x2: x(instant), y1: height - margin.bottom, y2: height - margin.bottom + 4 }));
    if (x(instant) > margin.left + 24 && x(instant) < width - margin.right - 24) {
      marks.push(svg('text', { class: 'tick', x: x(instant), y: height - 5, 'text-anchor': 'middle' }, labelOf(instant)));
    }
  }
  return marks;
}

function describe(unit, samples) {
  byId('power-empty').hidden = samples.length > 1;
  const last = samples.at(-1);
  setText(byId('power-summary'), last
    ? `${unit.id} at ${secondOf(last[at])}: measured ${power(last[measured])}, program ${power(last[baseline])}, target ${power(last[target])}.`
    : 'Nothing has been measured yet.');
  byId('power-table').replaceChildren(...tableRows(samples.slice(-60).toReversed().map(sample =>
    [secondOf(sample[at]), kilowatts(sample[measured]), kilowatts(sample[baseline]), kilowatts(sample[target])])));
}

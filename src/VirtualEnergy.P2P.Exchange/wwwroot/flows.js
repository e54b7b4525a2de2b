// Where the energy of the last metered period came from and where it went: solar and supplier on the left, the local
// market in the middle, homes and supplier on the right. A ribbon's width is its energy.
import { byId, drawAtWidth, setText, svg, tableRows } from './dom.js';
import { energy, kilowattHours, periodTime } from './format.js';

const height = 292;
const top = 34;
const gap = 46;
const node = 14;

export function flowDiagram(state) {
  const surface = byId('flow-chart');
  const redraw = drawAtWidth(surface, width => draw(surface, state.flows, width));
  state.watch(['flows', 'community'], () => {
    redraw();
    describe(state);
  });
}

// What a home uses of its own production is what is left of it after both sales. Discharged batteries can sell more than
// was produced just now; then nothing is left.
function ribbonsOf(flows) {
  const own = Math.max(0, flows.productionWh - flows.localWh - flows.exportWh);
  return [
    { from: 'solar', to: 'homes', value: own, kind: 'sun', text: 'own use' },
    { from: 'solar', to: 'market', value: flows.localWh, kind: 'local', text: 'sold locally' },
    { from: 'market', to: 'homes', value: flows.localWh, kind: 'local', text: 'bought locally' },
    { from: 'solar', to: 'grid', value: flows.exportWh, kind: 'sun', text: 'sold to the supplier' },
    { from: 'supplier', to: 'homes', value: flows.importWh, kind: 'grid', text: 'bought from the supplier' },
  ].filter(ribbon => ribbon.value > 0);
}

function draw(surface, flows, width) {
  const ribbons = flows ? ribbonsOf(flows) : [];
  if (ribbons.length === 0) {
    surface.replaceChildren();
    return;
  }
  const sum = (side, name) => ribbons.filter(ribbon => ribbon[side] === name).reduce((total, ribbon) => total + ribbon.value, 0);
  const left = sum('from', 'solar') + sum('from', 'supplier');
  const right = sum('to', 'homes') + sum('to', 'grid');
  const scale = (height - top - gap - 12) / Math.max(left, right);
  const thick = value => Math.max(1.5, value * scale);

  const nodes = {
    solar: { x: 0, y: top, size: thick(sum('from', 'solar')), label: 'Solar', value: sum('from', 'solar'), kind: 'sun' },
    supplier: { x: 0, size: thick(sum('from', 'supplier')), label: 'From the supplier', value: sum('from', 'supplier'), kind: 'grid' },
    market: { x: (width - node) / 2, size: thick(sum('to', 'market')), label: 'Local market', value: sum('to', 'market'), kind: 'local' },
    homes: { x: width - node, y: top, size: thick(sum('to', 'homes')), label: 'Homes', value: sum('to', 'homes'), kind: 'home' },
    grid: { x: width - node, size: thick(sum('to', 'grid')), label: 'To the supplier', value: sum('to', 'grid'), kind: 'grid' },
  };
  nodes.supplier.y = nodes.solar.value > 0 ? height - 6 - nodes.supplier.size : top;
  nodes.grid.y = nodes.homes.value > 0 ? height - 6 - nodes.grid.size : top;
  // Between the ribbons that pass above and below it, so that they need not cross its label.
  nodes.market.y = Math.min(height - 12 - nodes.market.size, Math.max(top + gap / 2 + thick(sum('from', 'solar') - sum('to', 'market')) / 2, (height - nodes.market.size) / 2));

  const used = new Map();
  const take = (name, side, size) => {
    const key = `${name} ${side}`;
    const offset = used.get(key) ?? 0;
    used.set(key, offset + size);
    return nodes[name].y + offset;
  };
  surface.replaceChildren(svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', focusable: 'false' },
    ...ribbons.map(ribbon => {
      const size = thick(ribbon.value);
      const start = [nodes[ribbon.from].x + node, take(ribbon.from, 'out', size)];
      const end = [nodes[ribbon.to].x, take(ribbon.to, 'in', size)];
      return svg('path', { class: `ribbon ${ribbon.kind}`, d: shape(start, end, size) });
    }),
    ...Object.values(nodes).filter(({ value }) => value > 0).flatMap(place => drawNode(place, width))));
}

function shape([x1, y1], [x2, y2], size) {
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}L${x2} ${y2 + size}C${middle} ${y2 + size} ${middle} ${y1 + size} ${x1} ${y1 + size}Z`;
}

function drawNode({ x, y, size, label, value, kind }, width) {
  const anchor = x === 0 ? 'start' : x > width / 2 ? 'end' : 'middle';
  const at = { start: x, middle: x + node / 2, end: x + node }[anchor];
  return [
    svg('rect', { class: `node ${kind}`, x, y, width: node, height: size, rx: Math.min(4, size / 2) }),
    svg('text', { class: 'node-label', x: at, y: y - 20, 'text-anchor': anchor }, label),
    svg('text', { class: 'node-value', x: at, y: y - 6, 'text-anchor': anchor }, energy(value)),
  ];
}

function describe({ flows, periodSeconds }) {
  byId('flow-empty').hidden = flows !== null;
  setText(byId('flow-caption'), flows ? `Metered, period from ${periodTime(flows.period, periodSeconds)}` : 'Waiting for the first meter readings');
  setText(byId('flow-summary'), !flows ? 'No period has been metered yet.'
    : `Homes used ${energy(flows.consumptionWh)}; solar made ${energy(flows.productionWh)}. `
      + `${energy(flows.localWh)} changed hands locally, ${energy(flows.importWh)} came from the supplier, ${energy(flows.exportWh)} went to it.`);
  byId('flow-table').replaceChildren(...(flows ? tableRows([
    ['Used by homes', kilowattHours(flows.consumptionWh)],
    ['Made by solar', kilowattHours(flows.productionWh)],
    ['Traded locally', kilowattHours(flows.localWh)],
    ['Bought from the supplier', kilowattHours(flows.importWh)],
    ['Sold to the supplier', kilowattHours(flows.exportWh)],
  ]) : []));
}

// Where the energy of the last metered period came from and where it went: solar, storage and supplier on the left, the local
// market in the middle, homes, storage and supplier on the right. A ribbon's width is its energy.
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

// Only sums are metered: what solar and batteries gave together is shared out in proportion. A battery fills from solar first,
// then from the supplier, the market and other batteries.
function ribbonsOf(flows) {
  const given = flows.productionWh + flows.dischargeWh;
  const solar = given > 0 ? flows.productionWh / given : 1;
  const own = Math.max(0, given - flows.localWh - flows.exportWh);
  let wanted = flows.chargeWh;
  const intoStorage = offered => {
    const taken = Math.min(offered, wanted);
    wanted -= taken;
    return taken;
  };
  const sources = [['solar', own * solar, 'sun'], ['supplier', flows.importWh, 'grid'], ['market', flows.localWh, 'local'], ['storage', own * (1 - solar), 'store']]
    .map(([from, value, kind]) => ({ from, value, kind, stored: intoStorage(value) }));
  const byName = name => sources.find(source => source.from === name);
  const used = name => ({ from: name, to: 'homes', value: byName(name).value - byName(name).stored, kind: byName(name).kind });
  const stored = name => ({ from: name, to: 'charging', value: byName(name).stored, kind: byName(name).kind });
  return [
    used('solar'),
    { from: 'solar', to: 'market', value: flows.localWh * solar, kind: 'local' },
    stored('solar'),
    { from: 'solar', to: 'grid', value: flows.exportWh * solar, kind: 'sun' },
    used('storage'),
    { from: 'storage', to: 'market', value: flows.localWh * (1 - solar), kind: 'local' },
    stored('storage'),
    { from: 'storage', to: 'grid', value: flows.exportWh * (1 - solar), kind: 'store' },
    used('market'),
    stored('market'),
    used('supplier'),
    stored('supplier'),
  ].filter(ribbon => ribbon.value > 0.5);
}

function draw(surface, flows, width) {
  const ribbons = flows ? ribbonsOf(flows) : [];
  if (ribbons.length === 0) {
    surface.replaceChildren();
    return;
  }
  const sum = (side, name) => ribbons.filter(ribbon => ribbon[side] === name).reduce((total, ribbon) => total + ribbon.value, 0);
  const sides = { from: ['solar', 'storage', 'supplier'], to: ['homes', 'charging', 'grid'] };
  const present = side => sides[side].filter(name => sum(side, name) > 0);
  const total = side => sides[side].reduce((value, name) => value + sum(side, name), 0);
  const gaps = Math.max(1, present('from').length - 1, present('to').length - 1) * gap;
  const scale = (height - top - gaps - 12) / Math.max(total('from'), total('to'));
  const thick = value => Math.max(1.5, value * scale);

  const place = (side, name, label, kind) => ({
    x: side === 'from' ? 0 : width - node, y: top, size: thick(sum(side, name)), label, value: sum(side, name), kind,
  });
  const nodes = {
    solar: place('from', 'solar', 'Solar', 'sun'),
    storage: place('from', 'storage', 'From storage', 'store'),
    supplier: place('from', 'supplier', 'From the supplier', 'grid'),
    market: { ...place('to', 'market', 'Local market', 'local'), x: (width - node) / 2 },
    homes: place('to', 'homes', 'Homes', 'home'),
    charging: place('to', 'charging', 'Into storage', 'store'),
    grid: place('to', 'grid', 'To the supplier', 'grid'),
  };
  for (const side of ['from', 'to']) {
    const [first, ...others] = present(side);
    let y = top + (first ? nodes[first].size : 0);
    for (const name of others) {
      nodes[name].y = y + gap;
      y += gap + nodes[name].size;
    }
  }
  for (const name of ['supplier', 'grid']) {
    nodes[name].y = nodes[name].y > top ? height - 6 - nodes[name].size : top;
  }
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
    : `Homes used ${energy(flows.consumptionWh)}; solar made ${energy(flows.productionWh)}, batteries gave ${energy(flows.dischargeWh)} and took ${energy(flows.chargeWh)}. `
      + `${energy(flows.localWh)} changed hands locally, ${energy(flows.importWh)} came from the supplier, ${energy(flows.exportWh)} went to it.`);
  byId('flow-table').replaceChildren(...(flows ? tableRows([
    ['Used by homes', kilowattHours(flows.consumptionWh)],
    ['Made by solar', kilowattHours(flows.productionWh)],
    ['Given by storage', kilowattHours(flows.dischargeWh)],
    ['Taken by storage', kilowattHours(flows.chargeWh)],
    ['Traded locally', kilowattHours(flows.localWh)],
    ['Bought from the supplier', kilowattHours(flows.importWh)],
    ['Sold to the supplier', kilowattHours(flows.exportWh)],
  ]) : []));
}

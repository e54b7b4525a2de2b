// The community as a power plant: what the balancing service provider's gateway measures, owes, has moved, was paid and has paid to homes, read from the gateway itself. Without one there is no card.
import { powerChart } from './charts/power.js';
import { Connection } from './connection.js';
import { byId, html, nameOf, setText } from './dom.js';
import { count, energy, kilowattHours, money, none, shortened } from './format.js';
import { power, regulation, secondOf } from './power.js';
import { UnitState } from './unit-state.js';

const messages = ['tick', 'orders', 'offers', 'statements', 'money'];
const shownHomes = 12;
const lastHour = 3_600_000;

export function powerPlant(market) {
  let isOpen = false;
  market.watch(['community'], () => {
    const address = market.community?.powerPlant;
    if (address && !isOpen) {
      isOpen = true;
      open(new URL(address));
    }
  });
}

function open(address) {
  const state = new UnitState();
  const at = path => new URL(path, address).href;
  const source = { hub: at('/hub/bsp'), snapshot: at('/api/snapshot'), messages, isElsewhere: true };
  const connection = new Connection(state, current => showCaption(state, current), source);
  byId('plant').hidden = false;
  byId('plant-page').href = address.href;
  powerChart(state, unitOf, lastHour);
  state.watch(['units', 'orders'], () => showOrder(state));
  state.watch(['units', 'offers'], () => showSold(state));
  state.watch(['statements', 'money'], () => showMoney(state));
  state.watch(['moved'], () => showHomes(state));
  state.watch(['name', 'profile'], () => showCaption(state, connection));
  connection.run();
}

const unitOf = state => state.units[0];

function showCaption(state, connection) {
  const unit = unitOf(state);
  setText(byId('plant-caption'), connection.status !== 'live' ? `The gateway is ${connection.status}`
    : unit ? `${state.parts.name}: unit ${unit.id} for the system operator, by the rules of ${state.parts.profile}` : state.parts.name ?? '');
  byId('plant').dataset.status = connection.status;
}

function showOrder(state) {
  const unit = unitOf(state);
  const order = (state.parts.orders ?? []).find(one => one.kind === 'regulation' && one.state !== 'refused');
  const asked = unit ? unit.targetWatts - unit.baselineWatts : 0;
  figure('plant-order', unit?.hasOrder ? regulation(unit.setPointWatts) : order ? regulation(order.watts) : none, unit?.hasOrder ? unit.setPointWatts : order?.watts);
  setText(byId('plant-order-note'), unit?.hasOrder && order?.end ? `in force until ${secondOf(order.end).slice(0, 5)}`
    : order ? `of ${secondOf(order.start ?? order.at).slice(0, 5)}, it is over` : 'the system operator has asked for nothing');
  figure('plant-delivered', unit ? regulation(unit.measuredWatts - unit.baselineWatts) : none, unit ? unit.measuredWatts - unit.baselineWatts : null);
  setText(byId('plant-asked'), unit?.missingWatts > 0 ? `${power(unit.missingWatts)} are missing` : asked === 0 ? 'nothing is due' : `due: ${regulation(asked)}`);
}

// Of the period that is running, or else the next one that was sold: what the market took, all steps together.
function showSold(state) {
  const sold = new Map();
  for (const offer of state.parts.offers ?? []) {
    if (offer.acceptedWatts) {
      const key = `${offer.start} ${offer.direction}`;
      sold.set(key, { start: offer.start, direction: offer.direction, watts: (sold.get(key)?.watts ?? 0) + offer.acceptedWatts });
    }
  }
  const [first] = [...sold.values()].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  const periods = new Set([...sold.values()].map(one => one.start)).size;
  figure('plant-sold', first ? `${first.direction} ${power(first.watts)}` : none, first?.watts);
  setText(byId('plant-sold-note'), first ? `from ${secondOf(first.start).slice(0, 5)}, in ${count(periods, 'period')}` : 'nothing is sold ahead');
}

function showMoney(state) {
  const rows = state.parts.statements ?? [];
  const sum = pick => rows.reduce((all, row) => all + row[pick], 0);
  figure('plant-energy', rows.length > 0 ? energy(sum('deliveredWh')) : none, rows.length > 0 ? sum('deliveredWh') : null);
  setText(byId('plant-energy-note'), rows.length > 0 ? `of ${kilowattHours(sum('orderedWh'))} kWh ordered, in ${count(rows.length, 'period')}` : 'no period is settled yet');
  const paid = state.parts.money;
  figure('plant-money', paid && rows.length > 0 ? money(paid.cashMicroEur) : none, paid?.cashMicroEur);
  setText(byId('plant-money-note'), paid && rows.length > 0 ? `from the system operator; ${money(paid.membersMicroEur)} of it to homes` : 'paid as bid, once it is settled');
  byId('plant-paid-part').hidden = (paid?.paidMicroEur ?? null) === null;
  figure('plant-paid', paid?.payments > 0 ? money(paid.paidMicroEur) : none, paid?.paidMicroEur);
  setText(byId('plant-paid-note'), paid?.payments > 0 ? `into homes' balances, in ${count(paid.payments, 'transaction')}, the last ${shortened(paid.transaction)}` : 'homes are paid by statement');
  byId('plant-paid-note').title = paid?.transaction ?? '';
}

function showHomes(state) {
  const moved = (state.parts.moved ?? []).slice(0, shownHomes);
  const most = Math.max(1, ...moved.map(home => Math.abs(home.wattHours)));
  byId('plant-homes-empty').hidden = moved.length > 0;
  byId('plant-homes-scroll').hidden = moved.length === 0;
  byId('plant-homes').replaceChildren(...moved.map(home => {
    const bar = html('span', {});
    bar.style.width = `${100 * Math.abs(home.wattHours) / most}%`;
    return html('li', { class: 'mover', 'data-testid': 'plant-home', 'data-home': home.home, 'data-watts': home.watts, 'data-watt-hours': home.wattHours },
      nameOf(home.name),
      html('span', { class: 'figures' }, html('b', {}, energy(Math.abs(home.wattHours))), home.wattHours < 0 ? ' less' : ' more', home.watts === 0 ? '' : `, now ${power(Math.abs(home.watts))}`),
      html('div', { class: 'bar-of', 'aria-hidden': 'true' }, bar));
  }));
}

function figure(id, text, value) {
  setText(byId(id), text);
  byId(id).dataset.value = value ?? '';
}

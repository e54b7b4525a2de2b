// The log of orders, newest first: what was asked, what was answered and why, what has become of it.
import { byId, html, setText } from './dom.js';
import { count, money, number } from './format.js';
import { power, regulation, secondOf } from './power.js';

const states = {
  received: 'received', accepted: 'accepted', ramping: 'ramping', holding: 'holding', released: 'released', revoked: 'revoked', expired: 'expired', refused: 'refused',
  sent: 'sent', confirmed: 'confirmed', failed: 'failed',
};
const active = new Set(['accepted', 'ramping', 'holding']);

const isActive = order => active.has(order.state);

/** Lists the orders, and says of how many counts(order) holds; an operator knows only what was confirmed. */
export function orderLog(state, said = 'in force', counts = isActive) {
  state.watch(['orders'], () => {
    const orders = state.parts.orders ?? [];
    byId('orders-empty').hidden = orders.length > 0;
    byId('orders-scroll').hidden = orders.length === 0;
    byId('orders').replaceChildren(...orders.map(row));
    const running = orders.filter(counts).length;
    setText(byId('orders-caption'), orders.length === 0 ? 'Nothing was asked for yet' : `${count(orders.length, 'order')}, ${number(running)} ${said}`);
  });
}

function row(order) {
  return html('li', { class: 'order', 'data-testid': 'order', 'data-order': order.id, 'data-state': order.state },
    html('time', {}, secondOf(order.at)),
    html('p', { class: 'what' }, html('span', {}, words(order)), ' ', html('span', { class: 'way' }, `${order.unit}, by ${order.way}`)),
    html('p', { class: `state ${isActive(order) ? 'on' : 'off'} ${order.state}` }, states[order.state] ?? order.state),
    html('p', { class: 'terms' }, terms(order)));
}

function words(order) {
  switch (order.kind) {
    case 'limitation': return `Inject at most ${power(-order.watts)}`;
    case 'lift': return 'Lift the limitation';
    case 'revocation': return 'Revoke the order in force';
    default: return `Regulate ${regulation(order.watts)}`;
  }
}

function terms(order) {
  const parts = [];
  if (order.reason) {
    parts.push(order.reason);
  }
  if (order.end && order.state !== 'refused') {
    parts.push(`until ${secondOf(order.end)}`);
  }
  if (Number.isFinite(order.homes)) {
    parts.push(`${count(order.homes, 'home')} told${Number.isFinite(order.lastSetPointMilliseconds) ? `, the last after ${number(order.lastSetPointMilliseconds)} ms` : ''}`);
  }
  if (Number.isFinite(order.deliveredWh)) {
    parts.push(`delivered ${number(order.deliveredWh / 1000, 2)} kWh of ${number(order.orderedWh / 1000, 2)}`);
  }
  if (Number.isFinite(order.cashMicroEur)) {
    parts.push(money(order.cashMicroEur));
  }
  return parts.join(' · ');
}

// A customer's page: the set-points that came from the aggregator, and what the homes make of them. Asked for once a second.
import { byId, html, nameOf, setText } from './dom.js';
import { count, none, number } from './format.js';
import { kilowatts, power, regulation, secondOf } from './power.js';
import { themeButton } from './theme-button.js';

const every = 1000;
const customer = () => decodeURIComponent(location.hash.slice(1));

async function refresh() {
  try {
    const address = customer() === '' ? '/api/customers' : `/api/customers/${encodeURIComponent(customer())}`;
    byId('data').href = address;
    const response = await fetch(address, { cache: 'no-store' });
    if (!response.ok) {
      throw new Error(response.status === 404 ? `There is no customer ${customer()}.` : `The gateway answered with ${response.status}.`);
    }
    const answer = await response.json();
    if (Array.isArray(answer)) {
      list(answer);
    } else {
      show(answer);
    }
  } catch (error) {
    setText(byId('homes-caption'), error instanceof TypeError ? 'The gateway does not answer; asked again every second' : error.message);
  }
  setTimeout(refresh, every);
}

// Without a name in the address: which customers there are.
function list(customers) {
  setText(byId('homes-caption'), 'Choose a customer');
  byId('homes').replaceChildren(...customers.map(one => html('tr', {},
    html('th', { scope: 'row' }, html('a', { href: `#${encodeURIComponent(one.id)}` }, nameOf(one.id))), html('td', { colspan: 5 }, one.isUp ? 'connected' : 'away'))));
}

function show(answer) {
  setText(byId('name'), answer.id);
  document.title = `${answer.id} · VirtualEnergy P2P`;
  setText(byId('date'), `unit ${answer.unit}, ${secondOf(answer.time)}`);
  const fresh = answer.homes.filter(home => home.isFresh);
  const sum = (homes, pick) => homes.reduce((total, home) => total + (pick(home) ?? 0), 0);
  const asked = sum(answer.homes, home => home.setPointWatts);
  const delivered = sum(fresh, home => home.measuredWatts - home.baselineWatts);
  setText(byId('measured'), kilowatts(sum(fresh, home => home.measuredWatts)));
  byId('measured').dataset.value = sum(fresh, home => home.measuredWatts);
  setText(byId('measured-note'), `program ${power(sum(fresh, home => home.baselineWatts))}; consumption is positive`);
  const moving = answer.homes.filter(home => home.setPointWatts).length;
  setText(byId('order-title'), moving === 0 ? 'No set-point in force' : `Set-points at ${count(moving, 'home')}`);
  setText(byId('order-note'), moving === 0 ? 'Every home runs by its program' : 'Each is told how far to move from its program');
  byId('delivery').firstElementChild.style.width = `${asked === 0 ? 0 : Math.max(0, Math.min(100, 100 * delivered / asked))}%`;
  setText(byId('asked'), regulation(asked));
  byId('asked').dataset.value = asked;
  setText(byId('delivered'), regulation(delivered));
  setText(byId('link'), answer.isUp ? 'connected' : 'away');
  setText(byId('up'), power(sum(fresh, home => home.upWatts)));
  setText(byId('down'), power(sum(fresh, home => home.downWatts)));
  setText(byId('fresh'), number(fresh.length));
  setText(byId('fresh-of'), `of ${number(answer.homes.length)}`);
  setText(byId('homes-caption'), `${count(answer.homes.length, 'home')} behind this customer's telecontrol unit`);
  byId('homes').replaceChildren(...answer.homes.map(home => html('tr', { 'data-testid': 'home', 'data-home': home.id, 'data-set-point': home.setPointWatts ?? '' },
    html('th', { scope: 'row' }, nameOf(home.name)),
    ...[home.isFresh ? kilowatts(home.measuredWatts) : none, home.isFresh ? kilowatts(home.baselineWatts) : none,
      home.setPointWatts ? regulation(home.setPointWatts) : none, power(home.upWatts), power(home.downWatts)].map(text => html('td', {}, text)))));
}

themeButton(byId('theme'));
refresh();

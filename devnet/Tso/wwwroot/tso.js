// The simulated system operator's page: what the aggregator sends, and the commands to it.
import { powerChart } from './charts/power.js';
import { byId, html, setText } from './dom.js';
import { none, number } from './format.js';
import { linkList } from './links.js';
import { orderLog } from './orders.js';
import { startPage } from './page.js';
import { regulation } from './power.js';
import { unitHeadline } from './unit.js';

let chosen = null;
const select = state => state.units.find(unit => unit.id === chosen) ?? state.units[0];

function telemetryFigure(state) {
  let counted = 0;
  state.watch(['units', 'links'], () => {
    const unit = select(state);
    counted = Math.max(counted, unit?.samples.length ?? 0);
    setText(byId('sets'), number(counted));
    setText(byId('sets-note'), state.parts.links?.[0]?.note ?? '');
    setText(byId('in-force'), unit ? regulation(unit.setPointWatts) : none);
    byId('in-force').dataset.value = unit?.setPointWatts ?? '';
  });
}

function commands(state) {
  const unit = byId('command-unit');
  const view = byId('unit-select');
  state.watch(['units'], () => {
    const ids = state.units.map(candidate => candidate.id);
    byId('unit-choice').hidden = ids.length < 2;
    for (const list of [unit, view]) {
      if (list.dataset.ids !== ids.join()) {
        list.dataset.ids = ids.join();
        list.replaceChildren(...ids.map(id => html('option', { value: id }, id)));
      }
    }
  });
  view.addEventListener('change', () => {
    chosen = view.value;
    state.apply('units', state.units);
  });
  byId('command').addEventListener('submit', event => {
    event.preventDefault();
    send(unit.value);
  });
}

async function send(unit) {
  const kind = byId('command-kind').value;
  const watts = Math.round(Number(byId('command-power').value) * 1000);
  const regulates = kind === 'up' || kind === 'down';
  const wish = {
    unit,
    kind: regulates ? 'regulation' : kind,
    // Upward is less consumption; what may be injected at most is the lowest power. Minus zero is no number of the API.
    watts: (kind === 'down' ? watts : regulates || kind === 'limitation' ? -watts : 0) || 0,
    way: byId('command-way').value,
    holdSeconds: Math.round(Number(byId('command-hold').value) * 60),
  };
  const answer = byId('command-answer');
  try {
    const response = await fetch('/api/commands', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wish) });
    const said = await response.json();
    answer.dataset.outcome = response.ok && said.state === 'confirmed' ? 'confirmed' : 'refused';
    setText(answer, response.ok ? `${said.id} was ${said.state}${said.reason ? `: ${said.reason.replace(/\.$/, '')}` : ''}.` : said.detail);
  } catch {
    answer.dataset.outcome = 'refused';
    setText(answer, 'The simulation does not answer.');
  }
}

startPage({ hub: '/hub/tso', snapshot: '/api/snapshot', messages: ['orders', 'links'] }, 'Simulated TSO',
  [commands, state => unitHeadline(state, select), telemetryFigure, state => powerChart(state, select), state => orderLog(state, 'confirmed', order => order.state === 'confirmed'), linkList]);

// The aggregator's page: a unit against its target, who moves, what was offered, and the money.
import { powerChart } from './charts/power.js';
import { byId, html, setText } from './dom.js';
import { count, number } from './format.js';
import { linkList } from './links.js';
import { moverTable, offerTable, statementTable } from './tables.js';
import { orderLog } from './orders.js';
import { startPage } from './page.js';
import { unitHeadline } from './unit.js';

let chosen = null;
const select = state => state.units.find(unit => unit.id === chosen) ?? state.units[0];

function unitChoice(state) {
  const list = byId('unit-select');
  list.addEventListener('change', () => {
    chosen = list.value;
    state.apply('units', state.units);
  });
  state.watch(['units'], () => {
    byId('unit-choice').hidden = state.units.length < 2;
    const ids = state.units.map(unit => unit.id);
    if (list.dataset.ids !== ids.join()) {
      list.dataset.ids = ids.join();
      list.replaceChildren(...ids.map(id => html('option', { value: id }, id)));
    }
  });
}

function homesFigure(state) {
  state.watch(['units', 'links'], () => {
    const unit = select(state);
    setText(byId('fresh'), unit ? number(unit.freshHomes) : '–');
    byId('fresh').dataset.value = unit?.freshHomes ?? '';
    setText(byId('fresh-of'), unit ? `of ${number(unit.homes)}` : '');
    setText(byId('moving'), unit ? count(unit.movingHomes, 'home') : '–');
    byId('moving').dataset.value = unit?.movingHomes ?? '';
  });
}

startPage(
  { hub: '/hub/bsp', snapshot: '/api/snapshot', messages: ['orders', 'movers', 'offers', 'statements', 'links', 'money'] },
  'Aggregator',
  [unitChoice, state => unitHeadline(state, select), homesFigure, state => powerChart(state, select), orderLog, moverTable, offerTable, statementTable, linkList]);

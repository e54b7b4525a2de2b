// The viewer: one state, kept by the connection, shown by the panels.
import { chainPanel } from './chain.js';
import { bookChart } from './charts/book.js';
import { priceChart } from './charts/price.js';
import { Connection } from './connection.js';
import { dayDial } from './day.js';
import { byId, setText } from './dom.js';
import { flowDiagram } from './flows.js';
import { dayOf, age, startOf } from './format.js';
import { headline } from './headline.js';
import { powerPlant } from './plant.js';
import { memberTable } from './members.js';
import { State } from './state.js';
import { themeButton } from './theme-button.js';
import { statementDialog } from './statement.js';
import { tradeList } from './trades.js';

const statusTexts = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline' };

const state = new State();
const connection = new Connection(state, showConnection);

state.watch(['community', 'rounds', 'now'], () => {
  setText(byId('community'), state.community?.name ?? 'Local energy market');
  document.title = `${state.community?.name ?? 'Local energy market'} · VirtualEnergy P2P`;
  const period = state.now?.openPeriod ?? state.rounds.at(-1)?.period ?? null;
  setText(byId('date'), period === null ? '' : dayOf(startOf(period, state.periodSeconds)));
  document.body.dataset.loaded = state.loaded;
});
[headline, dayDial, priceChart, bookChart, flowDiagram, tradeList, memberTable, chainPanel, statementDialog, powerPlant].forEach(panel => panel(state));
themeButton(byId('theme'));
setInterval(() => showAge(connection), 1000);
connection.run();

function showConnection(current) {
  const pill = byId('connection');
  pill.dataset.status = current.status;
  setText(byId('connection-text'), statusTexts[current.status]);
  showAge(current);
}

// Told only while the page is not live: then it is what the reader must know about every figure.
function showAge(current) {
  const stale = current.status !== 'live' && current.heardAt !== null;
  setText(byId('connection-age'), stale ? `data ${age(Date.now() - current.heardAt)} old` : '');
}

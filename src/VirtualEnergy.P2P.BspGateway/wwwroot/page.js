// What every page of the gateway and of the simulated system operator has: a state, its connection, the bar, the theme.
import { Connection } from './connection.js';
import { byId, setText } from './dom.js';
import { age } from './format.js';
import { secondOf } from './power.js';
import { UnitState } from './unit-state.js';
import { themeButton } from './theme-button.js';

const statusTexts = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline' };

/** Starts a page: its panels are functions of the state. Source is a hub, a snapshot, and the messages that replace its parts. */
export function startPage(source, title, panels) {
  const state = new UnitState();
  const connection = new Connection(state, show, { ...source, messages: ['tick', ...source.messages] });
  state.watch(['name', 'units'], () => {
    setText(byId('name'), state.parts.name ?? title);
    document.title = `${state.parts.name ?? title} · VirtualEnergy P2P`;
    const last = Math.max(0, ...state.units.map(unit => unit.samples.at(-1)?.[0] ?? 0));
    setText(byId('date'), last > 0 ? `last cycle ${secondOf(last)}` : 'no cycle yet');
    document.body.dataset.loaded = state.loaded;
  });
  panels.forEach(panel => panel(state));
  themeButton(byId('theme'));
  setInterval(() => showAge(connection), 1000);
  connection.run();
  return state;
}

function show(current) {
  const pill = byId('connection');
  pill.dataset.status = current.status;
  setText(byId('connection-text'), statusTexts[current.status]);
  showAge(current);
}

function showAge(current) {
  const stale = current.status !== 'live' && current.heardAt !== null;
  setText(byId('connection-age'), stale ? `data ${age(Date.now() - current.heardAt)} old` : '');
}

// The members: a table that sorts by any column; on a phone each row is a card and the headings are sort buttons.
import { byId, html, nameOf, setText } from './dom.js';
import { count, kilowattHours, number } from './format.js';

const columns = [
  { key: 'name', label: 'Member', text: true, value: member => member.name || member.id },
  { key: 'online', label: 'State', value: member => member.online ? 1 : 0 },
  { key: 'balance', label: 'Balance', unit: '€', value: member => member.balanceMicroEur, show: wholeCents },
  { key: 'savings', label: 'Saved', unit: '€', value: member => member.savingsMicroEur, show: wholeCents },
  { key: 'bought', label: 'Bought', unit: 'kWh', value: member => member.boughtWh, show: kilowattHours },
  { key: 'sold', label: 'Sold', unit: 'kWh', value: member => member.soldWh, show: kilowattHours },
  { key: 'production', label: 'Produced', unit: 'kWh', value: member => member.productionWh, show: kilowattHours },
];

// Always two digits, so that a column stands in line.
function wholeCents(amount) {
  return number(amount / 1_000_000, 2);
}

export function memberTable(state) {
  let sorting = { key: 'name', descending: false };
  const headings = columns.map(column => heading(column, () => {
    // Names start at A, amounts at the largest.
    sorting = { key: column.key, descending: sorting.key === column.key ? !sorting.descending : !column.text };
    render();
  }));
  byId('member-headings').replaceChildren(...headings);

  const render = () => {
    const column = columns.find(candidate => candidate.key === sorting.key);
    headings.forEach((cell, index) => cell.setAttribute('aria-sort',
      columns[index] !== column ? 'none' : sorting.descending ? 'descending' : 'ascending'));
    byId('member-rows').replaceChildren(...sorted(state.members, column, sorting.descending).map(member => row(member)));
    byId('members-empty').hidden = state.members.length > 0;
    byId('members-table').hidden = state.members.length === 0;
    const online = state.members.filter(member => member.online).length;
    setText(byId('members-caption'), state.members.length === 0 ? 'Nobody has joined yet' : `${count(state.members.length, 'home')}, ${number(online)} online`);
  };
  state.watch(['members'], render);
}

function heading(column, sort) {
  const button = html('button', { type: 'button', 'data-testid': `sort-${column.key}` },
    column.label, column.unit ? html('span', { class: 'in-unit' }, ` ${column.unit}`) : null,
    html('span', { class: 'direction', 'aria-hidden': 'true' }));
  button.addEventListener('click', sort);
  return html('th', { scope: 'col', role: 'columnheader', class: column.text ? 'text' : column.key }, button);
}

function sorted(members, column, descending) {
  const byName = (a, b) => String(a.name).localeCompare(String(b.name), 'en', { numeric: true }) || (a.id < b.id ? -1 : 1);
  const compare = column.text ? byName : (a, b) => column.value(a) - column.value(b);
  return members.toSorted((a, b) => (descending ? compare(b, a) : compare(a, b)) || byName(a, b));
}

function row(member) {
  return html('tr', { role: 'row', 'data-testid': 'member', 'data-member': member.id },
    html('th', { scope: 'row', role: 'rowheader' }, html('a', { class: 'to-money', href: `/member.html#${member.id}` }, nameOf(member.name || member.id)), member.zone ? html('span', { class: 'zone' }, member.zone) : null,
      html('button', { type: 'button', class: 'open-statement', 'data-statement': member.id, 'data-testid': 'open-statement', 'aria-label': `Statement of ${member.name || member.id}` }, 'statement')),
    html('td', { role: 'cell', class: 'online' }, html('span', { class: member.online ? 'state on' : 'state off' }, member.online ? 'online' : 'offline')),
    ...columns.slice(2).map(column => html('td', {
      role: 'cell', class: column.key, 'data-label': column.label, 'data-unit': column.unit, 'data-value': column.value(member),
    }, html('span', { class: column.key === 'savings' && column.value(member) > 0 ? 'gain' : null }, column.show(column.value(member))))));
}

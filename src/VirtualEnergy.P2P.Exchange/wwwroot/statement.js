// A member's account in a dialog: fetched when it is opened, newest period first, and every balance as the chain has it.
import { byId, html, nameOf, setText } from './dom.js';
import { count, energy, kilowattHours, none, number, periodTime, dayOf, startOf, shortened } from './format.js';

const shownPeriods = 96;

const words = {
  trades: 'Trades', deviation: 'Deviation', deposit: 'Paid in', withdrawal: 'Withdrawal asked for', 'withdrawal-cancelled': 'Withdrawal cancelled', 'withdrawal-reduced': 'Withdrawal reduced',
  paid: 'Withdrawal paid', 'rolled-back': 'Trades undone', 'deviation-rolled-back': 'Deviation undone',
};

const sources = { reading: 'by reading', estimate: 'estimated', disputed: 'disputed, estimated' };

export function statementDialog(state) {
  const dialog = byId('statement');
  let asked = 0;

  byId('member-rows').addEventListener('click', event => {
    const opener = event.target.closest('[data-statement]');
    if (opener) {
      open(opener.dataset.statement);
    }
  });
  byId('statement-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', event => event.target === dialog && dialog.close());

  async function open(member) {
    const number = ++asked;
    show('Loading the account…', null);
    byId('statement-name').replaceChildren(nameOf(state.members.find(known => known.id === member)?.name || member));
    dialog.showModal();
    try {
      const last = state.now?.openPeriod ?? state.rounds.at(-1)?.period ?? 0;
      const answer = await fetch(`/api/members/${encodeURIComponent(member)}/statement?from=${Math.max(0, last - shownPeriods)}`);
      const statement = await answer.json();
      if (number === asked) {
        show(answer.ok ? null : statement.detail ?? 'The exchange has no statement of this member.', answer.ok ? statement : null);
      }
    } catch {
      if (number === asked) {
        show('The exchange does not answer. Try again in a moment.', null);
      }
    }
  }

  function show(message, statement) {
    setText(byId('statement-message'), message ?? '');
    byId('statement-message').hidden = message === null;
    byId('statement-body').hidden = statement === null;
    if (statement === null) {
      return;
    }

    const sum = kind => statement.entries.filter(entry => entry.kind === kind).reduce((total, entry) => total + entry.amountMicroEur, 0);
    const figures = [
      ['Balance on the chain', `€ ${exact(statement.chainMicroEur)}`],
      ['Trades', signed(sum('trades'))],
      ['Deviations', signed(sum('deviation'))],
      ['Not settled yet', signed(statement.pendingMicroEur - statement.committedMicroEur)],
      ...(statement.committedMicroEur === 0 ? [] : [['Committed, moves later', signed(statement.committedMicroEur)]]),
      ['Supplier, beside it', statement.supplierMicroEur === 0 ? none : signed(-statement.supplierMicroEur)],
    ];
    byId('statement-figures').replaceChildren(...figures.map(([label, value]) => html('div', {}, html('dt', {}, label), html('dd', {}, value))));
    const settled = statement.entries.filter(entry => entry.state === 'settled').length;
    const agrees = statement.closingMicroEur === statement.chainMicroEur;
    byId('statement-check').className = agrees ? 'caption' : 'caption wrong';
    setText(byId('statement-check'), agrees
      ? `${count(settled, 'entry').replace('entrys', 'entries')}, which add up to the chain's balance at block ${number(statement.block)}`
        + (statement.entries.length > settled ? `, and ${statement.entries.length - settled} that wait: with them € ${exact(statement.closingMicroEur + statement.pendingMicroEur)}` : '')
      : `The entries come to € ${exact(statement.closingMicroEur)}, and the chain says otherwise: ask the operator.`);
    byId('statement-rows').replaceChildren(
      ...statement.entries.toReversed().map(entry => row(entry, state.periodSeconds)),
      html('tr', { role: 'row' },
        html('th', { role: 'rowheader', scope: 'row', class: 'when' }, 'Before'), html('td', { role: 'cell', class: 'what' }, 'Opening balance'),
        html('td', { role: 'cell' }), html('td', { role: 'cell' }), html('td', { role: 'cell', 'data-label': 'Balance' }, exact(statement.openingMicroEur))));
  }
}

function row(entry, periodSeconds) {
  return html('tr', { role: 'row', 'data-testid': 'statement-entry', 'data-kind': entry.kind },
    html('th', { role: 'rowheader', scope: 'row', class: 'when', title: dayOf(startOf(entry.period, periodSeconds)) }, periodTime(entry.period, periodSeconds)),
    html('td', { role: 'cell', class: 'what' }, wordsFor(entry), note(entry, periodSeconds)),
    html('td', { role: 'cell', class: 'energy', 'data-label': 'Energy' }, energyOf(entry)),
    html('td', { role: 'cell', class: entry.amountMicroEur > 0 ? 'gain' : null, 'data-label': '€' }, entry.amountMicroEur === 0 ? none : signed(entry.amountMicroEur)),
    html('td', { role: 'cell', 'data-label': 'Balance' }, exact(entry.balanceMicroEur)));
}

function wordsFor(entry) {
  return entry.metered && entry.metered.position.deviationWh === 0 ? 'Metered as traded' : words[entry.kind] ?? entry.kind;
}

function note(entry, periodSeconds) {
  const parts = [];
  if (entry.metered) {
    parts.push(sources[entry.metered.position.source.kind] ?? entry.metered.position.source.kind);
    if (entry.metered.corrections.length > 0) {
      parts.push(`${count(entry.metered.corrections.length, 'earlier period')} corrected`);
    }
    if (entry.metered.position.unfundedWh !== 0) {
      parts.push('limited by her funds');
    }
  }
  if (entry.state === 'committed') {
    parts.push(`committed, money moves with ${periodTime(entry.movesWith, periodSeconds)}`);
  } else if (entry.state === 'pending') {
    parts.push('not settled yet');
  } else if (entry.kind === 'deposit' || entry.kind.startsWith('withdrawal') || entry.kind === 'paid') {
    parts.push(shortened(entry.transaction));
  }
  return parts.length > 0 ? html('span', { class: 'note' }, parts.join(', ')) : null;
}

function energyOf(entry) {
  if (entry.traded) {
    return entry.traded.boughtWh > 0 ? `bought ${energy(entry.traded.boughtWh)}` : entry.traded.soldWh > 0 ? `sold ${energy(entry.traded.soldWh)}` : none;
  }
  if (!entry.metered || entry.metered.position.deviationWh === 0) {
    return none;
  }
  const { deviationWh, matchedWh } = entry.metered.position;
  return `${deviationWh > 0 ? '+' : '−'}${energy(Math.abs(deviationWh))}${matchedWh > 0 ? `, ${kilowattHours(matchedWh)} balanced` : ''}`;
}

// All six digits: what is compared with the chain is not rounded.
function exact(amount) {
  const whole = Math.trunc(Math.abs(amount) / 1_000_000);
  return `${amount < 0 ? '−' : ''}${number(whole)}.${String(Math.abs(amount) % 1_000_000).padStart(6, '0')}`;
}

function signed(amount) {
  return amount > 0 ? `+${exact(amount)}` : exact(amount);
}

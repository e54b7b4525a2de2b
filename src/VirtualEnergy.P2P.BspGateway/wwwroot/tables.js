// Homes that move, offers, settled periods: each a table, each with words for when there is nothing.
import { byId, html, nameOf, setText } from './dom.js';
import { cents, count, euros, kilowattHours, none, number } from './format.js';
import { kilowatts, regulation, secondOf } from './power.js';

const cells = (...texts) => texts.map(text => html('td', {}, text));

function table(state, part, { empty, caption, row }) {
  state.watch([part], () => {
    const items = state.parts[part] ?? [];
    byId(`${part}-empty`).hidden = items.length > 0;
    byId(`${part}-scroll`).hidden = items.length === 0;
    byId(part).replaceChildren(...items.map(row));
    setText(byId(`${part}-caption`), items.length === 0 ? empty : caption(items));
  });
}

export function moverTable(state) {
  table(state, 'movers', {
    empty: 'Nobody is asked to move',
    caption: movers => `The ${count(movers.length, 'home')} that most is asked of`,
    row: mover => html('tr', { 'data-testid': 'mover', 'data-home': mover.home, 'data-asked': mover.askedWatts },
      html('th', { scope: 'row' }, html('a', { class: 'to-money', href: `/customer.html#${encodeURIComponent(mover.customer)}` }, nameOf(mover.name))),
      ...cells(regulation(mover.askedWatts), mover.confirmedWatts === null ? none : regulation(mover.confirmedWatts), regulation(mover.deliveredWatts), cents(mover.costMicroEurPerKWh))),
  });
}

export function offerTable(state) {
  table(state, 'offers', {
    empty: 'Nothing is offered',
    caption: offers => `${count(offers.length, 'step')}, paid as bid`,
    row: offer => html('tr', { 'data-testid': 'offer' },
      html('th', { scope: 'row' }, secondOf(offer.start).slice(0, 5)),
      ...cells(offer.direction, kilowatts(offer.watts), number(offer.priceMicroEurPerKWh / 1000, 2), offer.acceptedWatts === null ? none : kilowatts(offer.acceptedWatts),
        offer.reservedWh === null ? none : kilowattHours(offer.reservedWh))),
  });
}

export function statementTable(state) {
  table(state, 'statements', {
    empty: 'No period is settled yet',
    caption: statements => `${count(statements.length, 'period')}`,
    row: statement => html('tr', { 'data-testid': 'statement-row', 'data-cash': statement.cashMicroEur },
      html('th', { scope: 'row' }, secondOf(statement.start).slice(0, 5)),
      ...cells(kilowattHours(statement.orderedWh), kilowattHours(statement.deliveredWh), euros(statement.cashMicroEur), euros(statement.membersMicroEur), number(statement.homes))),
  });
}

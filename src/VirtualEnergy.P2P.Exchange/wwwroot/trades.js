// The last trades, newest first. A screen reader hears one sentence a round, not every trade.
import { byId, html, nameOf, setText } from './dom.js';
import { cents, count, energy, euros, kilowattHours, periodTime } from './format.js';

const shown = 40;
const quietFor = 4000;

export function tradeList(state) {
  const list = byId('trades');
  let announced = null;
  let spokenAt = 0;
  state.watch(['trades', 'members', 'community'], () => {
    const fresh = announced === null ? Infinity : announced;
    list.replaceChildren(...state.trades.slice(0, shown).map(trade => row(trade, state, trade.period > fresh)));
    byId('trades-empty').hidden = state.trades.length > 0;
    byId('trades-scroll').hidden = state.trades.length === 0;
    const newest = state.trades[0]?.period ?? null;
    if (announced !== null && newest !== null && newest > announced && Date.now() - spokenAt > quietFor) {
      spokenAt = Date.now();
      setText(byId('trades-news'), news(state.trades.filter(trade => trade.period === newest), state));
    }
    announced = newest ?? announced ?? (state.loaded ? 0 : null);
  });
}

function row(trade, state, fresh) {
  return html('li', {
    class: fresh ? 'trade fresh' : 'trade', 'data-testid': 'trade', 'data-period': trade.period, 'data-buyer': trade.buyer, 'data-seller': trade.seller,
    'data-energy-wh': trade.energyWh, 'data-price': trade.priceMicroEurPerKWh, 'data-amount': trade.amountMicroEur,
  },
    html('time', { datetime: new Date(trade.period * state.periodSeconds * 1000).toISOString() }, periodTime(trade.period, state.periodSeconds)),
    html('span', { class: 'parties' },
      nameOf(state.nameOf(trade.seller)), html('span', { class: 'arrow', 'aria-hidden': 'true' }, ' → '), html('span', { class: 'unseen' }, ' sells to '),
      nameOf(state.nameOf(trade.buyer))),
    html('span', { class: 'amount' }, `${kilowattHours(trade.energyWh)} kWh`),
    html('span', { class: 'terms' }, terms(trade), ...trade.quality.flatMap(word => [' ', html('span', { class: `quality ${word}` }, word)])));
}

// What the seller gets; what the buyer pays on top is named apart.
function terms(trade) {
  const onTop = [[trade.gridFeeMicroEurPerKWh, 'grid'], [trade.spreadMicroEurPerKWh, 'community']]
    .filter(([price]) => price > 0).map(([price, who]) => ` + ${cents(price)} ${who}`).join('');
  return `${cents(trade.priceMicroEurPerKWh)}${onTop} ct · € ${euros(trade.amountMicroEur)}`;
}

function news(trades, state) {
  const sum = trades.reduce((total, trade) => total + trade.energyWh, 0);
  return `${count(trades.length, 'trade')} for ${periodTime(trades[0].period, state.periodSeconds)}, ${energy(sum)} at ${cents(trades[0].priceMicroEurPerKWh)} cents.`;
}

// The figures one looks at first.
import { byId, html, setText } from './dom.js';
import { cents, count, euros, kilowattHours, none, percent, periodTime } from './format.js';

export function headline(state) {
  state.watch(['rounds', 'members', 'flows', 'community'], () => {
    figurePrice(state);
    const traded = state.day.rounds.reduce((sum, round) => sum + round.volumeWh, 0);
    figure('traded', kilowattHours(traded), traded);
    setText(byId('traded-note'), `in ${count(state.day.rounds.reduce((sum, round) => sum + round.trades, 0), 'trade')}, last 24 hours`);

    const savings = state.members.reduce((sum, member) => sum + member.savingsMicroEur, 0);
    figure('savings', euros(savings), savings);
    setText(byId('savings-note'), state.members.length > 0
      ? `€ ${euros(savings / state.members.length)} for each of ${count(state.members.length, 'home')}` : 'against buying from the supplier');
    figureSelfSufficiency(state.flows);
  });
}

function figure(id, text, value) {
  setText(byId(id), text);
  byId(id).dataset.value = value;
}

function figurePrice({ rounds, community, periodSeconds }) {
  const last = rounds.findLast(round => round.priceMicroEurPerKWh !== null);
  setText(byId('price'), last ? cents(last.priceMicroEurPerKWh) : none);
  byId('price').dataset.value = last?.priceMicroEurPerKWh ?? '';
  setText(byId('price-note'), last ? `cleared for ${periodTime(last.period, periodSeconds)}` : 'no trade yet');

  const low = last?.supplierExportMicroEurPerKWh ?? community?.supplier?.exportMicroEurPerKWh;
  const high = last?.supplierImportMicroEurPerKWh ?? community?.supplier?.importMicroEurPerKWh;
  const known = Number.isFinite(low) && Number.isFinite(high) && high > low;
  byId('range').hidden = !known;
  if (known) {
    setText(byId('range-low'), cents(low));
    setText(byId('range-high'), cents(high));
    byId('range-mark').hidden = !last;
    if (last) {
      byId('range-mark').style.left = `${Math.max(0, Math.min(100, 100 * (last.priceMicroEurPerKWh - low) / (high - low)))}%`;
    }
  }
}

function figureSelfSufficiency(flows) {
  const from = flows?.selfSufficiencyWithout ?? null;
  const to = flows?.selfSufficiencyWith ?? null;
  setText(byId('self-with'), to === null ? none : percent(to));
  byId('self-with').dataset.value = to ?? '';
  setText(byId('self-without'), from === null ? none : percent(from));
  byId('self-without').dataset.value = from ?? '';
  byId('self-bar').replaceChildren(
    html('span', { class: 'gained' }), html('span', { class: 'before' }));
  byId('self-bar').firstChild.style.width = `${100 * (to ?? 0)}%`;
  byId('self-bar').lastChild.style.width = `${100 * (from ?? 0)}%`;
}

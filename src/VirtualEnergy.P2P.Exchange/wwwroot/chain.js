// What the settlement contract has made of it.
import { byId, html, setText } from './dom.js';
import { none, number, periodTime, shortened } from './format.js';

export function chainPanel(state) {
  state.watch(['chain', 'community'], () => {
    const { chain, community } = state;
    byId('chain-empty').hidden = chain !== null;
    byId('chain-facts').hidden = chain === null;
    if (chain === null) {
      setText(byId('chain-caption'), 'Not connected');
      return;
    }
    setText(byId('chain-caption'), captionOf(chain));
    byId('chain-state').className = chain.connected && !chain.stopped ? 'state on' : 'state off';
    fact('chain-block', number(chain.block ?? 0), chain.block);
    fact('chain-settled', chain.lastSettledPeriod === null ? none : periodTime(chain.lastSettledPeriod, state.periodSeconds), chain.lastSettledPeriod);
    fact('chain-gas', chain.gasPerTrade === null ? none : number(chain.gasPerTrade), chain.gasPerTrade);
    fact('chain-gas-total', number(chain.gasTotal ?? 0), chain.gasTotal);
    fact('chain-pending', number(chain.pendingRounds ?? 0), chain.pendingRounds);
    identifier('chain-transaction', chain.lastTransaction);
    identifier('chain-contract', community?.contract);
  });
}

function captionOf(chain) {
  if (!chain.connected) {
    return 'Chain not answering; rounds wait, nothing is lost';
  }
  return chain.stopped ? `Settlement has stopped, rounds go on. ${chain.stopped}` : `Chain ${chain.chainId}, connected`;
}

function fact(id, text, value) {
  setText(byId(id), text);
  byId(id).dataset.value = value ?? '';
}

function identifier(id, value) {
  const cell = byId(id);
  if (cell.dataset.value !== (value ?? '')) {
    cell.dataset.value = value ?? '';
    cell.replaceChildren(value ? html('code', { title: value }, shortened(value)) : none);
  }
}

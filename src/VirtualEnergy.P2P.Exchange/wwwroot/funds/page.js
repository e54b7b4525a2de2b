// A member's money: what the exchange says of it, and what her wallet does with it.
import { byId, setText } from '../dom.js';
import { count, shortened, timeOf, dayOf } from '../format.js';
import { themeButton } from '../theme-button.js';
import { euro, formatEuros, parseEuros } from './amounts.js';
import { meaningOf } from './calls.js';
import { movement } from './history.js';
import { showSpending } from './spending.js';
import { showSuggestions } from './suggestions.js';
import { Wallet } from './wallet.js';

const interval = 3_000;
const shownEntries = 100;
const unlimited = (1n << 64n) - 1n;

let member = '';
let funds = null;
let wallet = null;
let busy = false;
let shownHistory = '';

themeButton(byId('theme'));
addEventListener('hashchange', () => location.reload());
start();

async function start() {
  member = location.hash.slice(1).toLowerCase();
  if (!/^0x[0-9a-f]{40}$/.test(member)) {
    trouble('Whose money? Choose a member in the market\'s list.');
    return;
  }
  setText(byId('address'), member);
  listen('deposit', 'deposit-amount', deposit);
  listen('withdraw', 'withdraw-amount', withdraw);
  listen('limit', 'limit-amount', limit);
  byId('connect').addEventListener('click', () => act(() => wallet.connect(), ''));
  byId('switch').addEventListener('click', () => act(() => wallet.switchTo(funds.escrow.chainId), ''));
  byId('finalise').addEventListener('click', () => act(say => wallet.finaliseWithdrawal(funds.escrow, member, say), 'It was paid.'));
  byId('cancel').addEventListener('click', () => act(say => wallet.cancelWithdrawal(funds.escrow, say), 'It is back in your balance.'));
  byId('unlimit').addEventListener('click', () => act(say => give(unlimited, say), 'No limit any more.'));
  await refresh();
  await findWallet();
  setInterval(() => document.hidden || refresh(), interval);
}

async function findWallet() {
  if (globalThis.ethereum?.request) {
    wallet = new Wallet(globalThis.ethereum, showWallet);
    await wallet.resume().catch(() => {});
  }
  await showWallet();
}

async function refresh() {
  try {
    funds = await fetched(`/api/members/${member}/funds`);
    show();
    showSuggestions(await fetched(`/api/members/${member}/suggestions`));
    const history = await fetched(`/api/members/${member}/funds/history?limit=${shownEntries}`);
    showHistory(history);
    showSpending(history, shownEntries);
    trouble('');
  } catch (failure) {
    trouble(failure.message);
  }
  document.body.dataset.loaded = funds !== null;
}

async function fetched(path) {
  const response = await fetch(path, { cache: 'no-store' });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(answer.detail ?? `The exchange answered ${response.status}.`);
  }
  return answer;
}

function show() {
  setText(byId('member'), `${funds.name}: money`);
  document.title = `${funds.name}: money · VirtualEnergy P2P`;
  figure('available', formatEuros(funds.availableMicroEur), funds.availableMicroEur);
  const unsettled = BigInt(funds.unsettledMicroEur);
  figure('pending', unsettled === 0n ? `${euro(funds.balanceMicroEur)} on the chain`
    : `${euro(funds.balanceMicroEur)} on the chain, ${unsettled > 0n ? '+' : ''}${formatEuros(unsettled)} in ${count(funds.unsettledRounds, 'round')} that settle next`, funds.unsettledMicroEur);
  showOutlook();
  showMandate();
  showRequest();
  enable();
}

function showOutlook() {
  figure('lasts', funds.lastsPeriods === null ? 'nothing is spent' : duration(funds.lastsPeriods * funds.escrow.periodSeconds), funds.lastsPeriods);
  setText(byId('rate'), funds.lastsPeriods === null ? 'no net spending of late' : `at ${euro(funds.spendingMicroEurPerPeriod)} a period of late`);
  byId('level').dataset.level = funds.level;
  setText(byId('level'), { fine: 'Enough', low: 'Running low: pay in', short: 'Too little: bids are refused' }[funds.level] ?? funds.level);
}

function showMandate() {
  const most = funds.mandate?.mostMicroEurPerDay ?? null;
  figure('spent', formatEuros(funds.spentOnDayMicroEur), funds.spentOnDayMicroEur);
  figure('mandate', most === null ? 'no limit a day' : `of at most ${euro(most)} a day`, most);
  const share = most === null ? 0 : most === 0 ? 100 : Math.min(100, 100 * funds.spentOnDayMicroEur / most);
  byId('day-bar').style.width = `${share}%`;
}

function showRequest() {
  byId('request').hidden = funds.request === null;
  if (funds.request) {
    figure('request-amount', formatEuros(funds.request.amountMicroEur), funds.request.amountMicroEur);
    setText(byId('request-when'), isReady() ? `asked for, ready to be paid to ${shortened(funds.request.to)}`
      : `asked for, ready ${dayOf(funds.request.readyAt)} at ${timeOf(funds.request.readyAt)}`);
  }
  setText(byId('withdraw-help'), `Paid ${duration(funds.escrow.challengeSeconds)} later, when nothing before can be disputed any more.`);
}

function showHistory(entries) {
  byId('history-empty').hidden = entries.length > 0;
  byId('history-scroll').hidden = entries.length === 0;
  const identity = entries.map(entry => `${entry.transaction} ${entry.kind} ${entry.period}`).join();
  if (identity !== shownHistory) {
    shownHistory = identity;
    byId('history').replaceChildren(...entries.map(entry => movement(entry, funds.escrow.periodSeconds)));
  }
}

async function showWallet() {
  const isOpen = wallet !== null && wallet.account !== null;
  byId('no-wallet').hidden = wallet !== null;
  byId('wallet-closed').hidden = wallet === null || isOpen;
  byId('wallet-open').hidden = !isOpen;
  setText(byId('wallet-caption'), wallet === null ? 'None found' : isOpen ? 'Connected' : 'Not connected');
  if (isOpen && funds) {
    setText(byId('account'), shortened(wallet.account));
    const hint = !onChain() ? `Your wallet is on chain ${wallet.chainId}; this escrow lives on chain ${funds.escrow.chainId}.`
      : isOwn() ? '' : `This account is not ${funds.name}'s: with it you can pay in for her, and nothing else.`;
    byId('wallet-hint').hidden = hint === '';
    setText(byId('wallet-hint'), hint);
    byId('switch').hidden = onChain();
    const held = onChain() ? await wallet.balanceOf(funds.escrow.token, wallet.account).catch(() => null) : null;
    byId('account-balance').dataset.value = held ?? '';
    setText(byId('account-balance'), held === null ? '–' : `${formatEuros(held)} ${funds.escrow.symbol}`);
  }
  enable();
}

async function deposit(amount, say) {
  const received = await wallet.deposit(funds.escrow, member, amount, say);
  return received === amount ? `${euro(received)} arrived.` : `${euro(received)} of ${euro(amount)} arrived: the token keeps a fee.`;
}

async function withdraw(amount, say) {
  await wallet.requestWithdrawal(funds.escrow, amount, say);
  return `${euro(amount)} are asked for.`;
}

async function limit(amount, say) {
  await give(amount, say);
  return `At most ${euro(amount)} a day from now on.`;
}

// Written by hand: the two numbers have 64 bits, and JSON.stringify knows no BigInt.
async function give(most, say) {
  const number = Date.now();
  say('Sign it in your wallet; it costs nothing.');
  const signature = await wallet.signMandate(funds.escrow, member, number, most);
  const bound = most === unlimited ? '' : `"mostMicroEurPerDay":${most},`;
  const response = await fetch(`/api/members/${member}/mandate`, { method: 'POST', body: `{"member":"${member}","number":${number},${bound}"signature":"${signature}"}` });
  const receipt = await response.json();
  if (!receipt.accepted) {
    throw new Error(receipt.detail ?? 'the exchange refused it.');
  }
}

/** Has a form's amount read, exactly, and acted on. */
function listen(form, input, action) {
  byId(form).addEventListener('submit', event => {
    event.preventDefault();
    const amount = parseEuros(byId(input).value);
    byId(input).setAttribute('aria-invalid', String(amount === null));
    if (amount === null) {
      tell('wrong', 'Write euros as 12.50, with a point and at most six decimals.');
      byId(input).focus();
      return;
    }
    act(async say => {
      const done = await action(amount, say);
      byId(input).value = '';
      return done;
    });
  });
}

/** One thing at a time; what comes of it is said aloud. */
async function act(action, done) {
  if (busy) {
    return;
  }
  busy = true;
  enable();
  try {
    const said = await action(text => tell('busy', text));
    tell('done', typeof said === 'string' ? said : done);
  } catch (failure) {
    tell('wrong', meaningOf(failure));
  } finally {
    busy = false;
  }
  await refresh();
  await showWallet();
}

function enable() {
  const ready = !busy && funds !== null && wallet !== null && wallet.account !== null && onChain();
  const own = ready && isOwn();
  const open = ['settles', 'paused', 'unbonded'].includes(funds?.escrow.state);
  button('[data-testid=deposit]', ready && open);
  button('[data-testid=withdraw]', own);
  button('[data-testid=limit]', own);
  button('[data-testid=unlimit]', own && funds.mandate !== null);
  button('[data-testid=finalise]', ready && funds.request !== null && isReady());
  button('[data-testid=cancel]', own && funds.request !== null);
}

function button(selector, enabled) {
  document.querySelector(selector).disabled = !enabled;
}

function figure(id, text, value) {
  setText(byId(id), text);
  byId(id).dataset.value = value ?? '';
}

function tell(kind, text) {
  byId('news').dataset.kind = kind;
  setText(byId('news'), text);
}

function trouble(text) {
  byId('trouble').hidden = text === '';
  setText(byId('trouble'), text);
}

function duration(seconds) {
  return seconds < 120 ? count(seconds, 'second') : seconds < 7_200 ? count(Math.floor(seconds / 60), 'minute')
    : seconds < 172_800 ? count(Math.floor(seconds / 3_600), 'hour') : count(Math.floor(seconds / 86_400), 'day');
}

const isReady = () => Date.now() >= Date.parse(funds.request.readyAt);
const isOwn = () => wallet?.account === member;
const onChain = () => wallet?.chainId === funds?.escrow.chainId;

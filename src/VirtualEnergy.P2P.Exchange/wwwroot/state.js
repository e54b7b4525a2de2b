// What the viewer knows: the exchange's last snapshot, kept current by the hub's messages.
import { Watched } from './watched.js';

const keptRounds = 192;
const keptTrades = 60;

const parts = ['community', 'now', 'book', 'rounds', 'trades', 'members', 'flows', 'chain'];

export class State extends Watched {
  #names = new Map();

  community = null;
  now = null;
  book = null;
  rounds = [];
  trades = [];
  members = [];
  flows = null;
  chain = null;

  /** Takes a whole snapshot in place of everything known. */
  replace(snapshot) {
    for (const part of parts) {
      this[part] = snapshot[part] ?? (Array.isArray(this[part]) ? [] : null);
    }
    this.#indexNames();
    this.announce(parts);
  }

  /** Takes one message of the hub. */
  apply(message, payload) {
    if (message === 'round') {
      this.rounds = upserted(this.rounds, payload);
      this.announce(['rounds']);
    } else if (message === 'trades') {
      this.trades = prepended(this.trades, payload);
      this.announce(['trades']);
    } else if (parts.includes(message)) {
      this[message] = payload;
      this.#indexNames();
      this.announce([message]);
    }
  }

  get loaded() {
    return this.community !== null;
  }

  /** The length of a period in seconds. */
  get periodSeconds() {
    return this.community?.periodSeconds ?? 900;
  }

  /** The rounds of the 24 hours that the page shows: from the first round on, later the last 24 hours. */
  get day() {
    const length = Math.round(86_400 / this.periodSeconds);
    const last = this.rounds.at(-1)?.period ?? this.now?.openPeriod ?? 0;
    const first = Math.max(this.rounds[0]?.period ?? last, last - length + 1);
    return { first, length, rounds: this.rounds.filter(round => round.period >= first) };
  }

  nameOf(member) {
    return this.#names.get(member) || member;
  }

  #indexNames() {
    this.#names = new Map(this.members.map(member => [member.id, member.name]));
  }
}

function upserted(rounds, round) {
  const others = rounds.filter(other => other.period !== round.period);
  return [...others, round].sort((a, b) => a.period - b.period).slice(-keptRounds);
}

// A message may repeat what the snapshot already held.
function prepended(trades, fresh) {
  const identity = trade => [trade.period, trade.buyer, trade.seller, trade.energyWh, trade.priceMicroEurPerKWh].join();
  const known = new Set(trades.map(identity));
  return [...fresh.filter(trade => !known.has(identity(trade))), ...trades].slice(0, keptTrades);
}

// Keeps the state current: hub connected, snapshot fetched, and again after every break, for ever.
const market = { hub: '/hub/market', snapshot: '/api/snapshot', messages: ['now', 'book', 'round', 'trades', 'members', 'flows', 'chain'] };
const firstDelay = 500;
const longestDelay = 10_000;
const offlineAfterTries = 4;
// A phone that changed its network is never told that nobody answers any more.
const longestStart = 20_000;

export class Connection {
  #state;
  #report;
  #source;
  #pending = null;
  #wake = () => {};
  #tries = 0;

  /** 'connecting', 'live', 'reconnecting' or 'offline'. */
  status = 'connecting';
  /** When the source was last heard, in milliseconds; null before that. */
  heardAt = null;

  constructor(state, report, source = market) {
    this.#state = state;
    this.#report = report;
    this.#source = source;
  }

  /** Never returns. */
  async run() {
    addEventListener('online', () => this.#wake());
    document.addEventListener('visibilitychange', () => document.hidden || this.#wake());
    for (;;) {
      await this.#live().catch(error => console.info('The source is not reached:', error.message));
      this.#tries++;
      this.#set(this.heardAt !== null && this.#tries < offlineAfterTries ? 'reconnecting' : 'offline');
      await this.#pause(Math.min(longestDelay, firstDelay * 2 ** (this.#tries - 1)));
    }
  }

  // Connects and stays until the connection is lost.
  async #live() {
    // Another origin is read without cookies, and its hub by web socket alone, which needs no question beforehand.
    const elsewhere = { skipNegotiation: true, transport: globalThis.signalR.HttpTransportType.WebSockets, withCredentials: false };
    const hub = new globalThis.signalR.HubConnectionBuilder()
      .withUrl(this.#source.hub, this.#source.isElsewhere ? elsewhere : {})
      .configureLogging(globalThis.signalR.LogLevel.None)
      .build();
    const closed = new Promise(resolve => hub.onclose(resolve));
    for (const message of this.#source.messages) {
      hub.on(message, payload => this.#take(message, payload));
    }
    try {
      await inTime(longestStart, async signal => {
        await hub.start();
        signal.throwIfAborted();
        await this.#refresh(signal);
      });
      this.#tries = 0;
      this.#set('live');
      await closed;
    } finally {
      // Not waited for: where no answer came, it would wait for that one.
      hub.stop().catch(() => {});
    }
  }

  // What arrives while the snapshot is under way may be older or newer than it: asked again until nothing came between.
  async #refresh(signal) {
    for (let attempt = 0; attempt < 3; attempt++) {
      this.#pending = [];
      try {
        const response = await fetch(this.#source.snapshot, { cache: 'no-store', credentials: this.#source.isElsewhere ? 'omit' : 'same-origin', signal });
        if (!response.ok) {
          throw new Error(`the snapshot was answered with ${response.status}`);
        }
        this.#state.replace(await response.json());
        this.#heard();
        this.#pending.forEach(([message, payload]) => this.#state.apply(message, payload));
        if (this.#pending.length === 0) {
          return;
        }
      } finally {
        this.#pending = null;
      }
    }
  }

  #take(message, payload) {
    if (this.#pending) {
      this.#pending.push([message, payload]);
    } else {
      this.#state.apply(message, payload);
      this.#heard();
    }
  }

  #heard() {
    this.heardAt = Date.now();
  }

  #set(status) {
    this.status = status;
    this.#report(this);
  }

  // Up to a fifth longer by chance: a hundred viewers do not come back in the same instant.
  #pause(delay) {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, delay * (1 + Math.random() / 5));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

// The work, or a failure where it takes longer; its signal tells the work then that nobody waits for it.
async function inTime(longest, work) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error('no answer in time')), longest);
  const ended = new Promise((_, fail) => late.signal.addEventListener('abort', () => fail(late.signal.reason)));
  try {
    await Promise.race([work(late.signal), ended]);
  } finally {
    clearTimeout(timer);
  }
}

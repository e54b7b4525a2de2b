// Parts that panels watch: what changes within a frame is rendered once.
export class Watched {
  #watchers = [];
  #changed = new Set();

  /** Calls render once a frame at most, when one of the named parts has changed. */
  watch(names, render) {
    this.#watchers.push({ names, render });
  }

  /** These parts are not what they were. */
  announce(names) {
    if (this.#changed.size === 0) {
      requestAnimationFrame(() => this.#render());
    }
    names.forEach(name => this.#changed.add(name));
  }

  #render() {
    const changed = this.#changed;
    this.#changed = new Set();
    for (const { names, render } of this.#watchers) {
      if (names.some(name => changed.has(name))) {
        render(this);
      }
    }
  }
}

// What a page knows of a gateway: the last snapshot, kept current by the hub's messages. Each message replaces one part, but for ticks, which lengthen the curves.
import { Watched } from './watched.js';

const keptSamples = 1800;

export class UnitState extends Watched {
  parts = {};

  replace(snapshot) {
    this.parts = snapshot;
    this.announce(Object.keys(snapshot));
  }

  apply(message, payload) {
    if (message === 'tick') {
      this.#tick(payload);
    } else {
      this.parts[message] = payload;
      this.announce([message]);
    }
  }

  get loaded() {
    return Boolean(this.parts.name);
  }

  get units() {
    return this.parts.units ?? [];
  }

  // A unit's present values, and one sample more: time, measured, program, target.
  #tick(tick) {
    for (const unit of tick.units) {
      const known = this.units.find(candidate => candidate.id === unit.id);
      if (known) {
        const samples = known.samples;
        if (samples.length === 0 || samples.at(-1)[0] < unit.sample[0]) {
          samples.push(unit.sample);
          samples.splice(0, samples.length - keptSamples);
        }
        Object.assign(known, unit.values);
      }
    }
    Object.assign(this.parts, tick.parts ?? {});
    this.announce(['units', ...Object.keys(tick.parts ?? {})]);
  }
}

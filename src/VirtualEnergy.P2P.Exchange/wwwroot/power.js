// Powers as people read them. Inside, + is consumption; what is shown says so.
import { none, number } from './format.js';

/** W as kW, or as MW where there are many. */
export function power(watts) {
  if (watts === null || watts === undefined) {
    return none;
  }
  return Math.abs(watts) < 10_000_000 ? `${kilowatts(watts)} kW` : `${number(watts / 1_000_000, 2)} MW`;
}

/** W as kW, without the unit, with the digits that say something at that size. */
export const kilowatts = watts => number(watts / 1000, Math.abs(watts) < 100_000 && watts !== 0 ? 2 : 1);

/** A regulation against the program: up is less consumption, down is more. */
export function regulation(watts) {
  return watts === 0 ? 'none' : `${watts < 0 ? 'up' : 'down'} ${power(Math.abs(watts))}`;
}

/** hh:mm:ss of an instant, as every cycle is worth telling apart. */
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
export const secondOf = instant => clock.format(new Date(instant));

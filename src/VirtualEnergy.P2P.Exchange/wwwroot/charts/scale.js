// Maps values to pixels and finds round numbers for an axis.

/** A linear scale from [from, to] to [start, end]. */
export function linear([from, to], [start, end]) {
  const factor = to === from ? 0 : (end - start) / (to - from);
  return value => start + (value - from) * factor;
}

/** Round values inside [from, to], about as many as asked. */
export function ticks(from, to, about) {
  const rough = (to - from) / Math.max(1, about);
  if (!(rough > 0)) {
    return [from];
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(times => times * power).find(candidate => candidate >= rough);
  const values = [];
  for (let index = Math.ceil(from / step); index * step <= to; index++) {
    values.push(index * step);
  }
  return values;
}

/** The path of points, one straight line after the other. */
export const polyline = points => points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

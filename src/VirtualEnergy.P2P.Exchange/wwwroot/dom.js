// Builds elements. Text only ever goes in as text: nothing from the market is parsed as markup.
const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element: attributes (null and false are left out), then children (nodes or text). */
export const html = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

/** An SVG element, in the same way. */
export const svg = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

/** The element of the page with this id. */
export const byId = id => document.getElementById(id);

/** Sets the text where it differs, so that a screen reader and the layout are left in peace. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** A name in its own direction: a right-to-left name cannot turn the words around it. */
export const nameOf = text => html('bdi', { class: 'name', title: text }, text);

/** Calls draw(width) now, at every change of the element's width, and whenever the returned function is called. */
export function drawAtWidth(element, draw) {
  let width = 0;
  const redraw = () => width > 0 && draw(width);
  new ResizeObserver(([entry]) => {
    const measured = Math.floor(entry.contentRect.width);
    if (measured !== width) {
      width = measured;
      redraw();
    }
  }).observe(element);
  return redraw;
}

/** The rows of a chart's table: an array of cells each, the first one the row's heading. */
export const tableRows = rows => rows.map(([head, ...cells]) =>
  html('tr', {}, html('th', { scope: 'row' }, head), ...cells.map(cell => html('td', {}, cell))));

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

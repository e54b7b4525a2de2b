// Lets a chart be read item by item, by pointer, touch or arrow keys. To assistive technology it is a slider whose value
// is the item's reading.
import { html, svg } from '../dom.js';

export class Explorer {
  #surface;
  #panel;
  #view = null;
  #layer = null;
  #key = null;

  constructor(surface, panel) {
    this.#surface = surface;
    this.#panel = panel;
    surface.addEventListener('pointermove', event => this.#point(event));
    surface.addEventListener('pointerdown', event => this.#point(event));
    surface.addEventListener('pointerleave', () => document.activeElement === surface || this.#select(null));
    surface.addEventListener('focus', () => surface.matches(':focus-visible') && this.#select(this.#index() ?? this.#last()));
    surface.addEventListener('blur', () => this.#select(null));
    surface.addEventListener('keydown', event => this.#press(event));
  }

  /** Takes a fresh picture: its items in order, and for an item its position in pixels, its marks and its reading. */
  show(picture, view) {
    this.#view = view;
    this.#layer = svg('g', {});
    picture.append(this.#layer);
    this.#surface.setAttribute('aria-valuemin', '0');
    this.#surface.setAttribute('aria-valuemax', String(Math.max(0, this.#last())));
    this.#select(this.#index());
  }

  #last() {
    return this.#view.items.length - 1;
  }

  // The selection follows its item, not its place: the chart moves on under a reader's finger.
  #index() {
    const index = this.#key === null ? -1 : this.#view.items.findIndex((item, place) => this.#keyOf(item, place) === this.#key);
    return index < 0 ? null : index;
  }

  #keyOf(item, place) {
    return item.period ?? place;
  }

  #point(event) {
    const view = this.#view;
    if (!view || view.items.length === 0) {
      return;
    }
    const x = event.clientX - this.#surface.getBoundingClientRect().left;
    let nearest = 0;
    view.items.forEach((item, index) => {
      if (Math.abs(view.positionOf(item) - x) < Math.abs(view.positionOf(view.items[nearest]) - x)) {
        nearest = index;
      }
    });
    this.#select(nearest);
  }

  #press(event) {
    const current = this.#index() ?? this.#last();
    const target = {
      ArrowLeft: current - 1, ArrowDown: current - 1, ArrowRight: current + 1, ArrowUp: current + 1,
      PageUp: current + 8, PageDown: current - 8, Home: 0, End: this.#last(),
    }[event.key];
    if (event.key === 'Escape') {
      this.#select(null);
    } else if (target !== undefined) {
      event.preventDefault();
      this.#select(Math.max(0, Math.min(this.#last(), target)));
    }
  }

  #select(index) {
    const item = index === null ? undefined : this.#view?.items[index];
    this.#key = item ? this.#keyOf(item, index) : null;
    this.#layer?.replaceChildren(...(item ? this.#view.mark(item).filter(Boolean) : []));
    this.#panel.hidden = !item;
    const spoken = item ?? this.#view?.items.at(-1);
    const text = spoken ? this.#view.reading(spoken) : null;
    this.#surface.setAttribute('aria-valuenow', String(Math.max(0, index ?? (this.#view ? this.#last() : 0))));
    this.#surface.setAttribute('aria-valuetext',
      text ? [text.title, ...text.lines.map(([label, value]) => `${label}: ${value}`)].join(', ') : 'nothing to read yet');
    if (item) {
      this.#panel.replaceChildren(
        html('strong', {}, text.title),
        html('dl', {}, ...text.lines.map(([label, value]) => html('div', {}, html('dt', {}, label), html('dd', {}, value)))));
      this.#place(this.#view.positionOf(item));
    }
  }

  // Beside the cursor, on the side with more room, never outside the chart.
  #place(x) {
    const room = this.#surface.clientWidth;
    const width = this.#panel.offsetWidth;
    const left = x + width + 16 < room ? x + 14 : x - width - 14;
    this.#panel.style.left = `${Math.max(0, Math.min(room - width, left))}px`;
  }
}

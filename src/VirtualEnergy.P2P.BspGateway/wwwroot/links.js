// Who is connected: the system operator and the customers' telecontrol units.
import { byId, html, nameOf, setText } from './dom.js';
import { count, number } from './format.js';

export function linkList(state) {
  state.watch(['links'], () => {
    const links = state.parts.links ?? [];
    const up = links.filter(link => link.isUp).length;
    setText(byId('links-caption'), links.length === 0 ? 'None are configured' : `${number(up)} of ${count(links.length, 'link')} connected`);
    byId('links').replaceChildren(...links.map(link => html('li', { class: 'link', 'data-testid': 'link', 'data-link': link.id, 'data-up': link.isUp ? 'true' : 'false' },
      link.page ? html('a', { href: link.page }, nameOf(link.id)) : nameOf(link.id),
      html('span', { class: `state ${link.isUp ? 'on' : 'off'}` }, link.isUp ? 'connected' : 'away'),
      html('span', { class: 'note' }, link.note))));
  });
}

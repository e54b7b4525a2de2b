// The button for light and dark, the same on every page.
import { byId, setText } from './dom.js';

export function themeButton(button) {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const current = () => document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light');
  const show = () => setText(byId('theme-text'), current() === 'dark' ? 'Light' : 'Dark');
  button.addEventListener('click', () => {
    const theme = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem('theme', theme);
    } catch {
      // Not remembered where storage is refused; it still holds for this visit.
    }
    show();
  });
  system.addEventListener('change', show);
  show();
}

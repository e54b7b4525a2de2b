// Before the first paint, so a remembered choice never flashes. Not a module: modules wait for the document.
(() => {
  try {
    const chosen = localStorage.getItem('theme');
    if (chosen === 'light' || chosen === 'dark') {
      document.documentElement.dataset.theme = chosen;
    }
  } catch {
    // Storage is refused in some private windows; the system's preference then decides.
  }
})();

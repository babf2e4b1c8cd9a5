/** What is in the shadow of `<network-drawer>`. */

const icons = {
  network: '<path d="M2.5 7.5a11 11 0 0 1 15 0M5.5 10.8a6.6 6.6 0 0 1 9 0M8.3 14a2.5 2.5 0 0 1 3.4 0" />',
  cut: '<path d="M2 10h5.5M12.5 10H18M7.5 6.5v7M12.5 6.5v7" />',
  freeze: '<path d="M10 2v16M3 6l14 8M17 6 3 14M7.8 3.2 10 5.4l2.2-2.2M7.8 16.8l2.2-2.2 2.2 2.2" />',
  slow: '<circle cx="10" cy="10" r="7.5" /><path d="M10 5.5V10l3 2" />',
  restart: '<path d="M16.5 10a6.5 6.5 0 1 1-2-4.7M16.5 2.5v4h-4" />',
  close: '<path d="m5 5 10 10M15 5 5 15" />',
}

/** @param {keyof typeof icons} name */
function icon(name) {
  return `<svg viewBox="0 0 20 20" aria-hidden="true">${icons[name]}</svg>`
}

/**
 * @param {keyof typeof icons} action
 * @param {string} condition
 * @param {string} label
 * @param {string} hint
 */
function button(action, condition, label, hint) {
  return `<li><button type="button" class="action" value="${action}" data-condition="${condition}" aria-pressed="false" aria-describedby="${action}">
    ${icon(action)}<span class="label">${label}</span></button><p id="${action}">${hint}</p></li>`
}

export const drawerMarkup = `
  <button type="button" class="opener" aria-expanded="false" aria-controls="panel" aria-label="Network" title="Network (Ctrl + .)">
    ${icon('network')}
  </button>
  <section class="panel" id="panel" role="dialog" aria-label="Network" hidden>
    <header>
      <h2>Break the network</h2>
      <button type="button" class="close" aria-label="Close">${icon('close')}</button>
    </header>
    <p>Only for you: the others see you away. Write meanwhile, in both windows, and see that nothing is lost.</p>
    <ul>
      ${button('cut', 'cut', 'Cut', 'After 1.5 s the page says so. What you type stays.')}
      ${button('freeze', 'frozen', 'Freeze', 'No error, just silence, as in a tunnel. Both ends notice within 8 s.')}
      ${button('slow', 'slow', 'Slow', 'A second more each way: see messages say “Sending…”.')}
      ${button('restart', 'restarting', 'Restart the server', 'For everybody. It forgets all, and is back after 3.5 s.')}
    </ul>
    <footer><span role="status"></span> <span class="countdown"></span></footer>
  </section>`

export const drawerStyles = `
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  * { box-sizing: border-box; margin: 0; padding: 0; }
  button { font: inherit; color: inherit; border: 0; background: none; cursor: pointer; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  svg {
    display: block;
    width: 1.25rem;
    height: 1.25rem;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.7;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .opener, .close {
    display: grid;
    place-items: center;
    width: 2.25rem;
    height: 2.25rem;
    border-radius: 10px;
    color: var(--muted);
  }
  :is(.opener, .close):hover, .opener[aria-expanded='true'] {
    background: color-mix(in oklab, var(--ink) 7%, transparent);
    color: var(--ink);
  }
  :host([data-condition]:not([data-condition='open'])) .opener {
    background: color-mix(in oklab, var(--waiting) 22%, transparent);
    color: var(--ink);
  }
  .panel {
    position: fixed;
    z-index: 10;
    inset: 4.75rem 1rem auto auto;
    width: 21rem;
    max-height: calc(100dvh - 6rem);
    overflow: auto;
    padding: 0.875rem 1.125rem 1rem;
    border: 1px solid var(--line);
    border-radius: 18px;
    background: light-dark(#fff, #1f2529);
    box-shadow: var(--shadow);
    font-size: 0.9rem;
  }
  header { display: flex; align-items: center; justify-content: space-between; margin-inline-end: -0.5rem; }
  h2 { font-size: 1rem; letter-spacing: -0.01em; }
  p { color: var(--muted); }
  ul { list-style: none; display: grid; gap: 0.375rem; margin: 0.75rem -0.5rem; }
  li {
    position: relative;
    padding: 0.5rem 0.625rem 0.5625rem 2.875rem;
    border-radius: 12px;
    background: color-mix(in oklab, var(--ink) 4%, transparent);
  }
  li:hover { background: color-mix(in oklab, var(--ink) 8%, transparent); }
  li p { font-size: 0.8125rem; line-height: 1.4; }
  .action { display: block; text-align: start; font-weight: 600; }
  .action::after { content: ''; position: absolute; inset: 0; border-radius: 12px; }
  .action:focus-visible { outline: 0; }
  .action:focus-visible::after { outline: 2px solid var(--accent); outline-offset: 1px; }
  .action svg { position: absolute; inset: 0.625rem auto auto 0.75rem; color: var(--muted); }
  li:has([aria-pressed='true']) {
    background: color-mix(in oklab, var(--waiting) 18%, transparent);
    box-shadow: inset 0 0 0 1.5px var(--waiting);
  }
  li:has([aria-pressed='true']) :is(p, svg) { color: inherit; }
  footer { min-height: 2.6em; line-height: 1.3; }
  .countdown { color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
  @media (width < 64rem) {
    .panel { inset: auto 0.5rem max(0.5rem, env(safe-area-inset-bottom)) auto; width: min(100% - 1rem, 27rem); max-height: 70dvh; }
    ul { grid-template-columns: 1fr 1fr; }
    li { padding: 2.375rem 0.75rem 0.625rem; }
  }
  @media (forced-colors: active) {
    li { border: 1px solid; }
    li:has([aria-pressed='true']) { outline: 3px solid Highlight; }
  }`

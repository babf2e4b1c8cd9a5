/**
 * The look of all banners. By classes, so that it is the element's in its shadow as well as the stylesheet of the
 * bindings, whose builds write it into a file.
 *
 * Over the page rather than in it, and each part has its place whatever the others say: nothing moves when the bar
 * comes, goes or counts. The system's own colours with a tint follow the page's `color-scheme`; the contrast of the
 * text is 7 : 1 and more, that of border and dot 3 : 1.
 */
export const css: string = `.protoo-banner-bar {
  --protoo-banner-tone: 190 115 5;
  position: fixed;
  inset: var(--protoo-banner-inset, max(0.75rem, env(safe-area-inset-top, 0px)) 0.75rem auto);
  z-index: var(--protoo-banner-z-index, 2147483000);
  box-sizing: border-box;
  inline-size: min(30rem, 100% - 1.5rem);
  margin-inline: auto;
  padding: 0.5em 0.5em 0.5em 1em;
  display: grid;
  grid-template-columns: auto 1fr auto;
  align-items: start;
  column-gap: 0.75em;
  border: 1px solid var(--protoo-banner-border, rgb(var(--protoo-banner-tone)));
  border-radius: 0.75em;
  background: var(--protoo-banner-background, linear-gradient(rgb(var(--protoo-banner-tone) / 9%) 0 0), Canvas);
  color: var(--protoo-banner-color, CanvasText);
  font: var(--protoo-banner-font, 0.9375rem/1.4 system-ui, sans-serif);
  box-shadow: 0 1px 3px rgb(0 0 0 / 12%), 0 6px 24px rgb(0 0 0 / 16%);
}
.protoo-banner-bar[hidden], .protoo-banner-action[hidden], .protoo-banner-countdown:empty {
  display: none;
}
.protoo-banner-bar[data-tone='good'] {
  --protoo-banner-tone: 30 142 80;
}
.protoo-banner-bar[data-tone='bad'] {
  --protoo-banner-tone: 214 69 69;
}
.protoo-banner-bar::before {
  content: '';
  grid-area: 1 / 1;
  margin-block-start: 0.75em;
  inline-size: 9px;
  block-size: 9px;
  border-radius: 50%;
  background: rgb(var(--protoo-banner-tone));
  forced-color-adjust: none;
}
.protoo-banner-message {
  grid-area: 1 / 2;
  padding-block: 0.35em;
  font-weight: 500;
  overflow-wrap: anywhere;
}
.protoo-banner-countdown {
  grid-area: 2 / 2 / auto / span 2;
  margin-block: -0.3em 0.3em;
  font-size: 0.92em;
  font-variant-numeric: tabular-nums;
}
.protoo-banner-action {
  grid-area: 1 / 3;
  min-block-size: 2.1em;
  padding: 0 0.9em;
  border: 1px solid transparent;
  border-radius: 0.45em;
  background: var(--protoo-banner-color, CanvasText);
  color: var(--protoo-banner-background, Canvas);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
.protoo-banner-action[aria-disabled='true'] {
  opacity: 0.5;
  cursor: default;
}
.protoo-banner-action:focus-visible {
  outline: 2px solid var(--protoo-banner-color, CanvasText);
  outline-offset: 2px;
}
@media (prefers-reduced-motion: no-preference) {
  .protoo-banner-bar {
    animation: protoo-banner-in 0.2s ease-out;
  }
  .protoo-banner-bar[data-tone='waiting']::before {
    animation: protoo-banner-pulse 1.6s ease-in-out infinite;
  }
  @keyframes protoo-banner-in {
    from {
      opacity: 0;
      transform: translateY(-0.5rem);
    }
  }
  @keyframes protoo-banner-pulse {
    50% {
      opacity: 0.3;
    }
  }
}
@media (forced-colors: active) {
  .protoo-banner-action {
    border-color: ButtonBorder;
    background: ButtonFace;
    color: ButtonText;
  }
}
@media print {
  .protoo-banner-bar {
    display: none;
  }
}
`

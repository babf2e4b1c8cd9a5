/**
 * Over the page rather than in it, so that nothing moves when it comes and goes. The colours keep a contrast
 * of 7 : 1 and more; a page may set its own.
 */
export const css = `
:host {
  position: fixed;
  inset: var(--protoo-banner-inset, calc(8px + env(safe-area-inset-top, 0px)) 8px auto);
  z-index: var(--protoo-banner-z-index, 2147483000);
  display: flex;
  justify-content: center;
  pointer-events: none;
  font: var(--protoo-banner-font, 15px/1.4 system-ui, sans-serif);
}
:host([hidden]), [hidden] {
  display: none !important;
}
[part='live'] {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
[part~='bar'] {
  --back: #fff8e6;
  --front: #4d3800;
  --edge: #b58400;
  box-sizing: border-box;
  max-width: 100%;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 12px;
  padding: 8px 14px;
  border: 1px solid var(--protoo-banner-border, var(--edge));
  border-radius: 8px;
  background: var(--protoo-banner-background, var(--back));
  color: var(--protoo-banner-color, var(--front));
  box-shadow: 0 2px 12px rgb(0 0 0 / 0.2);
  pointer-events: auto;
  animation: appear 0.2s ease-out;
}
[part~='good'] {
  --back: #e9f9ee;
  --front: #0d4420;
  --edge: #2c8a4b;
}
[part~='bad'] {
  --back: #fdeeee;
  --front: #6b1414;
  --edge: #c23b3b;
}
[part='countdown'] {
  font-variant-numeric: tabular-nums;
}
[part='countdown']:empty {
  display: none;
}
[part='action'] {
  min-height: 28px;
  padding: 2px 10px;
  border: 1px solid currentcolor;
  border-radius: 6px;
  background: none;
  color: inherit;
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
[part='action'][aria-disabled='true'] {
  opacity: 0.6;
  cursor: default;
}
[part='action']:focus-visible {
  outline: 2px solid currentcolor;
  outline-offset: 2px;
}
@keyframes appear {
  from {
    opacity: 0;
    transform: translateY(-8px);
  }
}
@media (prefers-color-scheme: dark) {
  [part~='bar'] {
    --back: #33290f;
    --front: #ffe9b0;
    --edge: #8f6c14;
  }
  [part~='good'] {
    --back: #10301b;
    --front: #c4f2d2;
    --edge: #2c7a46;
  }
  [part~='bad'] {
    --back: #3b1414;
    --front: #ffd9d9;
    --edge: #a34141;
  }
}
@media (prefers-reduced-motion: reduce) {
  [part~='bar'] {
    animation: none;
  }
}
@media print {
  :host {
    display: none;
  }
}
`

export const css = `:host {
  position: fixed;
  inset: auto 0 0;
  z-index: 2147483000;
  display: block;
  font: 13px/1.45 system-ui, sans-serif;
  color: light-dark(#1d2433, #e6e9f2);
  --back: light-dark(#ffffff, #141926);
  --soft: light-dark(#f3f5fa, #1c2333);
  --line: light-dark(#d9deea, #2d364b);
  --quiet: light-dark(#525c72, #a3adc4);
  --out: light-dark(#1557c0, #8ab4ff);
  --in: light-dark(#0b6b3a, #6fd99b);
  --bad: light-dark(#b3261e, #ff9a91);
  --wait: light-dark(#8a5300, #ffc670);
}
* { box-sizing: border-box; }
section {
  display: grid;
  grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr);
  height: min(22rem, 60vh);
  background: var(--back);
  border-top: 1px solid var(--line);
  box-shadow: 0 -8px 24px rgb(0 0 0 / 14%);
}
section[data-folded] { height: auto; grid-template-rows: auto; }
section[data-folded] :is(svg, ol) { display: none; }
header {
  display: flex;
  flex-wrap: wrap;
  gap: .35rem 1rem;
  align-items: center;
  padding: .45rem .8rem;
  background: var(--soft);
  border-bottom: 1px solid var(--line);
}
h2 { margin: 0; font-size: 13px; font-weight: 650; letter-spacing: .01em; }
.state { display: inline-flex; align-items: center; gap: .4rem; }
.state::before { content: ''; width: .6rem; height: .6rem; border-radius: 50%; background: var(--bad); }
.state[data-state=open]::before { background: var(--in); }
.state[data-state=connecting]::before, .state[data-state=waiting]::before { background: var(--wait); }
dl { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: 0; }
dl div { display: flex; gap: .3rem; }
dt { color: var(--quiet); }
dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; min-width: 1.2em; }
.tools { display: flex; flex-wrap: wrap; gap: .4rem; margin-left: auto; align-items: center; }
input, button { font: inherit; color: inherit; }
input {
  width: 9.5rem;
  padding: .15rem .5rem;
  background: var(--back);
  border: 1px solid light-dark(#8792aa, #66718a);
  border-radius: 6px;
}
input::placeholder { color: var(--quiet); opacity: 1; }
.tools button {
  padding: .15rem .6rem;
  background: var(--back);
  border: 1px solid light-dark(#8792aa, #66718a);
  border-radius: 6px;
  cursor: pointer;
}
.tools button:hover { background: var(--soft); }
:focus-visible { outline: 2px solid var(--out); outline-offset: 1px; }
svg { display: block; width: 100%; height: 34px; background: var(--back); border-bottom: 1px solid var(--line); }
.open { fill: light-dark(#cdeeda, #1d4a33); }
.connecting { fill: light-dark(#ffe3b3, #5a4215); }
.down { fill: light-dark(#ffd7d3, #5a2622); }
.ticks { fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.sent-ticks { stroke: var(--out); }
.received-ticks { stroke: var(--in); }
ol { margin: 0; padding: 0; list-style: none; overflow: auto; }
li { border-bottom: 1px solid var(--line); }
.row {
  display: grid;
  grid-template-columns: 4.6rem 1.2rem 6.6rem minmax(6rem, 1fr) 5.4rem 4.6rem;
  gap: .6rem;
  width: 100%;
  padding: .18rem .8rem;
  border: 0;
  background: none;
  text-align: left;
  font: 12px/1.5 ui-monospace, monospace;
  cursor: pointer;
}
.row:hover, .row[aria-expanded=true] { background: var(--soft); }
.row:focus-visible { outline-offset: -2px; }
.row span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.at, .size, .kind { color: var(--quiet); }
.at, .size, .took { text-align: right; font-variant-numeric: tabular-nums; }
[data-way=sent] .way { color: var(--out); }
[data-way=received] .way { color: var(--in); }
[data-kind=connection] .label { color: var(--quiet); }
[data-kind=refusal] .label, [data-outcome=refused] .took, [data-outcome=lost] .took { color: var(--bad); }
[data-outcome=pending] .took { color: var(--wait); }
pre {
  margin: 0;
  padding: .5rem .8rem .6rem 6.9rem;
  max-height: 12rem;
  overflow: auto;
  background: var(--soft);
  font: 12px/1.5 ui-monospace, monospace;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
@media (max-width: 40rem) {
  .row { grid-template-columns: 3.6rem 1rem minmax(4rem, 1fr) 4.4rem; }
  .kind, .size { display: none; }
  pre { padding-left: .8rem; }
}
`

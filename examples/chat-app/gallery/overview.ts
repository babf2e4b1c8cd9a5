import { type BannerMessages, bannerView, connectionStatus } from '@protoo-kit/client-core'
import { makers } from './banners/index.js'
import { element, prose } from './element.js'
import { type GalleryState, groups } from './states.js'
import { StillSource } from './still-source.js'
import { viewControls } from './view-options.js'
import { wordsEditor } from './words-editor.js'

type Update = (messages: Partial<BannerMessages>) => void

/** All states, each by all three. */
export function overview(): HTMLElement[] {
  const updates: Update[] = []
  const sections = groups.map(({ phase, states }) =>
    element(
      'section',
      { id: `phase-${phase}`, 'aria-labelledby': `phase-${phase}-title` },
      element('h2', { id: `phase-${phase}-title` }, phase),
      ...states.map((state) => row(state, updates)),
    ),
  )
  const jump = element(
    'nav',
    { 'aria-label': 'Phases' },
    ...groups.map(({ phase }) => element('a', { href: `#phase-${phase}` }, phase)),
  )
  const editor = wordsEditor((messages) => {
    for (const update of updates) update(messages)
  })
  return [
    element('header', { class: 'bar' }, jump, ...viewControls()),
    element('main', { class: 'gallery' }, introduction(), editor, ...sections),
  ]
}

function introduction(): HTMLElement {
  const text =
    'Each phase and each reason of `connectionStatus`, as the banners show it. They are the real ones, on a connection that stands still. Open one alone to try its button, or to hear what a screen reader says.'
  return element(
    'div',
    { class: 'intro' },
    element('h1', {}, 'Reconnect gallery'),
    element('p', {}, ...prose(text)),
  )
}

function row(state: GalleryState, updates: Update[]): HTMLElement {
  const facts = element('dl', { class: 'facts' })
  const source = new StillSource(state)
  const store = connectionStatus(source, { signIn: state.signIn && (() => {}) })
  updates.push((messages) => facts.replaceChildren(...describe(store.get(), messages)))
  return element(
    'article',
    { class: 'state', id: state.id, 'aria-labelledby': `${state.id}-title` },
    element(
      'div',
      { class: 'about' },
      element('h3', { id: `${state.id}-title` }, state.title),
      element('p', {}, ...prose(state.when)),
      facts,
    ),
    element('div', { class: 'previews' }, ...makers.map((maker) => preview(state, maker, updates))),
  )
}

function preview(
  state: GalleryState,
  { id, name, mount }: (typeof makers)[number],
  updates: Update[],
): HTMLElement {
  const container = element('div')
  // Some sixty live regions, which would all speak at once, and as many buttons in the way of the Tab key: inert ones
  // do neither. Their words stand beside them as text.
  const page = element('div', { class: 'page', inert: '' }, sketch(), container)
  updates.push(mount(container, new StillSource(state), state.signIn && (() => {})))
  const link = element('a', { href: `?${new URLSearchParams({ state: state.id, by: id })}` }, name)
  link.append(element('span', { class: 'visually-hidden' }, `: ${state.title}, alone`))
  return element('figure', { 'data-by': id }, page, element('figcaption', {}, link))
}

/** Something for the banner to lie over. */
function sketch(): HTMLElement {
  return element('div', { class: 'sketch' }, ...Array.from({ length: 4 }, () => element('i')))
}

/** What the status says, and what the banner makes of it. */
function describe(
  status: ReturnType<ReturnType<typeof connectionStatus>['get']>,
  messages: Partial<BannerMessages>,
): Node[] {
  const { phase, cause, visible, restored, attempt, secondsLeft } = status
  const { text, countdown, action } = bannerView(status, messages)
  const facts = Object.entries({
    phase,
    cause,
    attempt,
    secondsLeft,
    visible,
    restored: restored || undefined,
  })
  const code = facts
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [element('code', {}, `${name}: ${value}`), ' '])
  const button = action && `${action.label}${action.disabled ? ' (resting)' : ''}`
  return [
    ...pair('Status', ...code),
    ...pair('Says', text || element('span', { class: 'nothing' }, 'nothing')),
    ...(countdown ? pair('Countdown', countdown) : []),
    ...(button ? pair('Button', button) : []),
  ]
}

function pair(name: string, ...value: (Node | string)[]): HTMLElement[] {
  return [element('dt', {}, name), element('dd', {}, ...value)]
}

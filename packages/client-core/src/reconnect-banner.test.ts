// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StatusHarness } from '../test/status-harness.js'
import type { CloseCause } from './connection.js'
import { defineReconnectBanner, type ReconnectBannerElement } from './reconnect-banner.js'
import { css } from './reconnect-banner-css.js'
import { connectionStatus } from './status.js'

defineReconnectBanner()

const error = new Error('lost')
const down = {
  state: 'waiting',
  attempt: 2,
  everOpen: true,
  offline: false,
  failures: 1,
  error,
  spent: false,
} as const

/** In the page, and after the moment that the live node keeps quiet. */
function mount(peer?: StatusHarness): ReconnectBannerElement {
  const banner = document.createElement('protoo-reconnect-banner') as ReconnectBannerElement
  // So that the element's store has the test's time.
  if (peer) connectionStatus(peer, { clock: peer.clock })
  banner.peer = peer
  document.body.append(banner)
  vi.runOnlyPendingTimers()
  return banner
}

function part(banner: Element, name: string): HTMLElement {
  const found = banner.shadowRoot?.querySelector<HTMLElement>(`[part~='${name}']`)
  if (!found) throw new Error(`no part ${name}`)
  return found
}

/** What is to be seen, and what is said. */
function shown(banner: Element) {
  const text = (name: string) => (part(banner, name).hidden ? undefined : part(banner, name).textContent)
  const bar = !part(banner, 'bar').hidden
  return {
    bar: bar && text('message'),
    countdown: bar && text('countdown'),
    action: bar && text('action'),
    live: text('live'),
  }
}

const nothing = { bar: false, countdown: false, action: false, live: '' }

function waiting(peer: StatusHarness, ms: number): void {
  const now = peer.clock.now()
  peer.becomes({ ...down, downSince: now, retryAt: now + ms })
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('<protoo-reconnect-banner>', () => {
  it('shows nothing without a peer, and while connected', () => {
    expect(shown(mount())).toEqual(nothing)
    const peer = new StatusHarness()
    peer.open()
    expect(shown(mount(peer))).toEqual(nothing)
  })

  it('tells of an outage, of its end, and is silent again', () => {
    const peer = new StatusHarness()
    const banner = mount(peer)
    peer.open()
    waiting(peer, 10_000)
    peer.pass(1499)
    expect(shown(banner)).toEqual(nothing)
    peer.pass(1)
    const text = 'Connection lost. Trying again…'
    const outage = { bar: text, live: text, action: 'Retry now' }
    expect(shown(banner)).toEqual({ ...outage, countdown: 'Next attempt in 9 s' })
    expect(part(banner, 'bar').getAttribute('part')).toBe('bar waiting')
    peer.pass(1500)
    expect(shown(banner)).toEqual({ ...outage, countdown: 'Next attempt in 7 s' })
    peer.happens('dial')
    expect(shown(banner)).toEqual({ ...outage, countdown: '' })
    peer.happens('opened')
    expect(shown(banner)).toEqual({
      bar: 'Connected again',
      live: 'Connected again',
      countdown: '',
      action: undefined,
    })
    expect(part(banner, 'bar').getAttribute('part')).toBe('bar good')
    peer.pass(3000)
    expect(shown(banner)).toEqual(nothing)
  })

  it.each<[CloseCause, string | false, string | false]>([
    ['local', false, false],
    ['exhausted', 'Could not reach the server', 'Retry now'],
    ['kicked', 'The server closed the connection', 'Reload'],
    ['refused', 'The server did not let you in', 'Reload'],
    ['replaced', 'This page is in use in another window', 'Use it here'],
  ])('closed: %s', (cause, bar, action) => {
    const peer = new StatusHarness()
    peer.becomes({ state: 'closed', cause, everOpen: true })
    expect(shown(mount(peer))).toMatchObject({ bar, action, live: bar || '' })
  })

  it('uses other words, another delay and a way to sign in', () => {
    const peer = new StatusHarness()
    const signIn = vi.fn()
    const banner = mount()
    connectionStatus(peer, { clock: peer.clock, showAfter: 0 })
    banner.showAfter = 0
    banner.signIn = signIn
    banner.messages = { reconnecting: 'Verbindung verloren', signIn: 'Anmelden' }
    banner.peer = peer
    expect([banner.showAfter, banner.signIn, banner.peer]).toEqual([0, signIn, peer])
    waiting(peer, 1000)
    expect(shown(banner).bar).toBe('Verbindung verloren')
    banner.messages = { ...banner.messages, reconnecting: 'Getrennt' }
    expect(shown(banner)).toMatchObject({ bar: 'Getrennt', live: 'Getrennt', action: 'Retry now' })
    peer.becomes({ state: 'closed', cause: 'refused', everOpen: true })
    expect(shown(banner).action).toBe('Anmelden')
    part(banner, 'action').click()
    expect(signIn).toHaveBeenCalledTimes(1)
  })

  it('dials now, and not twice', () => {
    const peer = new StatusHarness()
    const banner = mount(peer)
    waiting(peer, 4000)
    peer.pass(1500)
    const button = part(banner, 'action')
    expect(button.getAttribute('aria-disabled')).toBe('false')
    button.click()
    expect(peer.status.state).toBe('connecting')
    expect(button.hidden).toBe(false)
    expect(button.getAttribute('aria-disabled')).toBe('true')
    button.click()
    expect(peer.reconnects).toBe(1)
  })

  it('goes from one peer to another, and to none', () => {
    const [one, other] = [new StatusHarness(), new StatusHarness()]
    const banner = mount(one)
    connectionStatus(other, { clock: other.clock })
    other.becomes({ state: 'closed', cause: 'kicked', everOpen: true })
    banner.peer = other
    expect([one.listeners.size, other.listeners.size]).toEqual([0, 1])
    expect(shown(banner).bar).toBe('The server closed the connection')
    banner.peer = undefined
    expect(other.listeners.size).toBe(0)
    expect(shown(banner)).toEqual(nothing)
  })

  it('leaves nothing behind when it is taken out, and goes on when it is put back', () => {
    const peer = new StatusHarness()
    const banner = mount(peer)
    waiting(peer, 10_000)
    banner.remove()
    expect([peer.listeners.size, peer.clock.pending, vi.getTimerCount()]).toEqual([0, 0, 0])
    banner.messages = { reconnecting: 'Getrennt' }
    expect(peer.listeners.size).toBe(0)
    peer.pass(2000)
    document.body.append(banner)
    expect(shown(banner).bar).toBe('Getrennt')
    banner.remove()
    expect([peer.clock.pending, vi.getTimerCount()]).toEqual([0, 0])
  })
})

describe('accessibility', () => {
  it('has one live node from the start, without the seconds, the button and what is seen only', () => {
    const peer = new StatusHarness()
    const banner = mount(peer)
    const live = part(banner, 'live')
    expect(live.getAttribute('role')).toBe('status')
    waiting(peer, 10_000)
    peer.pass(1500)
    expect(part(banner, 'live')).toBe(live)
    expect(banner.shadowRoot?.querySelectorAll('[role=status]')).toHaveLength(1)
    expect(live.children).toHaveLength(0)
    expect(live.hidden).toBe(false)
    expect(part(banner, 'bar').contains(live)).toBe(false)
    expect(part(banner, 'message').getAttribute('aria-hidden')).toBe('true')
  })

  it('says each thing once, whatever the seconds and the attempts', () => {
    const peer = new StatusHarness()
    const banner = mount(peer)
    const said = vi.spyOn(part(banner, 'live'), 'textContent', 'set')
    waiting(peer, 10_000)
    peer.pass(5000)
    peer.happens('dial')
    peer.happens('lost')
    peer.happens('dial')
    expect(said.mock.calls).toEqual([['Connection lost. Trying again…']])
  })

  it('says what is so already a moment after it came, as it would not be heard before', () => {
    const peer = new StatusHarness()
    peer.becomes({ state: 'closed', cause: 'kicked', everOpen: true })
    const banner = document.createElement('protoo-reconnect-banner') as ReconnectBannerElement
    banner.peer = peer
    document.body.append(banner)
    expect(shown(banner)).toMatchObject({ bar: 'The server closed the connection', live: '' })
    vi.runOnlyPendingTimers()
    expect(shown(banner).live).toBe('The server closed the connection')
  })

  it('never takes the focus, and gives it back before the button goes', () => {
    const peer = new StatusHarness()
    const input = document.createElement('input')
    document.body.append(input)
    input.focus()
    const banner = mount(peer)
    waiting(peer, 4000)
    peer.pass(1500)
    expect(document.activeElement).toBe(input)
    const button = part(banner, 'action')
    // Not left to the test's page, which knows no `relatedTarget`.
    button.focus()
    button.dispatchEvent(new FocusEvent('focus', { relatedTarget: input }))
    // The window has lost the focus, and has it again.
    button.dispatchEvent(new FocusEvent('focus'))
    button.click()
    expect(banner.shadowRoot?.activeElement).toBe(button)
    peer.happens('opened')
    expect(document.activeElement).toBe(input)
  })

  it('moves nothing in the page, and no more than people like', () => {
    expect(css).toContain('position: fixed')
    const [still = '', moving = ''] = css.split('@media (prefers-reduced-motion: no-preference)')
    expect(still).not.toMatch(/animation|transition/)
    expect(moving).toContain('animation')
    expect(mount().shadowRoot?.adoptedStyleSheets).toHaveLength(1)
  })
})

describe('defineReconnectBanner', () => {
  it('takes another name, and a second time does nothing', () => {
    defineReconnectBanner('my-banner')
    defineReconnectBanner('my-banner')
    expect(customElements.get('my-banner')).toBeDefined()
    expect(customElements.get('my-banner')).not.toBe(customElements.get('protoo-reconnect-banner'))
  })

  it('finds what was set before', () => {
    const peer = new StatusHarness()
    peer.becomes({ state: 'closed', cause: 'kicked', everOpen: true })
    const early = Object.assign(document.createElement('early-banner'), { peer })
    document.body.append(early)
    defineReconnectBanner('early-banner')
    customElements.upgrade(early)
    const banner = document.body.querySelector('early-banner') as ReconnectBannerElement
    expect(Object.hasOwn(banner, 'peer')).toBe(false)
    expect(shown(banner).bar).toBe('The server closed the connection')
  })

  it('does nothing where there is no page', () => {
    vi.stubGlobal('customElements', undefined)
    expect(() => defineReconnectBanner('no-banner')).not.toThrow()
    vi.unstubAllGlobals()
    expect(customElements.get('no-banner')).toBeUndefined()
  })
})

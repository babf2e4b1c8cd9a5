import { connectionStatus, type Peer } from '@protoo-kit/client-core'
import { fireEvent, type RenderResult, render } from '@testing-library/vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { h } from 'vue'
import { settled, useHarness } from '../test/harness.js'
import { type BannerParts, ReconnectBanner, type ReconnectBannerProps } from './index.js'

const harness = useHarness()
let peer: Peer

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  peer = harness.current.peer({ retry: [1000, 10_000], session: true })
  // On the test's time: who asks for it later has the same.
  connectionStatus(peer, { clock: harness.current.clock })
  await settled()
})
afterEach(() => vi.useRealTimers())

async function opens() {
  harness.current.last().opens('protoo')
  await settled()
}

/** Loses the connection, so long that it is shown. */
async function outage() {
  harness.current.last().breaks()
  await harness.current.pass(1000)
  harness.current.last().breaks()
  await harness.current.pass(500)
}

async function banner(props: ReconnectBannerProps = {}, slots = {}) {
  const view = render(ReconnectBanner, { props: { peer, ...props }, slots })
  // From then on the live node speaks.
  vi.advanceTimersByTime(100)
  await settled()
  return { ...view, ...parts(view) }
}

function parts(view: RenderResult) {
  const find = (selector: string) => view.container.querySelector<HTMLElement>(selector)
  return {
    live: view.getByRole('status'),
    bar: () => find('.protoo-banner-bar'),
    text: () => find('.protoo-banner-message')?.textContent,
    countdown: () => find('.protoo-banner-countdown')?.textContent,
    button: () => find('button'),
  }
}

describe('ReconnectBanner', () => {
  it('is there from the start, hidden and silent', async () => {
    const { live, bar, button } = await banner()
    expect(live.textContent).toBe('')
    expect(live.hidden).toBe(false)
    expect(live.style.position).toBe('absolute')
    expect(bar()?.hidden).toBe(true)
    expect(button()).toBeNull()
    await opens()
    expect(bar()?.hidden).toBe(true)
  })

  it('shows itself after 1.5 s without a connection, and is gone 3 s after that is back', async () => {
    const { live, bar, text, button } = await banner()
    await opens()
    harness.current.last().breaks()
    await harness.current.pass(1499)
    expect(bar()?.hidden).toBe(true)
    await harness.current.pass(1)
    expect(bar()?.hidden).toBe(false)
    expect(text()).toBe('Connection lost. Trying again…')
    expect(live.textContent).toBe('Connection lost. Trying again…')
    await opens()
    expect(text()).toBe('Connected again')
    expect(button()).toBeNull()
    await harness.current.pass(3000)
    expect(bar()?.hidden).toBe(true)
    expect(live.textContent).toBe('')
  })

  it('announces each change once, in the same node, and never the seconds', async () => {
    const { live, countdown } = await banner()
    const announced: string[] = []
    const observer = new MutationObserver(() => announced.push(live.textContent ?? ''))
    observer.observe(live, { childList: true, characterData: true, subtree: true })
    await opens()
    await outage()
    expect(countdown()).toBe('Next attempt in 10 s')
    await harness.current.pass(3000)
    expect(countdown()).toBe('Next attempt in 7 s')
    expect(live.textContent).not.toMatch(/\d/)
    await harness.current.pass(7000)
    await opens()
    await harness.current.pass(3000)
    observer.disconnect()
    expect(announced).toEqual(['Connection lost. Trying again…', 'Connected again', ''])
    expect(live.isConnected).toBe(true)
  })

  it('that comes late shows itself at once, and speaks once it can be heard', async () => {
    await opens()
    await outage()
    const view = render(ReconnectBanner, { props: { peer } })
    const { bar, live } = parts(view)
    expect(bar()?.hidden).toBe(false)
    expect(live.textContent).toBe('')
    vi.advanceTimersByTime(100)
    await settled()
    expect(live.textContent).toBe('Connection lost. Trying again…')
  })

  it('"Retry now" dials while waiting; the button stays meanwhile, with the focus', async () => {
    const { button } = await banner()
    await opens()
    await outage()
    const retry = button()
    expect(retry?.textContent).toBe('Retry now')
    expect(document.activeElement).toBe(document.body)
    retry?.focus()
    const dialled = harness.current.sockets.length
    await fireEvent.click(retry as HTMLElement)
    await settled()
    expect(harness.current.sockets).toHaveLength(dialled + 1)
    expect(button()).toBe(retry)
    expect(retry?.getAttribute('aria-disabled')).toBe('true')
    await fireEvent.click(retry as HTMLElement)
    expect(harness.current.sockets).toHaveLength(dialled + 1)
    expect(document.activeElement).toBe(retry)
  })

  it('gives the focus back to where it came from when the button goes', async () => {
    const input = document.body.appendChild(document.createElement('input'))
    const { button } = await banner()
    await opens()
    await outage()
    input.focus()
    await harness.current.pass(1000)
    expect(document.activeElement).toBe(input)
    button()?.dispatchEvent(new FocusEvent('focus', { relatedTarget: input }))
    button()?.focus()
    // The window was left, and entered again.
    button()?.dispatchEvent(new FocusEvent('focus', { relatedTarget: null }))
    peer.reconnect()
    await settled()
    await opens()
    expect(button()).toBeNull()
    expect(document.activeElement).toBe(input)
    input.remove()
  })

  it('has words of its own before there ever was a connection, and offline', async () => {
    const { text } = await banner()
    await harness.current.pass(1500)
    expect(text()).toBe('Connecting…')
  })

  it.each([
    ['kicked', 4000, 'The server closed the connection', 'Reload'],
    ['replaced', 4001, 'This page is in use in another window', 'Use it here'],
    ['refused', 4003, 'The server did not let you in', 'Reload'],
  ])('says so at once when the peer is %s', async (cause, code, words, label) => {
    const { container, text, button, live } = await banner()
    const close = async () => {
      const socket = harness.current.last()
      socket.protocol = 'protoo-session.v1'
      socket.breaks(code)
      await settled()
    }
    await close()
    // Credentials are asked for once more.
    if (cause === 'refused') {
      await harness.current.pass(1000)
      await close()
    }
    expect(container.firstElementChild?.getAttribute('data-cause')).toBe(cause)
    expect(text()).toBe(words)
    expect(live.textContent).toBe(words)
    expect(button()?.textContent).toBe(label)
  })

  it('says when the attempts are spent', async () => {
    const { text, button } = await banner()
    for (const wait of [1000, 10_000, 0]) {
      harness.current.last().breaks()
      await harness.current.pass(wait)
    }
    expect(text()).toBe('Could not reach the server')
    expect(button()?.textContent).toBe('Retry now')
  })

  it('"Sign in" does what it is told where credentials were refused', async () => {
    const signIn = vi.fn()
    const { button } = await banner({ signIn })
    for (const wait of [1000, 0]) {
      harness.current.last().protocol = 'protoo-session.v1'
      harness.current.last().breaks(4003)
      await harness.current.pass(wait)
    }
    expect(button()?.textContent).toBe('Sign in')
    await fireEvent.click(button() as HTMLElement)
    expect(signIn).toHaveBeenCalledOnce()
  })

  it('says nothing of what is closed here', async () => {
    const { bar, live } = await banner()
    peer.close()
    await settled()
    expect(bar()?.hidden).toBe(true)
    expect(live.textContent).toBe('')
  })

  it('takes other words, a class and showAfter', async () => {
    // On real time, of which none has to pass.
    const messages = { connecting: 'Verbinde …', retry: 'Erneut versuchen' }
    const view = render(() => h(ReconnectBanner, { peer, messages, showAfter: 0, class: 'mine' }))
    const { text, button } = parts(view)
    expect(view.container.firstElementChild?.className).toBe('protoo-banner mine')
    expect(text()).toBe('Verbinde …')
    expect(button()?.textContent).toBe('Erneut versuchen')
  })

  it.each(['message', 'countdown', 'action', 'default'])('lets a slot be its %s', async (name) => {
    const slot = ({ text, action }: BannerParts) => h('b', `${text} ${action?.label}`)
    const { container, live } = await banner({}, { [name]: slot })
    await opens()
    await outage()
    expect(container.querySelector('b')?.textContent).toBe('Connection lost. Trying again… Retry now')
    expect(live.textContent).toBe('Connection lost. Trying again…')
    for (const part of ['message', 'countdown', 'action'])
      expect(!container.querySelector(`.protoo-banner-${part}`)).toBe(name === part || name === 'default')
  })
})

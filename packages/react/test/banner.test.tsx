import {
  connectionStatus,
  type Peer,
  type StatusSource,
  type TransportOptions,
  defaultBannerMessages as words,
} from '@protoo-kit/client-core'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProtooProvider, ReconnectBanner, type ReconnectBannerProps } from '../src/index.js'
import { Harness, settled } from './harness.js'

let harness: Harness
let peer: Peer
beforeEach(() => {
  harness = new Harness()
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

/** The banner of a peer that is open, below a field to type in. */
async function shown(props: ReconnectBannerProps = {}, options: TransportOptions = {}) {
  peer = await harness.openPeer(options)
  const rendered = render(
    <ProtooProvider peer={peer}>
      <input aria-label="typed" />
      <ReconnectBanner {...props} />
    </ProtooProvider>,
  )
  // Each text that the live node has had.
  const said: string[] = []
  const node = live()
  new MutationObserver(() => said.push(node.textContent)).observe(node, {
    subtree: true,
    childList: true,
    characterData: true,
  })
  return { ...rendered, said }
}

const live = () => screen.getByRole('status')
const bar = () => document.querySelector<HTMLElement>('.protoo-banner-bar')
const button = () => screen.queryByRole('button')
const breaks = (code?: number) => harness.do((socket) => socket.breaks(code))
const opens = () => harness.do((socket) => socket.opens())

/** Until the button is there: the connection is lost, and the next attempt is far away. */
async function outage() {
  await breaks()
  await harness.pass(1500)
}

describe('the banner', () => {
  it('has an empty live node and a hidden bar while all is well, and for a blip', async () => {
    const { said } = await shown()
    const node = live()
    expect(bar()?.hidden).toBe(true)
    await breaks()
    await harness.pass(1000)
    await opens()
    await harness.pass(5000)
    expect(said).toEqual([])
    expect(live()).toBe(node)
    expect(bar()?.hidden).toBe(true)
    expect(button()).toBeNull()
  })

  it('announces an outage and its end, once each, in the node that was there before', async () => {
    const { said } = await shown({}, { retry: [20_000, 20_000] })
    const node = live()
    await outage()
    expect(bar()?.hidden).toBe(false)
    // Attempts in between and ticking seconds say nothing new.
    for (let second = 0; second < 19; second++) await harness.pass(1000)
    await breaks()
    await harness.pass(20_000)
    await opens()
    expect(said).toEqual([words.reconnecting, words.restored])
    expect(bar()?.hidden).toBe(false)
    await harness.pass(3000)
    expect(said.slice(2)).toEqual([''])
    expect(bar()?.hidden).toBe(true)
    expect(live()).toBe(node)
  })

  it('sets its words after the live node is there, when mounted during an outage', async () => {
    peer = await harness.openPeer()
    const first = render(<ReconnectBanner peer={peer} />)
    await outage()
    first.unmount()
    const changed: Node[] = []
    const observer = new MutationObserver((records) => changed.push(...records.map(({ target }) => target)))
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
    render(<ReconnectBanner peer={peer} />)
    await act(settled)
    observer.disconnect()
    expect(bar()?.hidden).toBe(false)
    expect(live().textContent).toBe(words.reconnecting)
    expect(changed).toContain(live())
  })

  it('counts long waits down outside of the live node', async () => {
    await shown({}, { retry: [20_000] })
    await outage()
    expect(document.querySelector('.protoo-banner-countdown')?.textContent).toBe('Next attempt in 19 s')
    await harness.pass(1000)
    expect(document.querySelector('.protoo-banner-countdown')?.textContent).toBe('Next attempt in 18 s')
    expect(live().textContent).not.toMatch(/\d/)
  })

  it('shows no countdown for short waits', async () => {
    await shown({}, { retry: [4000] })
    await outage()
    expect(document.querySelector('.protoo-banner-countdown')).toBeNull()
  })

  it('dials at once on "Retry now", which stays while it dials', async () => {
    await shown({}, { retry: [20_000, 20_000] })
    await outage()
    const retry = screen.getByRole('button', { name: 'Retry now' })
    await act(async () => {
      fireEvent.click(retry)
      await settled()
    })
    expect(harness.sockets).toHaveLength(2)
    expect(button()).toBe(retry)
    expect(retry.getAttribute('aria-disabled')).toBe('true')
    await breaks()
    expect(button()).toBe(retry)
    expect(retry.getAttribute('aria-disabled')).toBe('false')
    await opens().catch(() => {})
  })

  it('says so where there was no connection yet, and where there is no network', async () => {
    peer = harness.peer({ wake: { offline: true, subscribe: () => () => {} } })
    await act(settled)
    render(<ReconnectBanner peer={peer} />)
    await harness.pass(1500)
    expect(live().textContent).toBe(words.connecting)
    await breaks()
    expect(live().textContent).toBe(words.offline)
    expect(button()?.getAttribute('aria-disabled')).toBe('false')
  })

  it('says nothing of what was closed here', async () => {
    const { said } = await shown()
    await act(async () => peer.close())
    expect(said).toEqual([])
    expect(bar()?.hidden).toBe(true)
  })
})

describe('the end', () => {
  it('offers to reload where the server has closed on purpose', async () => {
    const reload = vi.spyOn(location, 'reload').mockImplementation(() => {})
    const { said } = await shown()
    await breaks(4000)
    expect(said).toEqual([words.kicked])
    fireEvent.click(screen.getByRole('button', { name: 'Reload' }))
    expect(reload).toHaveBeenCalledTimes(1)
  })

  it('offers to go on where all attempts have failed', async () => {
    await shown({}, { retry: [10] })
    await breaks()
    for (let attempt = 0; attempt < 2; attempt++) {
      await harness.pass(10)
      await breaks()
    }
    await harness.pass(0)
    expect(live().textContent).toBe(words.exhausted)
    fireEvent.click(screen.getByRole('button', { name: 'Retry now' }))
    await harness.pass(0)
    expect(harness.alive).toHaveLength(1)
  })
})

describe('refused credentials', () => {
  it('offer what signIn says, the newest of it', async () => {
    const called: number[] = []
    const closed: StatusSource = {
      status: { state: 'closed', cause: 'refused', everOpen: true },
      subscribe: () => () => {},
      reconnect: () => {},
    }
    const { rerender } = render(<ReconnectBanner peer={closed} signIn={() => called.push(1)} />)
    rerender(<ReconnectBanner peer={closed} signIn={() => called.push(2)} />)
    expect(live().textContent).toBe(words.refused)
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    expect(called).toEqual([2])
  })
})

describe('the focus', () => {
  it('is never taken', async () => {
    await shown()
    const typed = screen.getByLabelText('typed')
    typed.focus()
    await outage()
    expect(document.activeElement).toBe(typed)
    await opens()
    await harness.pass(3000)
    expect(document.activeElement).toBe(typed)
  })

  it('goes back to where it came from when the button goes', async () => {
    await shown({}, { retry: [20_000] })
    const typed = screen.getByLabelText('typed')
    typed.focus()
    await outage()
    const retry = screen.getByRole('button')
    act(() => retry.focus())
    // The window was left, and entered again.
    fireEvent.focusIn(retry, { relatedTarget: null })
    await act(async () => {
      fireEvent.click(retry)
      await settled()
    })
    expect(document.activeElement).toBe(retry)
    await opens()
    expect(button()).toBeNull()
    expect(document.activeElement).toBe(typed)
  })
})

describe('what is the page’s own', () => {
  it('are a class name, and when it shows', async () => {
    peer = await harness.openPeer()
    connectionStatus(peer, { showAfter: 5000, clock: harness.clock })
    const { container } = render(<ReconnectBanner peer={peer} className="mine" showAfter={5000} />)
    expect(container.querySelector('.protoo-banner.mine')).not.toBeNull()
    await outage()
    expect(bar()?.hidden).toBe(true)
    await harness.pass(3500)
    expect(bar()?.hidden).toBe(false)
  })

  it('are words for each part', async () => {
    const messages = {
      reconnecting: 'Verbindung verloren.',
      retry: 'Jetzt versuchen',
      countdown: (seconds: number) => `noch ${seconds}`,
    }
    await shown({ messages }, { retry: [20_000] })
    await outage()
    expect(live().textContent).toBe('Verbindung verloren.')
    expect(bar()?.textContent).toBe('Verbindung verloren. noch 19 Jetzt versuchen')
  })

  it('is the whole bar, with what is announced left in place', async () => {
    const { container } = await shown({
      children: ({ shown, text, action }) => (
        <section>
          {shown && (
            <b onClickCapture={action?.run}>
              {text} ({action?.label})
            </b>
          )}
        </section>
      ),
    })
    expect(container.querySelector('section')?.textContent).toBe('')
    expect(bar()).toBeNull()
    await outage()
    expect(container.querySelector('b')?.textContent).toBe(`${words.reconnecting} (Retry now)`)
    expect(live().textContent).toBe(words.reconnecting)
  })
})

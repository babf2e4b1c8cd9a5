import type { TransportOptions } from '@protoo-kit/client-core'
import { act, cleanup, render } from '@testing-library/react'
import { type ReactElement, type ReactNode, StrictMode, useEffect, version } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProtooProvider, useOpen, usePeer, useProtooPeer } from '../src/index.js'
import { Harness, macrotask, settled, url } from './harness.js'

afterEach(cleanup)

let harness: Harness
beforeEach(() => {
  harness = new Harness()
})

interface Props {
  at?: string | (() => string)
  options?: TransportOptions
  connectionKey?: number
}

function Status() {
  return <p>{useProtooPeer().status.state}</p>
}

function ByProvider({ at = url, options, connectionKey }: Props) {
  return (
    <ProtooProvider url={at} options={{ ...harness.options, ...options }} connectionKey={connectionKey}>
      <Status />
    </ProtooProvider>
  )
}

function ByHook({ at = url, options, connectionKey }: Props) {
  const { status } = useProtooPeer(at, { ...harness.options, ...options, connectionKey })
  return <p>{status.state}</p>
}

/** Renders, and waits for what its effects begin. */
async function show(element: ReactElement, strict = false) {
  const view = render(element, strict ? { wrapper: StrictMode } : {})
  await act(settled)
  return {
    ...view,
    again: async (next: ReactElement) => {
      view.rerender(next)
      await act(settled)
    },
  }
}

describe.each([
  ['a provider', ByProvider],
  ['useProtooPeer(url)', ByHook],
])(`%s that owns a peer, React ${version}`, (_, Owner) => {
  it('has a peer from the first render, dials once mounted, and shows the status', async () => {
    const seen: number[] = []
    function Watch() {
      seen.push(harness.sockets.length)
      return <Owner />
    }
    const { container } = await show(<Watch />)
    expect(seen).toEqual([0])
    expect(harness.sockets.map((socket) => socket.url)).toEqual([url])
    expect(container.textContent).toBe('connecting')
    await harness.do((socket) => socket.opens())
    expect(container.textContent).toBe('open')
  })

  it('makes one connection under StrictMode', async () => {
    const { container } = await show(<Owner />, true)
    await macrotask()
    expect(harness.sockets).toHaveLength(1)
    await harness.do((socket) => socket.opens())
    expect(harness.alive).toHaveLength(1)
    expect(container.textContent).toBe('open')
  })

  it('closes a macrotask after the unmount, and not before', async () => {
    const { unmount } = await show(<Owner />)
    await harness.do((socket) => socket.opens())
    unmount()
    await settled()
    expect(harness.alive).toHaveLength(1)
    await macrotask()
    expect(harness.alive).toHaveLength(0)
    await harness.pass(60_000)
    expect(harness.sockets).toHaveLength(1)
  })

  it('keeps its connection when rendered again with options that are new objects', async () => {
    const element = () => <Owner options={{ headers: { a: 'b' }, authToken: () => 'token' }} />
    const { again } = await show(element())
    await harness.do((socket) => socket.opens())
    for (let turn = 0; turn < 5; turn++) await again(element())
    await macrotask()
    expect(harness.sockets).toHaveLength(1)
    expect(harness.alive).toHaveLength(1)
  })

  it.each<[string, Props, Props]>([
    ['URL', { at: 'ws://one.test' }, { at: 'ws://two.test' }],
    ['option', { options: { headers: { a: 'b' } } }, { options: { headers: { a: 'c' } } }],
    ['retry table', { options: { retry: [1, 2] } }, { options: { retry: [1, 3] } }],
    ['connectionKey', { connectionKey: 1 }, { connectionKey: 2 }],
  ])('closes the old connection and opens one new one for another %s', async (_, one, other) => {
    const { again, container } = await show(<Owner {...one} />)
    await harness.do((socket) => socket.opens())
    const [first] = harness.sockets
    await again(<Owner {...other} />)
    expect(first?.closedWith).toBeDefined()
    await macrotask()
    expect(harness.sockets).toHaveLength(2)
    expect(harness.last().url).toBe(other.at ?? url)
    expect(harness.alive).toEqual([harness.last()])
    expect(container.textContent).toBe('connecting')
    await harness.do((socket) => socket.opens())
    expect(container.textContent).toBe('open')
  })

  it('opens one new connection under StrictMode too', async () => {
    const { again } = await show(<Owner at="ws://one.test" />, true)
    await again(<Owner at="ws://two.test" />)
    await macrotask()
    expect(harness.sockets.map((socket) => socket.url)).toEqual(['ws://one.test', 'ws://two.test'])
    expect(harness.alive).toEqual([harness.last()])
  })

  it('asks the newest function for the URL and the credentials of each attempt', async () => {
    const element = (n: number) => (
      <Owner at={() => `ws://${n}.test`} options={{ authToken: () => `token-${n}` }} />
    )
    const { again } = await show(element(1))
    await again(element(2))
    expect(harness.sockets.map((socket) => socket.url)).toEqual(['ws://1.test'])
    const [, before] = harness.last().protocols
    await harness.do((socket) => socket.breaks())
    await harness.pass(1000)
    expect(harness.sockets.map((socket) => socket.url)).toEqual(['ws://1.test', 'ws://2.test'])
    expect(harness.last().protocols[1]).not.toBe(before)
  })

  it('does not dial by itself with autoConnect: false', async () => {
    const { container } = await show(<Owner options={{ autoConnect: false }} />)
    await macrotask()
    expect(harness.sockets).toHaveLength(0)
    expect(container.textContent).toBe('idle')
  })
})

describe('a peer that is owned', () => {
  it('is kept when its effects are run anew, as by StrictMode and hot reload', async () => {
    const runs: string[] = []
    const peers = new Set<unknown>()
    function Reloaded() {
      peers.add(useProtooPeer(url, harness.options).peer)
      useEffect(() => {
        runs.push('mount')
        return () => {
          runs.push('unmount')
        }
      }, [])
      return null
    }
    await show(<Reloaded />, true)
    await macrotask()
    expect(runs).toEqual(['mount', 'unmount', 'mount'])
    await harness.do((socket) => socket.opens())
    expect(harness.sockets).toHaveLength(1)
    expect(harness.alive).toHaveLength(1)
  })

  it('is one for a parent and two siblings', async () => {
    const peers = new Set<unknown>()
    let opened = 0
    function Child({ children }: { children?: ReactNode }) {
      peers.add(usePeer())
      useOpen(() => opened++)
      return <div>{children}</div>
    }
    await show(
      <ProtooProvider url={url} options={harness.options}>
        <Child>
          <Child />
          <Child />
        </Child>
      </ProtooProvider>,
    )
    await harness.do((socket) => socket.opens())
    expect(peers.size).toBe(1)
    expect(harness.sockets).toHaveLength(1)
    expect(opened).toBe(3)
  })

  it('is neither dialled nor closed when it was made by hand', async () => {
    const peer = harness.peer({ autoConnect: false })
    const { unmount } = await show(
      <ProtooProvider peer={peer}>
        <Status />
      </ProtooProvider>,
    )
    expect(harness.sockets).toHaveLength(0)
    peer.connect()
    await act(settled)
    unmount()
    await macrotask()
    expect(harness.alive).toHaveLength(1)
  })

  it('is closed when a peer made by hand takes its place', async () => {
    const peer = harness.peer({ autoConnect: false })
    const { again } = await show(<ByProvider />)
    await again(
      <ProtooProvider peer={peer}>
        <Status />
      </ProtooProvider>,
    )
    await macrotask()
    expect(harness.sockets).toHaveLength(1)
    expect(harness.alive).toHaveLength(0)
  })
})

it('says what is missing where there is no peer', () => {
  expect(() => render(<Status />)).toThrow('no peer: render this inside a <ProtooProvider>')
})

import type { ConnectionStatus, Peer } from '@protoo-kit/client-core'
import { act, cleanup, render } from '@testing-library/react'
import { memo, Profiler } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProtooProvider, useConnectionStatus, useNotification, usePeer, useProtooPeer } from '../src/index.js'
import { Harness } from './harness.js'

afterEach(cleanup)

let harness: Harness
let peer: Peer
beforeEach(async () => {
  harness = new Harness()
  peer = await harness.openPeer()
})

/** A component that selects, and how often it has rendered. */
function counted<T>(selector: (status: ConnectionStatus) => T) {
  const seen: T[] = []
  const Component = memo(() => {
    seen.push(useConnectionStatus(selector))
    return null
  })
  return { Component, seen }
}

function shown(...components: React.ComponentType[]) {
  return render(
    <ProtooProvider peer={peer}>
      {components.map((Component, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <Component key={index} />
      ))}
    </ProtooProvider>,
  )
}

describe('useConnectionStatus', () => {
  it('renders once for a change of what is selected, and not at all for another', async () => {
    const phase = counted((status) => status.phase)
    const cause = counted((status) => status.cause)
    const restored = counted((status) => status.restored)
    shown(phase.Component, cause.Component, restored.Component)
    await harness.do((socket) => socket.breaks())
    expect(phase.seen).toEqual(['connected', 'reconnecting'])
    expect(cause.seen).toEqual([undefined, 'network'])
    expect(restored.seen).toEqual([false])
    await harness.pass(1000)
    await harness.do((socket) => socket.opens())
    expect(phase.seen).toEqual(['connected', 'reconnecting', 'connected'])
    expect(restored.seen).toEqual([false])
  })

  it('takes a selector that makes a new object each time', async () => {
    const object = counted(({ phase, cause }) => ({ phase, cause }))
    const array = counted(({ restored }) => [restored])
    shown(object.Component, array.Component)
    expect(object.seen).toHaveLength(1)
    await harness.do((socket) => socket.breaks())
    await harness.pass(1000)
    expect(object.seen).toHaveLength(2)
    expect(array.seen).toHaveLength(1)
  })

  it('keeps the selection of before for an equal one of another selector', () => {
    const seen: unknown[] = []
    function Inline() {
      seen.push(useConnectionStatus(({ phase }) => ({ phase })))
      return null
    }
    const { rerender } = render(<Inline />, {
      wrapper: ({ children }) => <ProtooProvider peer={peer}>{children}</ProtooProvider>,
    })
    rerender(<Inline />)
    rerender(<Inline />)
    expect(seen).toHaveLength(3)
    expect(new Set(seen).size).toBe(1)
  })

  it('selects by what the newest selector says', () => {
    const Field = ({ name }: { name: 'phase' | 'visible' }) => (
      <p>{String(useConnectionStatus((status) => status[name], { peer }))}</p>
    )
    const { rerender, container } = render(<Field name="phase" />)
    expect(container.textContent).toBe('connected')
    rerender(<Field name="visible" />)
    expect(container.textContent).toBe('false')
  })

  it('compares as it is told', async () => {
    let renders = 0
    function Never() {
      useConnectionStatus(
        (status) => status.phase,
        () => true,
        { peer },
      )
      renders++
      return null
    }
    render(<Never />)
    await harness.do((socket) => socket.breaks())
    expect(renders).toBe(1)
  })

  it('counts seconds down and shows an outage after showAfter', async () => {
    const slow = await harness.openPeer({ retry: [20_000] })
    const Text = () => {
      const { visible, secondsLeft } = useConnectionStatus({ peer: slow })
      return <p>{`${visible} ${secondsLeft}`}</p>
    }
    const { container } = render(<Text />)
    await harness.do((socket) => socket.breaks())
    expect(container.textContent).toBe('false 20')
    await harness.pass(1500)
    expect(container.textContent).toBe('true 19')
    await harness.pass(1000)
    expect(container.textContent).toBe('true 18')
  })

  it('hands on the newest signIn', () => {
    const called: number[] = []
    let signIn: (() => void) | undefined
    function SignIn({ n }: { n: number }) {
      signIn = useConnectionStatus((status) => status.signIn, { peer, signIn: () => called.push(n) })
      return null
    }
    const { rerender } = render(<SignIn n={1} />)
    rerender(<SignIn n={2} />)
    signIn?.()
    expect(called).toEqual([2])
  })

  it('listens to nothing after the unmount', async () => {
    const phase = counted((status) => status.phase)
    const { unmount } = shown(phase.Component)
    unmount()
    await harness.do((socket) => socket.breaks())
    expect(phase.seen).toHaveLength(1)
    // The one timer left is the peer's own.
    expect(harness.clock.pending).toBe(1)
  })
})

describe('renders', () => {
  it('are none for 1,000 notifications, where only the status is read', async () => {
    const renders = { status: 0, peer: 0, notification: 0 }
    const received: unknown[] = []
    const Status = () => {
      useProtooPeer()
      useConnectionStatus()
      renders.status++
      return null
    }
    const Alone = () => {
      usePeer()
      renders.peer++
      return null
    }
    const Listening = () => {
      useNotification('tick', (data) => received.push(data))
      renders.notification++
      return null
    }
    shown(Status, Alone, Listening)
    const before = { ...renders }
    await act(async () => {
      const frame = JSON.stringify({ notification: true, method: 'tick', data: {} })
      for (let n = 0; n < 1000; n++) harness.last().receives(frame)
    })
    expect(received).toHaveLength(1000)
    expect(renders).toEqual(before)
  })

  it('are none of usePeer for a change of the status', async () => {
    let renders = 0
    const Alone = () => {
      usePeer()
      renders++
      return null
    }
    shown(Alone)
    await harness.do((socket) => socket.breaks())
    expect(renders).toBe(1)
  })

  it('reach 1,000 components in one commit, each once', async () => {
    let commits = 0
    let renders = 0
    const Cell = memo(() => {
      const { connected } = useProtooPeer()
      const phase = useConnectionStatus((status) => status.phase)
      renders++
      return <i>{`${connected} ${phase}`}</i>
    })
    const { container } = render(
      <ProtooProvider peer={peer}>
        <Profiler id="cells" onRender={() => commits++}>
          {Array.from({ length: 1000 }, (_, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
            <Cell key={n} />
          ))}
        </Profiler>
      </ProtooProvider>,
    )
    expect([commits, renders]).toEqual([1, 1000])
    await harness.do((socket) => socket.breaks())
    expect([commits, renders]).toEqual([2, 2000])
    const texts = new Set([...container.querySelectorAll('i')].map((cell) => cell.textContent))
    expect([...texts]).toEqual(['false reconnecting'])
  })

  it('hand out the same request and notify each time', async () => {
    const seen: unknown[] = []
    const Sender = () => {
      const { request, notify } = useProtooPeer()
      seen.push(request, notify)
      return null
    }
    shown(Sender)
    await harness.do((socket) => socket.breaks())
    expect(seen).toHaveLength(4)
    expect(new Set(seen).size).toBe(2)
  })
})

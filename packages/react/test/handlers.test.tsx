import { type Peer, RequestError } from '@protoo-kit/client-core'
import { act, cleanup, render } from '@testing-library/react'
import { StrictMode, useRef } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useNotification, useOpen, useProtooPeer, useRequestHandler } from '../src/index.js'
import { Harness, settled, url } from './harness.js'

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

let harness: Harness
let peer: Peer
beforeEach(async () => {
  harness = new Harness()
  peer = await harness.openPeer()
})

describe('useNotification', () => {
  const received: string[] = []
  function Listening({ method = 'message', prefix = '' }) {
    useNotification(method, (data) => received.push(prefix + data.text), { peer })
    return null
  }
  beforeEach(() => {
    received.length = 0
  })

  it('calls the newest handler for its method alone, without subscribing again', async () => {
    const listen = vi.spyOn(peer, 'listen')
    const { rerender } = render(<Listening prefix="a" />)
    await harness.notifies('message', { text: '1' })
    rerender(<Listening prefix="b" />)
    await harness.notifies('message', { text: '2' })
    await harness.notifies('other', { text: '3' })
    expect(received).toEqual(['a1', 'b2'])
    expect(listen).toHaveBeenCalledTimes(1)
  })

  it('follows its method, and ends with the component', async () => {
    const { rerender, unmount } = render(<Listening />)
    rerender(<Listening method="other" />)
    await harness.notifies('message', { text: '1' })
    await harness.notifies('other', { text: '2' })
    unmount()
    await harness.notifies('other', { text: '3' })
    expect(received).toEqual(['2'])
  })

  it('hears each once under StrictMode', async () => {
    render(<Listening />, { wrapper: StrictMode })
    await harness.notifies('message', { text: '1' })
    expect(received).toEqual(['1'])
  })
})

describe('useRequestHandler', () => {
  function Answering({ answer }: { answer: (data: { n: number }) => unknown }) {
    useRequestHandler('confirm', answer, { peer })
    return null
  }
  const asks = (id: number) => harness.receives({ request: true, id, method: 'confirm', data: { n: id } })

  it('answers with what the newest handler returns, without registering again', async () => {
    const handle = vi.spyOn(peer, 'handle')
    const { rerender, unmount } = render(<Answering answer={({ n }) => ({ n })} />, { wrapper: StrictMode })
    const registered = handle.mock.calls.length
    await asks(1)
    rerender(<Answering answer={async ({ n }) => ({ twice: n * 2 })} />)
    await asks(2)
    expect(handle).toHaveBeenCalledTimes(registered)
    unmount()
    await asks(3)
    expect(harness.sent()).toEqual([
      { response: true, id: 1, ok: true, data: { n: 1 } },
      { response: true, id: 2, ok: true, data: { twice: 4 } },
      expect.objectContaining({ id: 3, ok: false, errorCode: 501 }),
    ])
  })

  it('refuses with the RequestError that is thrown', async () => {
    render(
      <Answering
        answer={() => {
          throw new RequestError(403, 'not now')
        }}
      />,
    )
    await asks(1)
    expect(harness.sent()).toEqual([expect.objectContaining({ errorCode: 403, errorReason: 'not now' })])
  })
})

describe('useOpen', () => {
  const opened: unknown[] = []
  function Joining({ name = '' }) {
    useOpen((event) => opened.push({ ...event, name }), { peer })
    return null
  }
  beforeEach(() => {
    opened.length = 0
  })

  it('is called at mount for a connection that is open, and at each one after that', async () => {
    const { rerender } = render(<Joining name="a" />, { wrapper: StrictMode })
    expect(opened).toEqual([{ resumed: false, lost: 0, name: 'a' }])
    rerender(<Joining name="b" />)
    await harness.do((socket) => socket.breaks())
    await harness.pass(1000)
    await harness.do((socket) => socket.opens())
    expect(opened.slice(1)).toMatchObject([{ resumed: false, lost: 0, name: 'b' }])
  })

  it('sends first what it sends', async () => {
    function Sending() {
      const { request } = useProtooPeer({ peer })
      const first = useRef(true)
      useOpen(() => void request('join', {}).catch(() => {}), { peer })
      if (first.current) {
        first.current = false
        peer.request('earlier', {}, { whenOpen: true, retry: true }).catch(() => {})
      }
      return null
    }
    render(<Sending />)
    await harness.do((socket) => socket.breaks())
    await harness.pass(1000)
    await harness.do((socket) => socket.opens())
    expect(harness.sent()).toMatchObject([{ method: 'join' }, { method: 'earlier' }])
    peer.close()
  })

  it('reports what the handler throws, at mount and later, and goes on', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    function Failing() {
      useOpen(
        () => {
          throw new Error('no')
        },
        { peer },
      )
      return null
    }
    render(<Failing />)
    await act(settled)
    expect(report).toHaveBeenCalledTimes(1)
    await harness.do((socket) => socket.breaks())
    await harness.pass(1000)
    await harness.do((socket) => socket.opens())
    expect(report).toHaveBeenCalledTimes(2)
  })

  it('follows the peer that its component owns', async () => {
    function Own({ at }: { at: string }) {
      const own = useProtooPeer(at, harness.options)
      useOpen(() => opened.push(at), own)
      return null
    }
    const { rerender } = render(<Own at={url} />)
    await act(settled)
    await harness.do((socket) => socket.opens())
    rerender(<Own at="ws://other.test" />)
    await act(settled)
    await harness.do((socket) => socket.opens())
    expect(opened).toEqual([url, 'ws://other.test'])
  })
})

import { act } from '@testing-library/react'
import { StrictMode } from 'react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  ProtooProvider,
  ReconnectBanner,
  useConnectionStatus,
  useNotification,
  useOpen,
  useProtooPeer,
  useRequest,
  useRequestHandler,
} from '../src/index.js'
import { Harness, macrotask, settled, url } from './harness.js'

const errors = vi.spyOn(console, 'error')
afterEach(() => errors.mockReset())

function Everything() {
  const { status, connected } = useProtooPeer()
  const phase = useConnectionStatus((now) => now.phase)
  const join = useRequest('join')
  useNotification('message', () => {})
  useRequestHandler('confirm', () => ({}))
  useOpen(() => join.run({}))
  return <p>{`${status.state} ${connected} ${phase} ${join.status}`}</p>
}

function Own({ harness }: { harness: Harness }) {
  return <p>{useProtooPeer(url, harness.options).status.state}</p>
}

describe('a server render', () => {
  it('opens nothing, keeps nothing running, and hydrates without a warning', async () => {
    const harness = new Harness()
    const page = (
      <StrictMode>
        <ProtooProvider url={url} options={harness.options}>
          <Everything />
          <ReconnectBanner />
        </ProtooProvider>
        <Own harness={harness} />
      </StrictMode>
    )
    const html = renderToString(page)
    await macrotask()
    expect(harness.sockets).toHaveLength(0)
    expect(harness.clock.pending).toBe(0)
    expect(html).toContain('<p>idle false idle idle</p>')
    expect(html).toContain('<p>idle</p>')

    const element = document.createElement('div')
    element.innerHTML = html
    const recovered: unknown[] = []
    let root: Root | undefined
    await act(async () => {
      root = hydrateRoot(element, page, { onRecoverableError: (error) => recovered.push(error) })
      await settled()
    })
    expect(recovered).toEqual([])
    expect(errors).not.toHaveBeenCalled()
    expect(harness.sockets).toHaveLength(2)
    await act(async () => {
      for (const socket of harness.sockets) socket.opens()
      await settled()
    })
    expect(element.textContent).toContain('open true connected pending')
    act(() => root?.unmount())
    await macrotask()
    expect(harness.alive).toHaveLength(0)
  })

  it('hydrates to the status of now, where the peer is open already', async () => {
    const harness = new Harness()
    const peer = await harness.openPeer()
    const page = (
      <ProtooProvider peer={peer}>
        <Everything />
      </ProtooProvider>
    )
    const element = document.createElement('div')
    element.innerHTML = renderToString(page)
    expect(element.textContent).toBe('idle false idle idle')
    const recovered: unknown[] = []
    await act(async () => {
      hydrateRoot(element, page, { onRecoverableError: (error) => recovered.push(error) })
    })
    expect(recovered).toEqual([])
    expect(errors).not.toHaveBeenCalled()
    expect(element.textContent).toBe('open true connected pending')
    peer.close()
  })
})

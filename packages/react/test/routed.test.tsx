import { connectionStatus } from '@protoo-kit/client-core'
import { createRoutedPeer, type RoutedPeer } from '@protoo-kit/client-core/routed'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ReconnectBanner, useConnectionStatus } from '../src/index.js'
import { Harness, settled, url } from './harness.js'

let harness: Harness
let peer: RoutedPeer

beforeEach(async () => {
  harness = new Harness()
  peer = createRoutedPeer(url, harness.options)
  connectionStatus(peer, { clock: harness.clock })
  await settled()
  harness.last().opens('protoo')
})
afterEach(cleanup)

function Phase() {
  return <code>{useConnectionStatus(({ phase }) => phase, { peer })}</code>
}

describe('a RoutedPeer', () => {
  it('has its status shown by the hook and by the banner, which dials it again', async () => {
    render(
      <>
        <Phase />
        <ReconnectBanner peer={peer} />
      </>,
    )
    const phase = () => document.querySelector('code')?.textContent
    expect(phase()).toBe('connected')
    await harness.do((socket) => socket.breaks())
    await harness.pass(1500)
    expect(phase()).toBe('reconnecting')
    expect(screen.getByRole('status').textContent).toBe('Connection lost. Trying again…')
    await harness.do((socket) => socket.breaks())

    fireEvent.click(screen.getByRole('button', { name: 'Retry now' }))
    await settled()
    await harness.do((socket) => socket.opens('protoo'))
    expect(phase()).toBe('connected')
    expect(screen.getByRole('status').textContent).toBe('Connected again')
  })

  it('that another device has replaced says so', async () => {
    render(<ReconnectBanner peer={peer} />)
    await harness.do((socket) => socket.breaks(3000))
    expect(screen.getByRole('status').textContent).toBe('This page is in use in another window')
  })
})

import { connectionStatus } from '@protoo-kit/client-core'
import { createRoutedPeer, type RoutedPeer } from '@protoo-kit/client-core/routed'
import { cleanup, fireEvent, render } from '@testing-library/vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { settled, url, useHarness } from '../test/harness.js'
import { ReconnectBanner, useConnectionStatus } from './index.js'

const harness = useHarness()
let peer: RoutedPeer

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  peer = createRoutedPeer(url, harness.current.options)
  connectionStatus(peer, { clock: harness.current.clock })
  await settled()
  harness.current.last().opens('protoo')
  await settled()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  peer.close()
})

const Page = defineComponent(() => {
  const status = useConnectionStatus({ peer })
  return () => [h('code', status.value.phase), h(ReconnectBanner, { peer })]
})

async function breaks(code?: number) {
  harness.current.last().breaks(code)
  await settled()
}

describe('a RoutedPeer', () => {
  it('has its status shown by the composable and by the banner, which dials it again', async () => {
    const view = render(Page)
    vi.advanceTimersByTime(100)
    await settled()
    const phase = () => view.container.querySelector('code')?.textContent
    expect(phase()).toBe('connected')
    await breaks()
    await harness.current.pass(1500)
    expect(phase()).toBe('reconnecting')
    expect(view.getByRole('status').textContent).toBe('Connection lost. Trying again…')
    await breaks()

    await fireEvent.click(view.getByRole('button', { name: 'Retry now' }))
    await settled()
    harness.current.last().opens('protoo')
    await settled()
    expect(phase()).toBe('connected')
    expect(view.getByRole('status').textContent).toBe('Connected again')
  })

  it('that another device has replaced says so', async () => {
    const view = render(Page)
    vi.advanceTimersByTime(100)
    await settled()
    await breaks(3000)
    expect(view.getByRole('status').textContent).toBe('This page is in use in another window')
  })
})

import { render } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { defineComponent, h, KeepAlive, reactive, ref, shallowRef } from 'vue'
import { component, macrotask, settled, url, useHarness } from '../test/harness.js'
import {
  type PeerSource,
  ReconnectBanner,
  useConnectionStatus,
  useNotification,
  useOpen,
  usePeer,
  useProtooPeer,
  useRequest,
  useRequestHandler,
} from './index.js'

const harness = useHarness()

function show(peer: PeerSource) {
  const heard: unknown[] = []
  const shown = component(
    () => {
      const options = { peer }
      useNotification('message', (data) => heard.push(data), options)
      useRequestHandler('confirm', () => ({ ok: true }), options)
      useOpen(({ resumed }) => heard.push(resumed), options)
      const phase = useConnectionStatus((status) => status.phase, options)
      return { ...useProtooPeer(options), phase, join: useRequest('join', options) }
    },
    ({ phase, status, connected }) => `${phase.value} ${status.value.state} ${connected.value}`,
  )
  return Object.assign(shown, { heard })
}

describe('a peer that is given', () => {
  it.each<[string, (peer: ReturnType<typeof harness.current.peer>) => PeerSource]>([
    ['as it is', (peer) => peer],
    ['as ref(peer)', (peer) => ref(peer)],
    ['as shallowRef(peer)', (peer) => shallowRef(peer)],
    ['as reactive({ peer }).peer', (peer) => reactive({ peer }).peer],
    [
      'as a getter of reactive({ peer })',
      (peer) => {
        const state = reactive({ peer })
        return () => state.peer
      },
    ],
  ])('%s: status, requests, notifications and handlers work', async (_, wrap) => {
    const peer = harness.current.peer()
    const Shown = show(wrap(peer))
    const { container } = render(Shown)
    await settled()
    expect(container.textContent).toBe('connecting connecting false')
    harness.current.last().opens()
    await settled()
    expect(container.textContent).toBe('connected open true')
    expect(Shown.bindings.peer.value).toBe(peer)

    Shown.bindings.join.run({ room: 'a' })
    harness.current.answers(0, { members: [] })
    await settled()
    expect(Shown.bindings.join.data.value).toEqual({ members: [] })
    Shown.bindings.notify('typing', { on: true })
    expect(harness.current.sent()[1]).toMatchObject({ method: 'typing' })
    harness.current.notifies('message', { text: 'hi' })
    expect(Shown.heard).toEqual([false, { text: 'hi' }])
    harness.current.receives({ request: true, id: 7, method: 'confirm', data: {} })
    await settled()
    expect(harness.current.sent()[2]).toMatchObject({ id: 7, ok: true })
  })

  it.each([
    ['ref(peer)', (peer: ReturnType<typeof harness.current.peer>) => ref(peer).value],
    ['reactive({ peer })', (peer: ReturnType<typeof harness.current.peer>) => reactive({ peer }).peer],
  ])('works through the proxy of %s itself', async (_, wrap) => {
    const proxy = wrap(harness.current.peer({ autoConnect: false }))
    const heard: unknown[] = []
    const stop = proxy.listen('notification', ({ data }) => heard.push(data))
    proxy.handle('confirm', () => ({ ok: true }))
    proxy.connect()
    await settled()
    harness.current.last().opens()
    expect(proxy.status.state).toBe('open')
    expect(proxy.connected).toBe(true)
    const answer = proxy.request('join', { room: 'a' })
    harness.current.answers(0, { members: ['ann'] })
    expect(await answer).toEqual({ members: ['ann'] })
    await proxy.notify('typing')
    harness.current.notifies('message', 'a')
    stop()
    harness.current.notifies('message', 'b')
    expect(heard).toEqual(['a'])
    proxy.close()
    expect(proxy.status).toMatchObject({ state: 'closed', cause: 'local' })
  })

  it('is exchanged where the ref is set: nothing is heard of the one before', async () => {
    const first = await harness.current.openPeer()
    const socket = harness.current.last()
    const second = harness.current.peer()
    const source = shallowRef(first)
    const Shown = show(source)
    const { container } = render(Shown)
    Shown.bindings.join.run().catch(() => {})
    source.value = second
    expect(Shown.bindings.join.status.value).toBe('idle')
    await settled()
    expect(container.textContent).toBe('connecting connecting false')
    harness.current.last().opens()
    socket.receives(JSON.stringify({ notification: true, method: 'message', data: 'old' }))
    harness.current.notifies('message', 'new')
    expect(Shown.heard).toEqual([false, false, 'new'])
    // Free for others again.
    expect(() => first.handle('confirm', () => 1)).not.toThrow()
  })

  it('is left alone when the component is unmounted', async () => {
    const peer = await harness.current.openPeer()
    const view = render(show(peer))
    view.unmount()
    await macrotask()
    expect(peer.connected).toBe(true)
    expect(() => peer.handle('confirm', () => 1)).not.toThrow()
  })

  it('may be given to the banner as a proxy', async () => {
    const peer = harness.current.peer()
    const view = render(() => h(ReconnectBanner, { peer: reactive({ peer }).peer }))
    expect(view.getByRole('status').textContent).toBe('')
  })
})

describe('KeepAlive', () => {
  it('keeps the connection, and what listens, while the component is deactivated', async () => {
    const heard: unknown[] = []
    const Own = component(() => {
      const own = useProtooPeer(url, harness.current.options)
      useNotification('message', (data) => heard.push(data), own)
      return own
    })
    const there = ref(true)
    const Host = defineComponent(() => () => h(KeepAlive, null, () => [there.value ? h(Own) : null]))
    const view = render(Host)
    await settled()
    harness.current.last().opens()
    there.value = false
    await macrotask()
    harness.current.notifies('message', 'hidden')
    there.value = true
    await macrotask()
    expect(heard).toEqual(['hidden'])
    expect(harness.current.sockets).toHaveLength(1)
    expect(harness.current.open).toHaveLength(1)
    view.unmount()
    await macrotask()
    expect(harness.current.open).toHaveLength(0)
  })
})

describe('usePeer', () => {
  it('subscribes to nothing', async () => {
    const peer = harness.current.peer()
    const Shown = component(
      () => ({ peer: usePeer({ peer }) }),
      ({ peer }) => peer.value.connected,
    )
    render(Shown)
    await settled()
    harness.current.last().opens()
    await settled()
    expect(Shown.renders).toBe(1)
  })
})

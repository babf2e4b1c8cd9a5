import { describe, expect, it } from 'vitest'
import { type App, createApp, defineComponent, h, ref } from 'vue'
import { component, macrotask, settled, url, useHarness } from '../test/harness.js'
import { createProtoo, type ProtooSettings, usePeer, useProtooPeer } from './index.js'

const harness = useHarness()

function app(root: Parameters<typeof createApp>[0], settings?: ProtooSettings): App {
  return createApp(root).use(createProtoo(settings ?? { url, options: harness.current.options }))
}

const mount = (app: App) => app.mount(document.createElement('div'))

describe('createProtoo', () => {
  it('dials when the app is mounted, and closes when it is unmounted', async () => {
    const instance = app(component(() => useProtooPeer()))
    await macrotask()
    expect(harness.current.sockets).toHaveLength(0)
    mount(instance)
    await settled()
    harness.current.last().opens()
    expect(harness.current.open).toHaveLength(1)
    instance.unmount()
    expect(harness.current.open).toHaveLength(0)
    await macrotask()
    expect(harness.current.sockets).toHaveLength(1)
  })

  it('gives parent and siblings one peer', async () => {
    const children = [1, 2].map(() => component(() => useProtooPeer()))
    const peers: unknown[] = []
    const Parent = defineComponent(() => {
      peers.push(usePeer().value)
      return () => children.map((child) => h(child))
    })
    const instance = app(Parent)
    mount(instance)
    await settled()
    for (const child of children) expect(child.bindings.peer.value).toBe(peers[0])
    expect(harness.current.sockets).toHaveLength(1)
    instance.unmount()
  })

  it('exchanges the connection of all when a ref of the URL changes', async () => {
    const source = ref('ws://one.test')
    const children = [1, 2].map(() =>
      component(
        () => useProtooPeer(),
        (own) => own.status.value.state,
      ),
    )
    const instance = app(() => children.map((child) => h(child)), {
      url: source,
      options: harness.current.options,
    })
    mount(instance)
    await settled()
    harness.current.last().opens()
    await settled()
    source.value = 'ws://two.test'
    await settled()
    expect(harness.current.sockets.map((socket) => socket.url)).toEqual(['ws://one.test', 'ws://two.test'])
    expect(harness.current.sockets[0]?.closedWith).toBeDefined()
    // Open, then connecting anew: nobody shows that the old one was closed.
    expect(children.map(({ renders }) => renders)).toEqual([4, 4])
    instance.unmount()
    source.value = 'ws://three.test'
    await settled()
    expect(harness.current.sockets).toHaveLength(2)
  })

  it('sees a change between install and mount', async () => {
    const source = ref('ws://one.test')
    const instance = app(
      component(() => useProtooPeer()),
      { url: source, options: harness.current.options },
    )
    source.value = 'ws://two.test'
    mount(instance)
    await settled()
    expect(harness.current.sockets.map((socket) => socket.url)).toEqual(['ws://two.test'])
    instance.unmount()
  })

  it('makes a connection for each app', async () => {
    const plugin = createProtoo({ url, options: harness.current.options })
    const apps = [1, 2].map(() => createApp(component(() => useProtooPeer())).use(plugin))
    for (const each of apps) mount(each)
    await settled()
    expect(harness.current.sockets).toHaveLength(2)
    apps[0]?.unmount()
    expect(harness.current.sockets.map(({ closedWith }) => !!closedWith)).toEqual([true, false])
    apps[1]?.unmount()
  })

  it('provides a peer made by hand, and leaves it alone', async () => {
    const peer = await harness.current.openPeer()
    const Child = component(() => useProtooPeer())
    const instance = app(Child, { peer })
    mount(instance)
    expect(Child.bindings.peer.value).toBe(peer)
    expect(Child.bindings.connected.value).toBe(true)
    instance.unmount()
    expect(peer.connected).toBe(true)
  })

  it('is there for what runs in the app without a component', () => {
    const instance = app(component(() => useProtooPeer()))
    expect(instance.runWithContext(() => usePeer()).value.status).toEqual({ state: 'idle' })
  })
})

import { render } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { computed, createApp, defineComponent, effectScope, h, reactive, ref, toRef, watch } from 'vue'
import { component, macrotask, settled, url, useHarness } from '../test/harness.js'
import { type OptionsSetting, type UrlSetting, usePeer, useProtooPeer } from './index.js'

const harness = useHarness()

/** Shows the state of a connection of its own. */
function own(source: UrlSetting = url, options?: OptionsSetting) {
  return component(
    () => useProtooPeer(source, options ?? harness.current.options),
    ({ status, connected }) => `${status.value.state} ${connected.value}`,
  )
}

describe('useProtooPeer with a URL', () => {
  it('makes one connection per mount, and shows how it stands', async () => {
    const view = render(own())
    expect(view.container.textContent).toBe('idle false')
    await settled()
    expect(view.container.textContent).toBe('connecting false')
    harness.current.last().opens()
    await settled()
    expect(view.container.textContent).toBe('open true')
    await macrotask()
    expect(harness.current.sockets).toHaveLength(1)
  })

  it('closes it a macrotask after the unmount', async () => {
    const view = render(own())
    await settled()
    harness.current.last().opens()
    view.unmount()
    await settled()
    expect(harness.current.open).toHaveLength(1)
    await macrotask()
    expect(harness.current.open).toHaveLength(0)
  })

  it('keeps it when the component comes back within the macrotask', async () => {
    const Own = own()
    const view = render(Own)
    await settled()
    harness.current.last().opens()
    const before = Own.bindings.peer.value
    view.unmount()
    const again = render(Own)
    await macrotask()
    expect(Own.bindings.peer.value).toBe(before)
    expect(again.container.textContent).toBe('open true')
    expect(harness.current.sockets).toHaveLength(1)
    again.unmount()
    await macrotask()
    expect(harness.current.open).toHaveLength(0)
  })

  it('gives it to no other component, for no other URL, and not when it was closed', async () => {
    const [one, other] = [own(), own()]
    render(one).unmount()
    render(other)
    expect(other.bindings.peer.value).not.toBe(one.bindings.peer.value)

    const source = ref('ws://one.test')
    const moving = own(toRef(() => source.value))
    render(moving).unmount()
    const left = moving.bindings.peer.value
    source.value = 'ws://two.test'
    render(moving)
    expect(moving.bindings.peer.value).not.toBe(left)

    const first = own()
    const view = render(first)
    const before = first.bindings.peer.value
    before.close()
    view.unmount()
    render(first)
    expect(first.bindings.peer.value).not.toBe(before)
  })

  it('does not reconnect for options that are made anew and say the same', async () => {
    const version = ref(0)
    const options = computed(() => {
      const token = `token${version.value}`
      return { ...harness.current.options, retry: { retries: 3 }, authToken: () => token }
    })
    const Own = own(url, options)
    render(Own)
    await settled()
    harness.current.last().opens()
    version.value = 1
    await macrotask()
    expect(harness.current.sockets).toHaveLength(1)
    // The newest function is the one that is asked.
    harness.current.last().breaks()
    await harness.current.pass(10_000)
    expect(harness.current.sockets).toHaveLength(2)
    expect(atob(harness.current.last().protocols.at(-1)?.split('.').at(-1) ?? '')).toBe('token1')
  })

  it.each([
    [
      'a ref of the URL',
      () => {
        const source = ref('ws://one.test')
        return {
          source,
          options: undefined,
          change: () => {
            source.value = 'ws://two.test'
          },
        }
      },
    ],
    [
      'a getter as a ref',
      () => {
        const props = reactive({ room: 'one' })
        return {
          source: toRef(() => `ws://${props.room}.test`),
          options: undefined,
          change: () => {
            props.room = 'two'
          },
        }
      },
    ],
    [
      'an option that is a ref',
      () => {
        const authToken = ref('one')
        return {
          source: url,
          options: { ...harness.current.options, authToken },
          change: () => {
            authToken.value = 'two'
          },
        }
      },
    ],
    [
      'options changed in place',
      () => {
        const retry = reactive({ retries: 1 })
        return {
          source: url,
          options: () => ({ ...harness.current.options, retry }),
          change: () => {
            retry.retries = 2
          },
        }
      },
    ],
    [
      'the connectionKey',
      () => {
        const connectionKey = ref(1)
        return {
          source: url,
          options: { ...harness.current.options, connectionKey },
          change: () => {
            connectionKey.value = 2
          },
        }
      },
    ],
  ])('closes the old connection and opens a new one, once, for %s', async (_, make) => {
    const { source, options, change } = make()
    const Own = own(source, options)
    const { container } = render(Own)
    await settled()
    harness.current.last().opens()
    await settled()
    const before = Own.bindings.peer.value
    const states: string[] = []
    const stop = watch(Own.bindings.status, ({ state }) => states.push(state), { flush: 'sync' })
    change()
    await macrotask()
    stop()
    // The end of the old one is no news.
    expect(states).toEqual(['idle', 'connecting'])
    expect(before.status).toMatchObject({ state: 'closed', cause: 'local' })
    expect(harness.current.sockets).toHaveLength(2)
    expect(harness.current.sockets[0]?.closedWith).toBeDefined()
    expect(container.textContent).toBe('connecting false')
    harness.current.last().opens()
    await settled()
    expect(container.textContent).toBe('open true')
  })

  it('makes one connection where URL and options change together, or before the mount', async () => {
    const source = ref('ws://one.test')
    const key = ref(1)
    const Own = component(() => {
      const own = useProtooPeer(source, { ...harness.current.options, connectionKey: key })
      source.value = 'ws://two.test'
      return own
    })
    render(Own)
    await settled()
    expect(harness.current.sockets.map((socket) => socket.url)).toEqual(['ws://two.test'])
    source.value = 'ws://three.test'
    key.value = 2
    await settled()
    expect(harness.current.sockets.map((socket) => socket.url)).toEqual(['ws://two.test', 'ws://three.test'])
  })

  it('asks a function for the URL before each attempt, and does not watch what it reads', async () => {
    const room = ref('one')
    render(own(() => `ws://${room.value}.test`))
    await settled()
    room.value = 'two'
    await settled()
    expect(harness.current.sockets.map((socket) => socket.url)).toEqual(['ws://one.test'])
    harness.current.last().breaks()
    await harness.current.pass(10_000)
    expect(harness.current.last().url).toBe('ws://two.test')
  })

  it('leaves dialling to the application with autoConnect: false', async () => {
    const Own = own(url, { ...harness.current.options, autoConnect: false })
    render(Own)
    await macrotask()
    expect(harness.current.sockets).toHaveLength(0)
    Own.bindings.peer.value.connect()
    await settled()
    expect(harness.current.sockets).toHaveLength(1)
  })

  it('works in an effect scope without a component', async () => {
    const scope = effectScope()
    const own = scope.run(() => useProtooPeer(url, harness.current.options))
    await settled()
    harness.current.last().opens()
    expect(own?.connected.value).toBe(true)
    scope.stop()
    await macrotask()
    expect(harness.current.open).toHaveLength(0)
  })

  it('provides it to the components below', async () => {
    const Child = component(() => ({ peer: usePeer() }))
    const above: unknown[] = []
    const Parent = defineComponent(() => {
      const { peer } = useProtooPeer(url, harness.current.options)
      above.push(peer.value)
      return () => h(Child)
    })
    render(Parent)
    expect(above).toEqual([Child.bindings.peer.value])
  })
})

describe('useProtooPeer without one', () => {
  it('throws where there is no peer, and says what to do', () => {
    expect(() => createApp({}).runWithContext(() => useProtooPeer())).toThrow(
      'no peer: use createProtoo(), or pass { peer }',
    )
  })
})

import { connectionStatus, type Peer } from '@protoo-kit/client-core'
import { render } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { h, nextTick, ref } from 'vue'
import { component, settled, useHarness } from '../test/harness.js'
import { useConnectionStatus, useNotification, useProtooPeer, useRequest } from './index.js'

const harness = useHarness()
let peer: Peer

beforeEach(async () => {
  peer = harness.current.peer({ retry: [10_000] })
  // On the test's time: who asks for it later has the same.
  connectionStatus(peer, { clock: harness.current.clock })
  await settled()
  harness.current.last().opens()
})

describe('renders', () => {
  it('are none for 1,000 notifications in what reads only the status', async () => {
    let heard = 0
    const Shown = component(
      () => {
        useNotification('message', () => heard++, { peer })
        return { ...useProtooPeer({ peer }), phase: useConnectionStatus((status) => status.phase, { peer }) }
      },
      ({ status, phase }) => `${status.value.state} ${phase.value}`,
    )
    render(Shown)
    for (let count = 0; count < 1000; count++) harness.current.notifies('message', { count })
    await settled()
    expect(heard).toBe(1000)
    expect(Shown.renders).toBe(1)
  })

  it('are one per change and subscriber whose selection changed, and none for others', async () => {
    const parts = {
      status: component(
        () => useProtooPeer({ peer }),
        ({ status }) => status.value.state,
      ),
      connected: component(
        () => useProtooPeer({ peer }),
        ({ connected }) => connected.value,
      ),
      phase: component(
        () => ({ phase: useConnectionStatus((status) => status.phase, { peer }) }),
        ({ phase }) => phase.value,
      ),
      object: component(
        () => ({ part: useConnectionStatus(({ phase, cause }) => ({ phase, cause }), { peer }) }),
        ({ part }) => part.value.phase,
      ),
      visible: component(
        () => ({ visible: useConnectionStatus((status) => status.visible, { peer }) }),
        ({ visible }) => visible.value,
      ),
      nothing: component(() => ({ ...useProtooPeer({ peer }), join: useRequest('join', { peer }) })),
    }
    render(() => Object.values(parts).map((part) => h(part)))
    const counts = () =>
      Object.fromEntries(Object.entries(parts).map(([name, { renders }]) => [name, renders]))
    const once = { status: 1, connected: 1, phase: 1, object: 1, visible: 1, nothing: 1 }
    expect(counts()).toEqual(once)
    harness.current.last().breaks()
    await settled()
    expect(counts()).toEqual({ ...once, status: 2, connected: 2, phase: 2, object: 2 })
    await harness.current.pass(1500)
    expect(counts()).toEqual({ ...once, status: 2, connected: 2, phase: 2, object: 2, visible: 2 })
    peer.reconnect()
    await settled()
    expect(counts()).toEqual({ ...once, status: 3, connected: 2, phase: 2, object: 2, visible: 2 })
  })

  it('reach 1,000 subscribed components in one flush', async () => {
    const Shown = component(
      () => useProtooPeer({ peer }),
      ({ connected }) => connected.value,
    )
    const { container } = render(() => Array.from({ length: 1000 }, () => h(Shown)))
    expect(Shown.renders).toBe(1000)
    harness.current.last().breaks()
    await nextTick()
    expect(Shown.renders).toBe(2000)
    expect(new Set(Array.from(container.querySelectorAll('p'), (p) => p.textContent))).toEqual(
      new Set(['false']),
    )
  })

  it('go by isEqual where one is given', async () => {
    const Shown = component(
      () => ({
        part: useConnectionStatus(
          (status) => status,
          (one, other) => one.visible === other.visible,
          { peer },
        ),
      }),
      ({ part }) => part.value.visible,
    )
    render(Shown)
    harness.current.last().breaks()
    await settled()
    expect(Shown.renders).toBe(1)
    await harness.current.pass(1500)
    expect(Shown.renders).toBe(2)
  })

  it('follow refs that a selector reads', async () => {
    const field = ref<'phase' | 'visible'>('phase')
    const Shown = component(
      () => ({ part: useConnectionStatus((status) => status[field.value], { peer }) }),
      ({ part }) => part.value,
    )
    const { container } = render(Shown)
    expect(container.textContent).toBe('connected')
    field.value = 'visible'
    await settled()
    expect(container.textContent).toBe('false')
  })

  it('end with the component', async () => {
    const before = harness.current.clock.pending
    const view = render(component(() => ({ status: useConnectionStatus({ peer }) })))
    harness.current.last().breaks()
    await settled()
    view.unmount()
    peer.close()
    expect(harness.current.clock.pending).toBe(before)
  })
})

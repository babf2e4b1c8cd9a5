import { RequestError } from '@protoo-kit/client-core'
import { render } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import { effectScope, ref } from 'vue'
import { component, settled, useHarness } from '../test/harness.js'
import { useNotification, useOpen, useRequestHandler } from './index.js'

const harness = useHarness()

const asks = (id: number, method: string, data: unknown = {}) =>
  harness.current.receives({ request: true, id, method, data })

describe('useNotification', () => {
  it('calls for one method, with the data, until the component is unmounted', async () => {
    const peer = await harness.current.openPeer()
    const heard: unknown[] = []
    const view = render(
      component(() => ({ it: useNotification('message', (data) => heard.push(data), { peer }) })),
    )
    harness.current.notifies('message', 1)
    harness.current.notifies('typing', 2)
    view.unmount()
    harness.current.notifies('message', 3)
    expect(heard).toEqual([1])
  })

  it('calls the newest handler of a ref, without subscribing again', async () => {
    const peer = await harness.current.openPeer()
    const listen = vi.spyOn(peer, 'listen')
    const heard: string[] = []
    const handler = ref((data: string) => heard.push(`old ${data}`))
    render(component(() => ({ it: useNotification('message', handler, { peer }) })))
    harness.current.notifies('message', 'a')
    handler.value = (data) => heard.push(`new ${data}`)
    harness.current.notifies('message', 'b')
    expect(heard).toEqual(['old a', 'new b'])
    expect(listen).toHaveBeenCalledOnce()
  })

  it('prints what a handler throws, and goes on', async () => {
    const peer = await harness.current.openPeer()
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fail = () => {
      throw new Error('oops')
    }
    const heard: unknown[] = []
    render(
      component(() => ({
        one: useNotification('message', fail, { peer }),
        other: useNotification('message', (data) => heard.push(data), { peer }),
      })),
    )
    harness.current.notifies('message', 1)
    expect(heard).toEqual([1])
    expect(errors).toHaveBeenCalledOnce()
    errors.mockRestore()
  })
})

describe('useRequestHandler', () => {
  it('answers with what the handler returns, resolves to or throws', async () => {
    const peer = await harness.current.openPeer()
    const handler = ref<(data: { n: number }) => unknown>(({ n }) => n + 1)
    render(component(() => ({ it: useRequestHandler('add', handler, { peer }) })))
    asks(1, 'add', { n: 1 })
    handler.value = async ({ n }) => n + 10
    asks(2, 'add', { n: 1 })
    await settled()
    handler.value = () => {
      throw new RequestError(403, 'no')
    }
    asks(3, 'add')
    expect(harness.current.sent()).toMatchObject([
      { id: 1, ok: true, data: 2 },
      { id: 2, ok: true, data: 11 },
      { id: 3, ok: false, errorCode: 403, errorReason: 'no' },
    ])
  })

  it('answers no more once the component is unmounted, and another may', async () => {
    const peer = await harness.current.openPeer()
    const Answering = component(() => ({ it: useRequestHandler('add', () => 1, { peer }) }))
    render(Answering).unmount()
    asks(1, 'add')
    render(Answering)
    asks(2, 'add')
    expect(harness.current.sent()).toMatchObject([
      { id: 1, ok: false, errorCode: 501 },
      { id: 2, ok: true, data: 1 },
    ])
  })

  it('throws where another component answers the method already', async () => {
    const peer = await harness.current.openPeer()
    const answer = () => useRequestHandler('add', () => 1, { peer })
    render(component(() => ({ it: answer() })))
    expect(() => effectScope().run(answer)).toThrow('"add" has a handler already')
  })
})

describe('useOpen', () => {
  it('calls at each open, with what became of the session', async () => {
    const peer = harness.current.peer()
    const heard: unknown[] = []
    const view = render(component(() => ({ it: useOpen((event) => heard.push(event), { peer }) })))
    await settled()
    harness.current.last().opens()
    harness.current.last().breaks()
    await harness.current.pass(10_000)
    harness.current.last().opens()
    view.unmount()
    harness.current.last().breaks()
    await harness.current.pass(10_000)
    harness.current.last().opens()
    expect(heard).toMatchObject([
      { resumed: false, lost: 0 },
      { resumed: false, lost: 0 },
    ])
  })

  it('calls once when the component is mounted, if the connection is open already', async () => {
    const peer = await harness.current.openPeer()
    const order: string[] = []
    render(
      component(() => {
        useOpen(({ resumed }) => order.push(`open ${resumed}`), { peer })
        order.push('setup')
        return {}
      }),
    )
    await settled()
    expect(order).toEqual(['setup', 'open false'])
  })

  it('calls once where it opens between setup and mount', async () => {
    const peer = await harness.current.openPeer()
    harness.current.last().breaks()
    await harness.current.pass(10_000)
    const heard: unknown[] = []
    render(
      component(() => {
        useOpen((event) => heard.push(event), { peer })
        harness.current.last().opens()
        return {}
      }),
    )
    expect(heard).toHaveLength(1)
  })
})

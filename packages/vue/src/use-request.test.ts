import { NotConnectedError, RequestError, RequestTimeoutError } from '@protoo-kit/client-core'
import { render } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { component, settled, useHarness } from '../test/harness.js'
import { useRequest } from './index.js'

const harness = useHarness()

async function joining() {
  const peer = await harness.current.openPeer()
  const Shown = component(
    () => useRequest('join', { peer }),
    ({ status, data, error }) =>
      `${status.value} ${data.value?.n ?? '-'} ${error.value instanceof Error ? error.value.name : '-'}`,
  )
  const view = render(Shown)
  return { peer, Shown, view, join: Shown.bindings, text: () => view.container.textContent }
}

describe('useRequest', () => {
  it('shows the answer, with one render for each change', async () => {
    const { Shown, join, text } = await joining()
    expect(text()).toBe('idle - -')
    const outcome = join.run({ room: 'a' })
    await settled()
    expect(text()).toBe('pending - -')
    harness.current.answers(0, { n: 1 })
    await settled()
    expect(text()).toBe('success 1 -')
    expect(await outcome).toEqual({ n: 1 })
    expect(Shown.renders).toBe(3)
  })

  it('never shows an answer that comes late, and keeps the last one meanwhile', async () => {
    const { join, text } = await joining()
    join.run()
    join.run()
    harness.current.answers(1, { n: 2 })
    await settled()
    harness.current.answers(0, { n: 1 })
    await settled()
    expect(text()).toBe('success 2 -')
    join.run()
    await settled()
    expect(text()).toBe('pending 2 -')
  })

  it('is idle again after abort()', async () => {
    const { join, text } = await joining()
    const outcome = join.run()
    join.abort()
    await settled()
    expect(text()).toBe('idle - -')
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('aborts when the component is unmounted', async () => {
    const { view, join } = await joining()
    const outcome = join.run()
    view.unmount()
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
    harness.current.answers(0, { n: 1 })
    await settled()
    expect(join.data.value).toBeUndefined()
  })

  it('shows what the server refused with, as an error of its class', async () => {
    const { join, text } = await joining()
    // Nobody catches the promise.
    join.run()
    harness.current.receives({
      response: true,
      id: harness.current.sent()[0]?.id,
      ok: false,
      errorCode: 404,
      errorReason: 'no such room',
    })
    await settled()
    expect(text()).toBe('error - RequestError')
    expect(join.error.value).toBeInstanceOf(RequestError)
    expect(join.error.value).toMatchObject({ code: 404 })
  })

  it('shows timeouts and a missing connection likewise, and forgets them with the next run', async () => {
    const { peer, join, text } = await joining()
    join.run({}, { timeout: 100 })
    await harness.current.pass(100)
    expect(join.error.value).toBeInstanceOf(RequestTimeoutError)
    join.run()
    expect(join.error.value).toBeUndefined()
    join.abort()
    harness.current.last().breaks()
    join.run()
    await settled()
    expect(join.error.value).toBeInstanceOf(NotConnectedError)
    expect(text()).toBe('error - NotConnectedError')
    peer.close()
  })
})

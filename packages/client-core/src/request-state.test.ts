import { RequestError } from '@protoo-kit/protocol'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { PeerHarness, settled } from '../test/harness.js'
import type { Peer } from './peer.js'
import { requestState } from './request-state.js'

interface Chat {
  server: { requests: { join(data: { name: string }): { members: string[] } } }
  client: object
}

const name = 'Ann'
const members = ['Ann']
const idle = { status: 'idle', data: undefined, error: undefined }
const pending = { ...idle, status: 'pending' }
const success = { status: 'success', data: { members }, error: undefined }

const unhandled = vi.fn()

beforeEach(() => {
  process.on('unhandledRejection', unhandled)
})

afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

/** A connected peer, its server, and the state of a request to it. */
async function joining() {
  const server = new PeerHarness()
  const peer: Peer<Chat> = await server.opened()
  const join = requestState(peer, 'join')
  const states: string[] = []
  join.subscribe(() => states.push(join.get().status))
  const refuse = (id: number) =>
    server
      .last()
      .receives(JSON.stringify({ response: true, id, ok: false, errorCode: 403, errorReason: 'full' }))
  return { server, peer, join, states, refuse }
}

describe('run', () => {
  it('is idle, pending, and a success', async () => {
    const { server, join, states } = await joining()
    expect(join.get()).toEqual(idle)
    const outcome = join.run({ name })
    expect(join.get()).toEqual(pending)
    expect(server.sent()).toMatchObject([{ request: true, id: 1, method: 'join', data: { name } }])
    server.answer(1, { members })
    await expect(outcome).resolves.toEqual({ members })
    expect(join.get()).toEqual(success)
    expect(states).toEqual(['pending', 'success'])
    expect(join.getInitial()).toEqual(idle)
  })

  it('is an error, which nobody needs to catch', async () => {
    const { join, refuse } = await joining()
    join.run({ name })
    refuse(1)
    await settled()
    const { status, error } = join.get()
    expect(status).toBe('error')
    expect(error).toEqual(new RequestError(403, 'full'))
  })

  it('rejects as the request does', async () => {
    const { join, refuse } = await joining()
    const outcome = join.run({ name })
    refuse(1)
    await expect(outcome).rejects.toThrow('full')
  })

  it('keeps the data of the last success while pending, after an error, and when aborted', async () => {
    const { server, join, refuse } = await joining()
    join.run({ name })
    server.answer(1, { members })
    await settled()
    join.run({ name })
    expect(join.get()).toEqual({ ...success, status: 'pending' })
    refuse(2)
    await settled()
    expect(join.get()).toMatchObject({ status: 'error', data: { members } })
    join.run({ name })
    expect(join.get().error).toBeUndefined()
    join.abort()
    expect(join.get()).toEqual({ ...success, status: 'idle' })
  })

  it('gives the same object until something changes', async () => {
    const { server, join } = await joining()
    join.run({ name })
    const before = join.get()
    expect(join.get()).toBe(before)
    server.answer(1, { members })
    await settled()
    expect(join.get()).not.toBe(before)
  })

  it('rejects, and is an error, when the peer refuses at once', async () => {
    const { peer, join } = await joining()
    peer.close()
    await expect(join.run({ name })).rejects.toThrow('closed')
    expect(join.get().status).toBe('error')
  })

  it('rejects, and is an error, when the peer throws', async () => {
    const thrown = new TypeError('method must be a string')
    const join = requestState(
      {
        request() {
          throw thrown
        },
      },
      'join',
    )
    const outcome = join.run()
    expect(join.get().status).toBe('pending')
    await expect(outcome).rejects.toBe(thrown)
    expect(join.get()).toEqual({ status: 'error', data: undefined, error: thrown })
  })

  it('has the types of the contract', async () => {
    const { join } = await joining()
    expectTypeOf(join.get().data).toEqualTypeOf<{ members: string[] } | undefined>()
    expectTypeOf(join.run).returns.resolves.toEqualTypeOf<{ members: string[] }>()
    // @ts-expect-error a name is missing
    join.run({}).catch(() => {})
    join.abort()
  })
})

describe('a run that another replaces', () => {
  it('is aborted, and what becomes of it is not shown', async () => {
    const { server, join, states } = await joining()
    const first = join.run({ name: 'first' })
    const second = join.run({ name: 'second' })
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    server.answer(1, { members: ['stale'] })
    await settled()
    expect(join.get()).toEqual(pending)
    server.answer(2, { members })
    await second
    expect(join.get()).toEqual(success)
    expect(states).toEqual(['pending', 'pending', 'success'])
  })

  it('is not shown even if it cannot be aborted', async () => {
    const answers: ((data: object) => void)[] = []
    const peer = { request: () => new Promise<never>((resolve) => answers.push(resolve as () => void)) }
    const join = requestState(peer, 'join')
    join.run()
    join.run()
    answers[1]?.({ run: 2 })
    await settled()
    answers[0]?.({ run: 1 })
    await settled()
    expect(join.get()).toMatchObject({ status: 'success', data: { run: 2 } })
  })

  it('may begin a third one when it hears of it, and that one counts', async () => {
    const signals: (AbortSignal | undefined)[] = []
    const peer: Pick<Peer, 'request'> = {
      request: (_, data, options) => {
        signals.push(options?.signal)
        if (data === 1) options?.signal?.addEventListener('abort', () => join.run(3))
        return data === 3 ? Promise.resolve(3) : new Promise(() => {})
      },
    }
    const join = requestState(peer, 'join')
    const states: string[] = []
    join.subscribe(() => states.push(join.get().status))
    join.run(1)
    join.run(2)
    await settled()
    expect(states).toEqual(['pending', 'pending', 'success'])
    expect(join.get()).toMatchObject({ status: 'success', data: 3 })
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false, true])
  })
})

describe('abort', () => {
  it('is idle at once, and its outcome is not shown', async () => {
    const { server, join, states } = await joining()
    const outcome = join.run({ name })
    join.abort()
    expect(join.get()).toEqual(idle)
    server.answer(1, { members })
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
    expect(join.get()).toEqual(idle)
    expect(states).toEqual(['pending', 'idle'])
  })

  it('changes nothing when nothing waits', async () => {
    const { server, join, states } = await joining()
    join.abort()
    join.run({ name })
    server.answer(1, { members })
    await settled()
    join.abort()
    expect(join.get()).toEqual(success)
    expect(states).toEqual(['pending', 'success'])
  })

  it('is not idle when another run begins on hearing of it', async () => {
    const peer: Pick<Peer, 'request'> = {
      request: (_, data, options) => {
        if (data === 1) options?.signal?.addEventListener('abort', () => join.run(2))
        return data === 2 ? Promise.resolve(2) : new Promise(() => {})
      },
    }
    const join = requestState(peer, 'join')
    join.run(1)
    join.abort()
    expect(join.get().status).toBe('pending')
    await settled()
    expect(join.get()).toMatchObject({ status: 'success', data: 2 })
  })

  it("is idle when the caller's own signal aborts", async () => {
    const { join, states } = await joining()
    const controller = new AbortController()
    const outcome = join.run({ name }, { signal: controller.signal })
    controller.abort('enough')
    await expect(outcome).rejects.toBe('enough')
    expect(join.get()).toEqual(idle)
    expect(states).toEqual(['pending', 'idle'])
  })

  it("is idle when the caller's own signal was aborted before", async () => {
    const { server, join } = await joining()
    await expect(join.run({ name }, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
    expect(join.get()).toEqual(idle)
    expect(server.sent()).toEqual([])
  })

  it("reaches a request that has the caller's signal as well, and its other options", async () => {
    const { server, join } = await joining()
    const { signal } = new AbortController()
    const outcome = join.run({ name }, { signal, timeout: 1000 })
    expect(server.clock.next).toBe(1000)
    join.abort()
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('listeners', () => {
  it('that throw break neither the run nor others', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const { server, join, states } = await joining()
    join.subscribe(() => {
      throw new Error('mine')
    })
    const outcome = join.run({ name })
    server.answer(1, { members })
    await outcome
    expect(join.get()).toEqual(success)
    expect(states).toEqual(['pending', 'success'])
  })

  it('may begin another run', async () => {
    const { server, join } = await joining()
    const stop = join.subscribe(() => {
      if (join.get().status !== 'success') return
      stop()
      join.run({ name: 'again' })
    })
    join.run({ name })
    server.answer(1, { members })
    await settled()
    expect(join.get()).toEqual({ ...success, status: 'pending' })
    expect(server.sent()).toHaveLength(2)
  })
})

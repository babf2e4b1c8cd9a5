import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AcceptRequest, RejectRequest } from '../src/answer.js'
import { PeerClosedError } from '../src/errors.js'
import { FakeClock, memoryPair } from '../src/testing.js'
import { createEnd, drop, type End, listenersOf, settled } from './ends.js'

/** What may happen next. `end` is 0 or 1. */
type Step =
  | { do: 'request'; end: 0 | 1; retry: boolean; whenOpen: boolean; timeout: number }
  | { do: 'answer'; end: 0 | 1; pick: number; accept: boolean; twice: boolean }
  | { do: 'abort'; pick: number }
  | { do: 'wait'; ms: number }
  | { do: 'frame'; end: 0 | 1; frame: string }
  | { do: 'connect' | 'drop' | 'close' | 'deliver' }

const end = fc.constantFrom<0 | 1>(0, 1)
const pick = fc.nat({ max: 20 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      end,
      retry: fc.boolean(),
      whenOpen: fc.boolean(),
      timeout: fc.constantFrom(5, 50, 500, 5000, Infinity),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      end,
      pick,
      accept: fc.boolean(),
      twice: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'deliver' }) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'connect' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'drop' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'close' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 600 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('frame' as const),
      end,
      frame: fc.constantFrom(
        'null',
        '{',
        '{"response":true,"id":0,"ok":true}',
        '{"response":true,"id":1e9,"ok":true}',
      ),
    }),
  },
)

/** A request that was made, and what became of it. */
interface Made {
  token: number
  retry: boolean
  whenOpen: boolean
  due: number
  madeAt: 'up' | 'down' | 'closed'
  controller: AbortController
  settlements: unknown[]
  /** How often its connection was lost. */
  drops: number
  closed: boolean
}

/** A request that arrived, and waits for its answer. */
interface Held {
  token: number
  accept: AcceptRequest
  reject: RejectRequest
}

/** Two engines, one connection at a time between them, and the rules that hold whatever happens. */
class World {
  readonly clock = new FakeClock()
  readonly ends: [End, End]
  readonly made: Made[] = []
  readonly held: [Held[], Held[]] = [[], []]
  private state: Made['madeAt'] = 'down'
  private cut = () => {}
  private readonly strayAnswers: string[] = []

  constructor() {
    this.ends = [createEnd({}, this.clock), createEnd({}, this.clock)]
    for (const [index, end] of this.ends.entries()) {
      end.listeners.push(({ data }, accept, reject) => {
        this.held[index]?.push({ token: data.token, accept, reject })
      })
    }
  }

  async run(step: Step): Promise<void> {
    switch (step.do) {
      case 'request':
        return this.request(step)
      case 'answer':
        return this.answer(step)
      case 'abort':
        return this.made[step.pick]?.controller.abort(`abort ${step.pick}`)
      case 'wait':
        return this.clock.advance(step.ms)
      case 'frame':
        return this.ends[step.end].rpc.receive(step.frame)
      case 'connect':
        return this.connect()
      case 'drop':
        return this.drop()
      case 'close':
        return this.close()
      case 'deliver':
        return settled()
    }
  }

  private request({ end, retry, whenOpen, timeout }: Extract<Step, { do: 'request' }>): void {
    const token = this.made.length
    const controller = new AbortController()
    const made: Made = {
      token,
      retry,
      whenOpen,
      due: this.clock.now() + timeout,
      madeAt: this.state,
      controller,
      settlements: [],
      drops: 0,
      closed: false,
    }
    this.made.push(made)
    this.ends[end].rpc
      .request('ask', { token }, { retry, whenOpen, timeout, signal: controller.signal })
      .then(
        (data) => made.settlements.push({ accepted: data.token }),
        (error) => made.settlements.push(error),
      )
  }

  private answer({ end, pick, accept, twice }: Extract<Step, { do: 'answer' }>): void {
    const { length } = this.held[end]
    const [held] = length ? this.held[end].splice(pick % length, 1) : []
    if (!held) return
    const answer = () => (accept ? held.accept({ token: held.token }) : held.reject(400, String(held.token)))
    answer()
    if (twice) answer()
  }

  private connect(): void {
    if (this.state === 'up') return
    this.state = 'up'
    const { ends, cut } = memoryPair()
    this.cut = cut
    for (const [index, end] of this.ends.entries()) {
      const socket = ends[index as 0 | 1]
      const received = new Set<number>()
      socket.onframe = (text) => {
        const { request, id } = JSON.parse(text)
        if (request) received.add(id)
        end.rpc.receive(text)
      }
      end.link = (text) => {
        const { response, id } = JSON.parse(text)
        // An answer goes out once, on the connection that its request came on. Noted, for the engine
        // would catch what is thrown here.
        if (response && !received.delete(id)) this.strayAnswers.push(text)
        socket.send(text)
      }
    }
    for (const { rpc } of this.ends) rpc.connected(() => {})
  }

  drop(): void {
    if (this.state === 'up') for (const made of this.made) made.drops++
    if (this.state !== 'closed') this.state = 'down'
    this.cut()
    for (const end of this.ends) drop(end)
    this.state = 'down'
  }

  close(): void {
    for (const made of this.made) made.closed = true
    this.state = 'closed'
    this.cut()
    for (const end of this.ends) {
      end.link = undefined
      end.rpc.disconnected(() => new PeerClosedError(), true)
    }
  }

  check(): void {
    for (const end of this.ends) {
      const requests = end.sent.map((text) => JSON.parse(text)).filter(({ request }) => request)
      const first = requests.filter(({ id }, index) => requests.findIndex((r) => r.id === id) === index)
      // Ids count up, and name one request each.
      expect(first.map(({ id }) => id)).toEqual(first.map(({ id }) => id).sort((a, b) => a - b))
      for (const { id, data } of requests)
        expect(requests.find((request) => request.id === id).data).toEqual(data)
      for (const { data } of requests) {
        const times = requests.filter((request) => request.data.token === data.token).length
        if (!this.made[data.token]?.retry) expect(times).toBe(1)
      }
    }
    for (const made of this.made) {
      expect(made.settlements).toHaveLength(1)
      expect(listenersOf(made.controller.signal)).toBe(0)
      this.checkOutcome(made)
    }
    expect(this.strayAnswers).toEqual([])
    expect(this.clock.pending).toBe(0)
  }

  /** Whether it came to what could become of it. */
  private checkOutcome({ token, settlements, ...made }: Made): void {
    const [result] = settlements as [{ name?: string; message?: string } | string]
    if (typeof result === 'string') {
      expect(result).toBe(`abort ${token}`)
      return
    }
    switch (result.name) {
      case undefined:
        expect(result).toEqual({ accepted: token })
        break
      case 'RequestError':
        expect(result).toMatchObject({ code: 400, message: String(token) })
        break
      case 'RequestTimeoutError':
        expect(this.clock.now()).toBeGreaterThanOrEqual(made.due)
        break
      case 'ConnectionLostError':
        expect(made.drops).toBeGreaterThan(0)
        expect(made.retry).toBe(false)
        break
      case 'NotConnectedError':
        expect(made).toMatchObject({ madeAt: 'down', whenOpen: false })
        break
      case 'PeerClosedError':
        if (made.madeAt === 'closed') expect(result.message).toBe('transport closed')
        else expect(made.closed).toBe(true)
        break
      default:
        expect.fail(`unexpected: ${String(result)}`)
    }
  }
}

const options = { numRuns: 400 }
const steps = fc.array(step, { maxLength: 60, size: 'max' })

it('settles every request once, with its own answer or what became of it, when closed at the end', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const world = new World()
      for (const step of steps) await world.run(step)
      world.close()
      await Promise.resolve()
      await settled()
      world.check()
    }),
    options,
  )
})

it('settles every request once by its timeout, when it is left alone', async () => {
  const finite = steps.map((list) =>
    list.map((step) => (step.do === 'request' ? { ...step, timeout: Math.min(step.timeout, 5000) } : step)),
  )
  await fc.assert(
    fc.asyncProperty(finite, async (steps) => {
      const world = new World()
      for (const step of steps) await world.run(step)
      world.clock.advance(6000)
      await settled()
      world.check()
    }),
    options,
  )
})

import { describe, expect, it } from 'vitest'
import { PeerClosedError, ProtocolError, RequestError } from '../src/errors.js'
import { encode } from '../src/message.js'
import { parse } from '../src/parse.js'
import { SUBPROTOCOL } from '../src/subprotocol.js'
import { createEnd, drop, type End, open, outcome, settled } from './ends.js'
import { base, type Step } from './vectors.js'

it('are those of this protocol, each under a name of its own', () => {
  expect(base.protocol).toBe(SUBPROTOCOL)
  for (const list of [base.parse, base.encode, base.exchanges]) {
    const names = list.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  }
})

describe('parse', () => {
  it.each(base.parse)('$name', ({ frame, ...expected }) => {
    const read = parse(frame)
    if ('error' in expected) {
      expect(read).toBeInstanceOf(ProtocolError)
      expect(read).toHaveProperty('code', expected.error)
    } else expect(read).toEqual(expected.message)
  })
})

describe('encode', () => {
  it.each(base.encode)('$name', ({ message, frame }) => {
    expect(encode(message)).toBe(frame)
    expect(parse(frame)).toEqual(message)
  })
})

/** The end under test, with the application that the exchanges suppose. */
class Subject {
  private readonly end: End = createEnd()
  private readonly results = new Map<string, Promise<unknown>>()
  private readonly held: (() => void)[] = []
  private framesRead = 0
  private notificationsRead = 0
  private errorsRead = 0

  constructor() {
    const { rpc, listeners } = this.end
    rpc.handle('echo', (data) => data)
    rpc.handle('refuse', () => {
      throw new RequestError(409, 'name taken', { name: 'Ann' })
    })
    rpc.handle('fail', () => {
      throw new Error('BOOM')
    })
    // A handler, too: with a listener nothing would be answered 501.
    rpc.handle('later', (data) => new Promise((resolve) => this.held.push(() => resolve(data))))
    expect(listeners).toEqual([])
  }

  async take(step: Step): Promise<void> {
    const { end, results } = this
    if ('connection' in step) this.connection(step.connection)
    else if ('remote' in step) end.rpc.receive(step.remote)
    else if ('subject' in step) expect(end.sent[this.framesRead++]).toBe(step.subject)
    else if ('application' in step) this.application(step)
    else if ('resolves' in step) expect(await results.get(step.result)).toEqual(step.resolves)
    else if ('rejects' in step) expect(await results.get(step.result)).toMatchObject(step.rejects)
    else if (step.event === 'notification') {
      const { method, data } = step
      expect(end.notifications[this.notificationsRead++]).toEqual({ notification: true, method, data })
    } else expect(end.errors[this.errorsRead++]).toHaveProperty('code', step.code)
    await settled()
  }

  /** All that happened was in the steps. */
  finish(): void {
    expect(this.end.sent.slice(this.framesRead)).toEqual([])
    expect(this.end.notifications.slice(this.notificationsRead)).toEqual([])
    expect(this.end.errors.slice(this.errorsRead)).toEqual([])
  }

  private connection(change: 'open' | 'drop' | 'close'): void {
    if (change === 'open') open(this.end)
    else if (change === 'drop') drop(this.end)
    else this.end.rpc.disconnected(() => new PeerClosedError(), true)
  }

  private application(step: Extract<Step, { application: string }>): void {
    const { rpc } = this.end
    if (step.application === 'answer') this.held.shift()?.()
    else if (step.application === 'notify') void rpc.notify(step.method, step.data)
    else {
      const { as, method, data, retry = false } = step
      this.results.set(as, outcome(rpc.request(method, data, { retry })))
    }
  }
}

describe('exchanges', () => {
  it.each(base.exchanges)('$name', async ({ steps }) => {
    expect(steps.map(({ n }) => n)).toEqual(steps.map((_, index) => index + 1))
    const subject = new Subject()
    for (const step of steps) await subject.take(step)
    subject.finish()
  })
})

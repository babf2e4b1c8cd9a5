import type { FakeClock } from '@protoo-kit/protocol/testing'
import { describe, expect, it, vi } from 'vitest'
import { type Line, setup } from '../test/session-fakes.js'

const HEARTBEAT = 15_000
const immediate = () => new Promise((resolve) => setImmediate(resolve))
const ECHO = '{"ack":0,"echo":true}'

/** What is sent to a client in so many ms, which answers as a client does. */
function live(clock: FakeClock, line: Line, ms: number, each?: () => void) {
  const sent: string[] = []
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100)
    each?.()
    const now = line.sent()
    sent.push(...now)
    for (const text of now) if (text.includes('echo')) line.says('{"ack":0}')
  }
  return sent
}

describe('an idle session', () => {
  it('carries one echo-ack and one answer in a heartbeat', () => {
    const { clock, begin } = setup()
    const { line, log } = begin()
    const sent = live(clock, line, 10 * HEARTBEAT)
    expect(new Set(sent)).toEqual(new Set([ECHO]))
    expect(sent.length).toBeGreaterThanOrEqual(9)
    expect(sent.length).toBeLessThanOrEqual(10)
    expect(log).toEqual([])
  })

  it('is never silent for longer than a heartbeat and half a second', () => {
    const { clock, begin } = setup()
    const { line } = begin()
    let silent = 0
    let longest = 0
    for (let passed = 0; passed < 10 * HEARTBEAT; passed += 100) {
      silent += live(clock, line, 100).length > 0 ? -silent : 100
      longest = Math.max(longest, silent)
    }
    expect(longest).toBeLessThanOrEqual(HEARTBEAT + 500)
  })

  it.each([false, true])('whose client is gone is dropped after two heartbeats: confirmed %s', (confirm) => {
    const { clock, begin } = setup()
    const { line, log, transport } = begin(confirm)
    clock.advance(2 * HEARTBEAT - 600)
    expect(log).toEqual([])
    expect(line.sent().filter((text) => text === ECHO).length).toBeLessThanOrEqual(2)
    clock.advance(1600)
    expect(line.ws.calls).toEqual(['terminate'])
    expect(log).toEqual(['disconnected'])
    expect(transport.connected).toBe(false)
  })
})

describe('a server that stood still itself', () => {
  it('asks before it drops anybody: what has come meanwhile is still to be read', () => {
    const { clock, begin } = setup()
    const { line, log } = begin()
    let stood = 0
    vi.spyOn(clock, 'monotonic').mockImplementation(() => clock.now() + stood)
    clock.advance(1000)
    line.sent()
    // Time passes, and the sessions are looked at when all of it is over.
    stood += 5 * HEARTBEAT
    clock.advance(500)
    expect(line.sent()).toEqual([ECHO])
    line.says('{"ack":0}')
    clock.advance(1000)
    expect(log).toEqual([])
    // Who does not answer is gone.
    stood += 5 * HEARTBEAT
    clock.advance(1000)
    expect(log).toEqual(['disconnected'])
  })
})

describe('a session in which only the server sends', () => {
  it('asks for a sign of life once in a heartbeat, if no acks come', () => {
    const { clock, begin } = setup()
    const { line, log, transport } = begin()
    const sent = live(clock, line, 10 * HEARTBEAT, () => transport.sendText('{"x":1}'))
    const acks = sent.filter((text) => text.includes('ack'))
    expect(acks.length).toBeGreaterThanOrEqual(9)
    expect(acks.length).toBeLessThanOrEqual(10)
    expect(log).toEqual([])
  })

  it('asks for none while acks come', () => {
    const { clock, begin } = setup()
    const { line, transport } = begin()
    let number = 0
    const sent = live(clock, line, 3 * HEARTBEAT, () => {
      number = transport.sendText('{"x":1}')
      line.says(`{"ack":${number}}`)
    })
    expect(new Set(sent)).toEqual(new Set(['{"x":1}']))
  })

  it('drops a client that does not answer, however much is sent', () => {
    const { clock, begin } = setup()
    const { line, log, transport } = begin()
    for (let passed = 0; passed <= 2 * HEARTBEAT; passed += 100) {
      transport.sendText('{"x":1}')
      clock.advance(100)
    }
    clock.advance(900)
    expect(line.ws.calls).toEqual(['terminate'])
    expect(log).toEqual(['disconnected'])
  })
})

describe('a session in which only the client sends', () => {
  it('is acked within a second, and needs no other sign of life', () => {
    const { clock, begin } = setup()
    const { line, log } = begin()
    let last = 0
    let acked = 0
    let count = 0
    for (let passed = 0; passed < 3 * HEARTBEAT; passed += 100) {
      line.says('{"x":1}')
      count++
      clock.advance(100)
      for (const text of line.sent()) {
        const frame = JSON.parse(text)
        expect(frame.echo).toBeUndefined()
        acked = frame.ack
        last = passed
      }
      expect(passed - last).toBeLessThanOrEqual(1000)
      expect(count - acked).toBeLessThanOrEqual(10)
    }
    expect(log.length).toBe(0)
  })

  it('asks once in a heartbeat at most: a message here and there', () => {
    const { clock, begin } = setup()
    const { line } = begin()
    const sent = live(clock, line, 10 * HEARTBEAT, () => {
      if (clock.now() % (HEARTBEAT - 1000) === 0) line.says('{"x":1}')
    })
    // An ack for each message, and at most one question.
    expect(sent.length).toBeLessThanOrEqual(20)
  })
})

describe('signs of life', () => {
  it('are bytes, too: one long message may take its time', () => {
    const { clock, begin } = setup()
    const { line, log, transport } = begin()
    for (let passed = 0; passed < 10 * HEARTBEAT; passed += 1000) {
      line.bytes()
      clock.advance(1000)
    }
    expect(log).toEqual([])
    expect(transport.connected).toBe(true)
    // None of the client's, which is busy sending, but of the server's.
    expect(line.sent().length).toBeLessThanOrEqual(10)
  })

  it('count for the connection that they come on, and not for the one before', () => {
    const { clock, sessions, begin } = setup()
    const { line, log, transport, token } = begin()
    const next = begin().line
    transport.resume(next.connection, { token, received: 0, attempt: 1 })
    for (let passed = 0; passed <= 2 * HEARTBEAT; passed += 1000) {
      line.bytes()
      clock.advance(1000)
    }
    clock.advance(1000)
    expect(log).toContain('disconnected')
    expect(sessions.find({ token, received: 0, attempt: 2 })).toBe(transport)
  })

  it('begin anew with each connection', () => {
    const { clock, begin } = setup()
    const { line, log, transport, token } = begin()
    clock.advance(HEARTBEAT)
    line.drops()
    clock.advance(HEARTBEAT)
    const next = begin().line
    transport.resume(next.connection, { token, received: 0, attempt: 1 })
    clock.advance(2 * HEARTBEAT - 600)
    expect(log).toEqual(['disconnected', 'resumed'])
  })
})

describe('a client that reads slowly', () => {
  it('is heard meanwhile: its acks are signs of life', () => {
    const { clock, begin } = setup()
    const { line, log, transport } = begin()
    line.socket.stuck = true
    transport.sendText(`"${'x'.repeat(100_000)}"`)
    expect(line.connection.draining).toBe(true)
    for (let passed = 0; passed < 4 * HEARTBEAT; passed += 1000) {
      // A paused WebSocket would not let them through.
      if (line.ws.calls.at(-1) !== 'pause') line.says('{"ack":0}')
      clock.advance(1000)
    }
    expect(log).toEqual([])
  })

  it('shows that it lives by reading, when it sends more than is kept and is not heard', async () => {
    const { clock, begin } = setup()
    const { line, log, transport } = begin()
    await immediate()
    line.socket.stuck = true
    const exchange = () => {
      transport.sendText(`"${'x'.repeat(100_000)}"`)
      for (let count = 0; count < 10 && line.ws.calls.at(-1) !== 'pause'; count++)
        line.says(`"${'x'.repeat(10_000)}"`)
    }
    for (let passed = 0; passed < 4 * HEARTBEAT; passed += 5000) {
      exchange()
      clock.advance(5000)
      line.socket.flush()
      await immediate()
    }
    expect(log).not.toContain('disconnected')
    // It does not read at all any more.
    exchange()
    clock.advance(2 * HEARTBEAT + 1000)
    expect(log).toContain('disconnected')
  })
})

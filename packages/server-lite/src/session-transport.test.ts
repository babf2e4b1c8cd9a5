import { describe, expect, it } from 'vitest'
import { Line, setup } from '../test/session-fakes.js'
import { SharedText } from './shared-text.js'

const immediate = () => new Promise((resolve) => setImmediate(resolve))
const text = (length: number) => `"${'x'.repeat(length - 2)}"`

function away(settings = {}) {
  const bed = setup(settings)
  const session = bed.begin()
  session.line.drops()
  return { ...bed, ...session, resume: { token: session.token, received: 0, attempt: 1 } }
}

describe('SessionTransport', () => {
  it('says first what the session is, then what the client has not, then what the application adds', () => {
    const { transport, token, resume } = away()
    transport.sendText('1')
    transport.sendText('2')
    const next = new Line()
    transport.resume(next.connection, { ...resume, received: 1 })
    transport.sendText('3')
    const [first, ...rest] = next.sent()
    expect(JSON.parse(first ?? '')).toMatchObject({ session: { token, resumed: true, received: 0 } })
    expect(rest).toEqual(['2', '3'])
  })

  it('closes the connection that it leaves with 4001, and hears nothing of it any more', async () => {
    const { begin } = setup()
    const { transport, line, log, token } = begin()
    await immediate()
    const next = new Line()
    transport.resume(next.connection, { token, received: 0, attempt: 1 })
    expect(line.ws.calls).toEqual(['close 4001'])
    line.says('"late"')
    line.drops(4000)
    next.says('"new"')
    expect(log).toEqual(['resumed', '"new"'])
    expect(transport.connected).toBe(true)
  })

  it('knows which attempts come too late: those not above the highest attached', () => {
    const { transport, resume } = away()
    expect([0, 1].map((attempt) => transport.outdated({ ...resume, attempt }))).toEqual([true, false])
    transport.resume(new Line().connection, { ...resume, attempt: 7 })
    expect([6, 7, 8].map((attempt) => transport.outdated({ ...resume, attempt }))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('can go on from what was acked to what was sent, confirmed or not', () => {
    const { begin } = setup()
    const { transport, line, token } = begin(false)
    const counts = () =>
      [0, 1, 2, 3, 4].filter((received) => transport.resumable({ token, received, attempt: 1 }))
    for (const message of ['1', '2', '3']) transport.sendText(message)
    expect(counts()).toEqual([0, 1, 2, 3])
    line.says('{"ack":2}')
    expect(counts()).toEqual([2, 3])
  })

  it('gives a message its number while the client is away, and takes it back', () => {
    const { transport, resume } = away()
    expect([transport.sendText('1'), transport.sendText('2'), transport.sendText('3')]).toEqual([1, 2, 3])
    transport.forget(2)
    const next = new Line()
    transport.resume(next.connection, resume)
    expect(next.sent().slice(1)).toEqual(['1', '{}', '3'])
    // Too late: sent again it would be no other.
    next.says('{"ack":3}')
    transport.forget(3)
    expect(transport.sendText('4')).toBe(4)
  })

  it('calls back at once, since what is kept will arrive', () => {
    const { transport } = away()
    const done: unknown[] = []
    transport.sendText('1', (error) => done.push(error))
    expect(done).toEqual([undefined])
  })

  it('is sent what others get too, in its place among the rest', () => {
    const { transport, resume } = away()
    transport.sendText('1')
    transport.sendShared(new SharedText('2'))
    const next = new Line()
    transport.resume(next.connection, resume)
    transport.sendShared(new SharedText('3'))
    transport.sendText('4')
    expect(next.sent().slice(1)).toEqual(['1', '2', '3', '4'])
  })

  it('delivers what had come before a drop, though nobody had taken it by then', async () => {
    const { sessions } = setup()
    const line = new Line()
    const transport = sessions.begin(line.connection)
    line.says('"soon"')
    line.drops()
    expect(transport.closed).toBe(false)
    expect(transport.connected).toBe(false)
    const log: unknown[] = []
    transport.attach({
      receive: (frame) => log.push(frame),
      ended: () => log.push('closed'),
      away: () => log.push('disconnected'),
      back: () => log.push('resumed'),
    })
    await immediate()
    expect(log).toEqual(['"soon"'])
  })

  it('cannot be resumed before somebody has taken it', () => {
    const { sessions } = setup()
    const line = new Line()
    const transport = sessions.begin(line.connection)
    line.says('{"ack":0}')
    expect(transport.resumable({ token: '', received: 0, attempt: 1 })).toBe(false)
  })

  it('counts what is held because the client has to read first, and delivers it when that is away', async () => {
    const { begin } = setup()
    const { transport, line, log } = begin()
    await immediate()
    line.socket.stuck = true
    transport.sendText(text(100_000))
    line.says('"held"')
    line.says('{"ack":0,"echo":true}')
    expect(log).toEqual([])
    line.drops()
    expect(log).toEqual(['disconnected', '"held"'])
  })

  it('reads acks from a client that has much to read, and holds its messages, up to a bound', async () => {
    const { begin } = setup()
    const { transport, line, log } = begin()
    await immediate()
    line.socket.stuck = true
    transport.sendText(text(100_000))
    expect(line.ws.calls).toEqual([])
    for (let count = 0; count < 7; count++) line.says(text(10_000))
    expect(line.ws.calls).toEqual(['pause'])
    line.socket.flush()
    line.socket.stuck = false
    await immediate()
    expect(log).toHaveLength(7)
    expect(line.ws.calls).toEqual(['pause', 'resume'])
  })
})

describe('a replay', () => {
  it.each([
    ['in general', undefined, 2 ** 21],
    ['where less may wait than that', 100_000, 100_000],
  ])('waits for the client to read: %s', async (_what, maxBufferedBytes, most) => {
    const { transport, resume } = away()
    const messages = Array.from({ length: 400 }, (_, index) => `"${index}${'x'.repeat(10_000)}"`)
    for (const message of messages) transport.sendText(message)
    const next = new Line(maxBufferedBytes)
    next.socket.stuck = true
    transport.resume(next.connection, resume)
    const received: string[] = []
    for (let round = 0; received.length <= messages.length && round < 10_000; round++) {
      expect(next.ws.calls).toEqual([])
      expect(next.socket.writableLength).toBeLessThanOrEqual(most)
      received.push(...next.sent())
      next.socket.flush()
      await immediate()
    }
    expect(received.slice(1)).toEqual(messages)
  })

  it('gets through with a message longer than what may wait, which would end its connection each time', async () => {
    const { transport, resume } = away()
    const messages = [`"${'漢'.repeat(100_000)}"`, '"next"']
    for (const message of messages) transport.sendText(message)
    const next = new Line(100_000)
    next.socket.stuck = true
    transport.resume(next.connection, resume)
    const received: string[] = []
    for (let round = 0; received.length <= messages.length && round < 100; round++) {
      expect(next.ws.calls).toEqual([])
      received.push(...next.sent())
      next.socket.flush()
      await immediate()
    }
    expect(received.slice(1)).toEqual(messages)
  })
})

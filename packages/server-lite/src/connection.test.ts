import { describe, expect, it } from 'vitest'
import { Line } from '../test/session-fakes.js'
import type { Connection } from './connection.js'

function listen(connection: Connection): unknown[] {
  const log: unknown[] = []
  connection.attach({
    arrived: (frame, length) => log.push([frame, length]),
    control: () => log.push('control'),
    drained: () => log.push('drained'),
    lost: (code) => log.push(code),
    close() {},
  })
  return log
}

const error = (code: string) => Object.assign(new Error(code), { code })

describe('Connection', () => {
  it('tells what arrives, with its length in bytes, and binary frames as no string', () => {
    const line = new Line()
    const log = listen(line.connection)
    line.says('é')
    const bytes = Buffer.from([1, 2])
    line.ws.emit('message', bytes, true)
    expect(log).toEqual([
      ['é', 2],
      [bytes, 2],
    ])
  })

  it('tells nobody anything once it was let go of, and reads on to its close', () => {
    const line = new Line()
    const log = listen(line.connection)
    line.connection.pause(true)
    line.connection.detach()
    line.says('late')
    line.drops(4000)
    expect(log).toEqual([])
    expect(line.ws.calls).toEqual(['pause', 'resume'])
  })

  it.each([
    ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009],
    ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009],
    ['WS_ERR_INVALID_UTF8', 1007],
    ['WS_ERR_INVALID_OPCODE', 1002],
    ['ECONNRESET', 1006],
  ])('ends with the code that the fault of the client stands for: %s', (code, expected) => {
    const line = new Line()
    const log = listen(line.connection)
    line.ws.emit('error', error(code))
    line.drops()
    expect(log).toEqual([expected])
  })

  it('ends with the code of the client when there is no fault', () => {
    const line = new Line()
    const log = listen(line.connection)
    line.drops(3000)
    expect(log).toEqual([3000])
  })

  it('sends nothing once it is closing', () => {
    const line = new Line()
    line.connection.close(4000, '')
    line.connection.send('late')
    expect(line.sent()).toEqual([])
    expect(line.connection.writable).toBe(false)
  })

  it('tells when all was read, and what waits meanwhile', async () => {
    const line = new Line()
    const log = listen(line.connection)
    line.socket.stuck = true
    line.connection.send('x'.repeat(100_000))
    expect(line.connection.draining).toBe(true)
    expect(line.connection.bufferedAmount).toBeGreaterThan(100_000)
    line.socket.flush()
    await new Promise((resolve) => setImmediate(resolve))
    expect(log).toEqual(['drained'])
    expect(line.connection.draining).toBe(false)
    expect(line.connection.bufferedAmount).toBe(0)
  })

  it('takes a client that reads for alive where it is not heard', async () => {
    for (const paused of [false, true]) {
      const line = new Line()
      line.socket.stuck = true
      line.connection.send('x')
      line.connection.flush()
      line.connection.pause(paused)
      line.connection.signOfLife()
      expect(line.connection.signOfLife()).toBe(false)
      line.socket.flush()
      await new Promise((resolve) => setImmediate(resolve))
      expect(line.connection.signOfLife()).toBe(paused)
      expect(line.connection.signOfLife()).toBe(false)
    }
  })
})

import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { ConnectionLostError } from '@protoo-kit/protocol'
import { describe, expect, it } from 'vitest'
import { WebSocketTransport } from './websocket-transport.js'

/** A WebSocket that a test holds in its hand. */
class FakeWebSocket extends EventEmitter {
  readyState = 1
  readonly calls: string[] = []

  close(code: number): void {
    this.calls.push(`close ${code}`)
    this.readyState = 2
  }

  pause(): void {
    this.calls.push('pause')
  }

  resume(): void {
    this.calls.push('resume')
  }

  text(text: string): void {
    this.emit('message', Buffer.from(text), false)
  }
}

function setup() {
  const ws = new FakeWebSocket()
  const transport = new WebSocketTransport(ws, new Socket(), 1000)
  const log: unknown[] = []
  const receiver = {
    receive: (frame: unknown) => void log.push(frame),
    closed: ({ cause }: { cause: string }) => void log.push(`closed ${cause}`),
  }
  return { ws, transport, log, receiver }
}

const nextImmediate = () => new Promise((resolve) => setImmediate(resolve))

describe('WebSocketTransport', () => {
  it('delivers held frames, and those that come meanwhile, in order', async () => {
    const { ws, transport, log, receiver } = setup()
    ws.text('1')
    transport.attach(receiver)
    ws.text('2')
    expect(log).toEqual([])
    await nextImmediate()
    ws.text('3')
    expect(log).toEqual(['1', '2', '3'])
  })

  it('delivers held frames before a close that comes right after', () => {
    const { ws, transport, log, receiver } = setup()
    ws.text('1')
    transport.attach(receiver)
    ws.emit('close', 1000, Buffer.from(''))
    expect(log).toEqual(['1', 'closed remote'])
  })

  it('delivers nothing more once it was closed, by a held frame for example', async () => {
    const { ws, transport, log, receiver } = setup()
    ws.text('1')
    ws.text('2')
    transport.attach({
      ...receiver,
      receive: (frame) => {
        receiver.receive(frame)
        transport.close()
      },
    })
    await nextImmediate()
    ws.text('3')
    ws.emit('close', 4000, Buffer.from(''))
    expect(log).toEqual(['1', 'closed local'])
  })

  it('pauses when much is held, and resumes when taken or closed: paused, it would not see the answer', async () => {
    for (const how of ['attach', 'close']) {
      const { ws, transport, receiver } = setup()
      ws.text('x'.repeat(64 * 1024 - 1))
      expect(ws.calls).toEqual([])
      ws.text('x')
      expect(ws.calls).toEqual(['pause'])
      if (how === 'attach') transport.attach(receiver)
      else transport.close()
      await nextImmediate()
      expect(ws.calls.slice(0, 2)).toEqual(['pause', 'resume'])
    }
  })

  it('pauses for many small frames as well', () => {
    const { ws } = setup()
    for (let index = 0; index < 256; index++) ws.text('')
    expect(ws.calls).toEqual(['pause'])
  })

  it('sends nothing while the other side is closing it', async () => {
    const { ws, transport } = setup()
    ws.readyState = 2
    expect(transport.closed).toBe(false)
    expect(transport.writable).toBe(false)
    expect(() => transport.sendText('x')).toThrow(ConnectionLostError)
    await expect(transport.send({})).rejects.toThrow(ConnectionLostError)
  })

  it('survives an error of the WebSocket', () => {
    const { ws } = setup()
    expect(() => ws.emit('error', new Error('too large'))).not.toThrow()
  })
})

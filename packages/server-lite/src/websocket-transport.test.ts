import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { ConnectionLostError, PeerClosedError } from '@protoo-kit/protocol'
import { describe, expect, it } from 'vitest'
import { Backlog } from './backlog.js'
import { Connection } from './connection.js'
import { LimitHits } from './limit-hits.js'
import { resolveLimits } from './limits.js'
import type { WebSocketHandler } from './server-websocket.js'
import { WebSocketTransport } from './websocket-transport.js'

/** A WebSocket that a test holds in its hand. */
class FakeWebSocket extends EventEmitter {
  readyState = 1
  readonly calls: string[] = []
  private handler: WebSocketHandler | undefined

  handle(handler: WebSocketHandler): void {
    this.handler = handler
    this.on('message', (data, isBinary) => handler.message(data, isBinary))
    this.on('close', (code, reason) => handler.closed(code, reason))
    this.on('error', (error) => handler.failed(error))
  }

  close(code: number): void {
    this.handler?.closing()
    this.calls.push(`close ${code}`)
    this.readyState = 2
  }

  pause(): void {
    this.calls.push('pause')
  }

  resume(): void {
    this.calls.push('resume')
  }

  pong(): void {}

  ping(): void {
    this.calls.push('ping')
  }

  terminate(): void {
    this.calls.push('terminate')
    this.readyState = 2
  }

  text(text: string): void {
    this.emit('message', Buffer.from(text), false)
  }
}

/** A socket that sends what was written only when told to. */
class SlowSocket extends Socket {
  private sent: (() => void) | undefined

  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    this.sent = done
  }

  override _writev(_chunks: unknown, done: () => void): void {
    this.sent = done
  }

  flush(): void {
    const { sent } = this
    this.sent = undefined
    sent?.()
  }
}

function setup() {
  const ws = new FakeWebSocket()
  const socket = new SlowSocket()
  const connection = new Connection(ws, socket, {
    frames: { threshold: 100_000, masked: false },
    maxBufferedBytes: 200_000,
    limits: resolveLimits(),
    backlog: new Backlog(Number.POSITIVE_INFINITY, new LimitHits()),
  })
  const transport = new WebSocketTransport(connection)
  const log: unknown[] = []
  const receiver = {
    receive: (frame: unknown) => void log.push(frame),
    ended: ({ cause }: { cause: string }) => void log.push(`closed ${cause}`),
    away: () => {},
    back: () => {},
  }
  return { ws, socket, transport, log, receiver }
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

  it('neither reads nor delivers while the client has much to read, and goes on in order', async () => {
    const { ws, socket, transport, log, receiver } = setup()
    const answering = (frame: unknown) => {
      log.push(frame)
      if (frame !== '3') transport.sendText('x'.repeat(70_000))
    }
    transport.attach({ ...receiver, receive: answering })
    await nextImmediate()
    for (const text of ['1', '2', '3', '4', '5']) ws.text(text)
    expect(log).toEqual(['1'])
    expect(ws.calls).toEqual(['pause'])
    for (const delivered of [2, 4, 5]) {
      socket.flush()
      await nextImmediate()
      expect(log).toHaveLength(delivered)
      expect(ws.calls).toEqual(['pause'])
    }
    socket.flush()
    await nextImmediate()
    expect(log).toEqual(['1', '2', '3', '4', '5'])
    expect(ws.calls).toEqual(['pause', 'resume'])
  })

  it('stays paused until both reasons are gone: too much held, too much to be sent', async () => {
    for (const first of ['attach', 'flush']) {
      const { ws, socket, transport, receiver } = setup()
      transport.sendText('x'.repeat(70_000))
      ws.text('x'.repeat(64 * 1024))
      expect(ws.calls).toEqual(['pause'])
      if (first === 'attach') transport.attach(receiver)
      else socket.flush()
      await nextImmediate()
      expect(ws.calls).toEqual(['pause'])
      if (first === 'attach') socket.flush()
      else transport.attach(receiver)
      await nextImmediate()
      expect(ws.calls).toEqual(['pause', 'resume'])
    }
  })

  it('reads again when closed while the client has much to read', async () => {
    const { ws, socket, transport } = setup()
    transport.sendText('x'.repeat(70_000))
    transport.close()
    expect(ws.calls).toEqual(['pause', 'resume', 'close 4000'])
    socket.flush()
    await nextImmediate()
    expect(ws.calls).toHaveLength(3)
  })

  it('delivers what was held back before a close by the client', async () => {
    const { ws, transport, log, receiver } = setup()
    transport.attach(receiver)
    await nextImmediate()
    transport.sendText('x'.repeat(70_000))
    ws.text('1')
    ws.readyState = 3
    ws.emit('close', 1006, Buffer.from(''))
    expect(log).toEqual(['1', 'closed remote'])
  })

  it('closes (4008) when more waits to be sent than may, and sends nothing after', () => {
    const { ws, transport } = setup()
    transport.sendText('x'.repeat(99_000))
    transport.sendText('x'.repeat(99_000))
    expect(ws.calls).toEqual(['pause'])
    transport.sendText('x'.repeat(99_000))
    // It reads on, for the client's answer.
    expect(ws.calls).toEqual(['pause', 'resume', 'close 4008'])
    expect(transport.closed).toBe(true)
    expect(() => transport.sendText('x')).toThrow(PeerClosedError)
  })

  it('sends nothing while the other side is closing it', async () => {
    const { ws, transport } = setup()
    ws.readyState = 2
    expect(transport.closed).toBe(false)
    expect(() => transport.sendText('x')).toThrow(ConnectionLostError)
    await expect(transport.send({})).rejects.toThrow(ConnectionLostError)
  })

  it('survives an error of the WebSocket', () => {
    const { ws } = setup()
    expect(() => ws.emit('error', new Error('too large'))).not.toThrow()
  })
})

/** Sessions whose time and sockets a test holds in its hand. */
import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { FakeClock } from '@protoo-kit/protocol/testing'
import { Backlog } from '../src/backlog.js'
import type { CloseInfo } from '../src/close.js'
import { Connection } from '../src/connection.js'
import { LimitHits } from '../src/limit-hits.js'
import { resolveLimits } from '../src/limits.js'
import type { WebSocketHandler } from '../src/server-websocket.js'
import type { SessionTransport } from '../src/session-transport.js'
import { Sessions, type SessionsSettings } from '../src/sessions.js'

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

  terminate(): void {
    this.calls.push('terminate')
    this.readyState = 2
  }

  pause(): void {
    this.calls.push('pause')
  }

  resume(): void {
    this.calls.push('resume')
  }

  pong(): void {}

  ping(): void {}
}

/** Keeps what is written, and is done with it at once or when told to. */
class FakeSocket extends Socket {
  readonly chunks: Buffer[] = []
  /** Whether what is written waits, as when the client does not read. */
  stuck = false
  received = 0
  private waiting: (() => void)[] = []

  override _write(chunk: Buffer, _encoding: unknown, done: () => void): void {
    this.chunks.push(chunk)
    if (this.stuck) this.waiting.push(done)
    else done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.chunks.push(...chunks.map(({ chunk }) => chunk))
    if (this.stuck) this.waiting.push(done)
    else done()
  }

  /** The client reads what has been written. */
  flush(): void {
    for (const done of this.waiting.splice(0)) done()
  }
}

/** One connection with a client, as the client sees it. */
export class Line {
  readonly ws = new FakeWebSocket()
  readonly socket = new FakeSocket()
  readonly connection: Connection
  private read = 0

  constructor(maxBufferedBytes = 2 ** 24) {
    const frames = { threshold: Number.POSITIVE_INFINITY, masked: false }
    Object.defineProperty(this.socket, 'bytesRead', { get: () => this.socket.received })
    this.connection = new Connection(this.ws, this.socket, {
      frames,
      maxBufferedBytes,
      limits: resolveLimits(),
      backlog: new Backlog(Number.POSITIVE_INFINITY, new LimitHits()),
    })
  }

  /** What the server has sent since it was last asked. */
  sent(): string[] {
    this.connection.flush()
    const texts = this.socket.chunks.slice(this.read).flatMap(unframe)
    this.read = this.socket.chunks.length
    return texts
  }

  /** A frame arrives from the client. */
  says(text: string): void {
    this.bytes()
    this.ws.emit('message', Buffer.from(text), false)
  }

  /** Bytes arrive that are no whole frame yet. */
  bytes(): void {
    this.socket.received++
  }

  drops(code = 1006): void {
    this.ws.readyState = 3
    this.ws.emit('close', code, Buffer.from(''))
  }
}

/** The texts in unmasked frames that are not fragmented. */
function unframe(bytes: Buffer): string[] {
  const texts: string[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const short = bytes.readUInt8(offset + 1)
    const start = offset + (short === 127 ? 10 : short === 126 ? 4 : 2)
    const length =
      short === 127
        ? Number(bytes.readBigUInt64BE(offset + 2))
        : short === 126
          ? bytes.readUInt16BE(offset + 2)
          : short
    texts.push(bytes.toString('utf8', start, start + length))
    offset = start + length
  }
  return texts
}

export const SETTINGS: SessionsSettings = {
  window: 30_000,
  heartbeat: 15_000,
  maxBufferBytes: 2 ** 24,
  maxBufferMessages: 2 ** 17,
  maxMessageBytes: 2 ** 20,
  maxRequests: 1000,
  maxTotalBufferBytes: 2 ** 28,
  maxSessions: 10_000,
}

export function setup(settings: Partial<SessionsSettings> = {}) {
  const clock = new FakeClock()
  const sessions = new Sessions({ ...SETTINGS, ...settings }, clock)
  /** A new session, confirmed unless told otherwise, and what happens to it. */
  const begin = (confirm = true) => {
    const line = new Line()
    const transport = sessions.begin(line.connection)
    const log = listen(transport)
    const { token } = JSON.parse(line.sent()[0] ?? '').session
    if (confirm) line.says('{"ack":0}')
    return { line, transport, log, token }
  }
  return { clock, sessions, begin }
}

/** Takes a transport, as a Peer does. */
function listen(transport: SessionTransport): string[] {
  const log: string[] = []
  transport.attach({
    receive: (frame) => void log.push(String(frame)),
    ended: ({ cause, code }: CloseInfo) => void log.push(`closed ${cause} ${code}`),
    away: () => void log.push('disconnected'),
    back: () => void log.push('resumed'),
  })
  return log
}

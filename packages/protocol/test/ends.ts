import { getEventListeners } from 'node:events'
import type { RequestListener } from '../src/answer.js'
import { ConnectionLostError, type ProtocolError } from '../src/errors.js'
import type { ProtooNotification } from '../src/message.js'
import { Rpc, type RpcHooks } from '../src/rpc.js'
import { FakeClock, memoryPair } from '../src/testing.js'

/** One engine, with all that it told its owner. */
export interface End {
  rpc: Rpc<object>
  clock: FakeClock
  /** Every frame it sent, on whatever connection. */
  sent: string[]
  /** Who listens for requests. */
  listeners: RequestListener[]
  notifications: ProtooNotification[]
  errors: ProtocolError[]
  owner: object
  /** Carries its frames away; undefined while there is no connection, and sending throws. */
  link: ((text: string) => void) | undefined
}

/** An engine whose default timeout is 1000 ms + 10 ms per request in flight. */
export function createEnd(hooks: Partial<RpcHooks<object>> = {}, clock: FakeClock = new FakeClock()): End {
  const end: Omit<End, 'rpc'> = {
    clock,
    sent: [],
    listeners: [],
    notifications: [],
    errors: [],
    owner: {},
    link: undefined,
  }
  const rpc = new Rpc(
    end.owner,
    {
      send(_owner, text, done) {
        if (!end.link) throw new Error('no link')
        end.sent.push(text)
        end.link(text)
        done?.()
        return undefined
      },
      timeout: (pending) => 1000 + 10 * pending,
      listeners: () => end.listeners,
      notification: (_owner, notification) => end.notifications.push(notification),
      protocolError: (_owner, error) => end.errors.push(error),
      ...hooks,
    },
    clock,
  )
  return Object.assign(end, { rpc })
}

/** An engine that is connected to nobody who answers: the test plays the other end. */
export function createConnectedEnd(hooks?: Partial<RpcHooks<object>>): End {
  const end = createEnd(hooks)
  open(end)
  return end
}

/** @param announce what the application does on `open` */
export function open(end: End, announce: () => void = () => {}): void {
  end.link = () => {}
  end.rpc.connected(announce)
}

export function drop(end: End, error: ConnectionLostError = new ConnectionLostError()): void {
  end.link = undefined
  end.rpc.disconnected(() => error)
}

/**
 * Connects two ends in memory.
 * @returns loses the connection, for both
 */
export function connect(one: End, other: End): () => void {
  const { ends, cut } = memoryPair()
  const pair = [
    [one, ends[0]],
    [other, ends[1]],
  ] as const
  for (const [end, socket] of pair) {
    end.link = socket.send
    socket.onframe = (frame) => end.rpc.receive(frame)
  }
  for (const [end] of pair) end.rpc.connected(() => {})
  return () => {
    cut()
    for (const [end] of pair) drop(end)
  }
}

/** Lets everything run that is under way in memory. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** What a promise came to, as a value. */
export function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error)
}

/** How many listeners a signal holds. */
export function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

/** Two ends on one connection. */
export function pair(): { one: End; other: End; cut: () => void } {
  const one = createEnd()
  const other = createEnd()
  return { one, other, cut: connect(one, other) }
}

/** The method of each request that was sent, in order. */
export const methodsSent = ({ sent }: End): string[] => sent.map((text) => JSON.parse(text).method)

export const idsSent = ({ sent }: End): number[] => sent.map((text) => JSON.parse(text).id)

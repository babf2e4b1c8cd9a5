import {
  attachSocket,
  CLOSED_ON_PURPOSE,
  type Clock,
  createDeadlines,
  createSession,
  encodeResume,
  flushMessages,
  forgetMessage,
  keepMessage,
  MessageTooLargeError,
  receiveFrame,
  type SessionSocket,
  sendAck,
  unackedNotifications,
  type Welcome,
} from '@protoo-kit/protocol'
import { ACK_WITHIN, LATE, REFILL_EVERY, REPLY_WITHIN } from './timing.js'
import type { TransportSession } from './transport.js'
import { OPEN, type WebSocketLike } from './websocket.js'

export interface ClientSession extends TransportSession {
  /** The subprotocol name that asks to resume it. */
  resume(attempt: number): string
  /**
   * Goes on over a connection whose first frame was `welcome`.
   * @returns false when that is not of this session, or cannot be
   */
  attach(socket: WebSocketLike, welcome: Welcome): boolean
  /** The connection is gone. @returns how many notifications the server may not have */
  detach(): number
  /** Finds out soon whether the connection is alive. */
  probe(): void
}

/**
 * The client's end of a session: when to ack, and when a silent connection counts as dead.
 *
 * Timers of hidden pages run late, and those of frozen ones not at all, while messages come in as
 * ever. So acks go out on arrival too; and a timer that runs late proves nothing: the server is asked first.
 *
 * @param message takes what is to be dispatched
 * @param broken hears that the connection is of no use any more; `end` is the code to close it with when the session is not, either
 */
export function createClientSession(
  { token, heartbeat, maxMessageBytes, maxRequests }: Welcome,
  clock: Clock,
  message: (event: { data: string }) => void,
  broken: (reason: string, end?: number) => void,
): ClientSession {
  const session = createSession()
  /** ms that a connection in doubt has to show a sign of life. */
  const doubt = Math.min(REPLY_WITHIN, heartbeat)
  /** When the connection is in doubt or, once the server was asked, counts as dead: unless something arrives. */
  let deadline = 0
  /** How many times the server was asked since something arrived. */
  let probes = 0
  /** What waited in the socket when the server was asked. */
  let buffered = 0
  /**
   * How many times it is asked before the connection counts as dead. Twice as many on each that did, until something
   * gets through: it may be a message so long that on this line it takes its time, and it begins anew each time.
   */
  let patience = 1
  /** Of the last broadcast that had one. */
  let seq: string | undefined
  /** From when on a message is acked on arrival; an earlier one waits for it. */
  let nextAck = clock.monotonic() + ACK_WITHIN

  const schedule = createDeadlines(clock, sweep)

  /** Does what is due. @returns when to look again: without a socket there is nothing to do */
  function sweep(now: number): number {
    if (session.owed) {
      if (now >= nextAck) {
        nextAck = now + ACK_WITHIN
        sendAck(session)
      } else schedule(nextAck)
    }
    flush()
    if (now >= deadline) {
      const before = buffered
      // There is one: without, the deadline is Infinity.
      buffered = (session.socket as SessionSocket).bufferedAmount
      // Asked, and asked again: as often as patience has it; while a long message goes out on a slow line, and nothing
      // comes; and once if the timer was late.
      if (probes < patience + +(now > deadline + LATE) || (buffered && buffered < before)) {
        probes++
        deadline = now + doubt
        sendAck(session, true)
      } else {
        patience *= 2
        broken('no sign of life')
      }
    }
    return deadline
  }

  /** In doubt the socket gets nothing more, so that its going empty shows. Browsers complain of what is sent while it closes. */
  function flush(): void {
    if (probes || session.socket?.readyState !== OPEN) return
    flushMessages(session)
    if (session.handed < session.sent) schedule(clock.monotonic() + REFILL_EVERY)
  }

  /** Takes the connection for alive. From `ms` on it is in doubt, unless something arrives. */
  function trust(ms = 2 * heartbeat - doubt): void {
    const now = clock.monotonic()
    probes = 0
    deadline = now + ms
    schedule(sweep(now))
  }

  function receive(event: { data: string }): void {
    const { data } = event
    // Only in a text that ends as one with a `seq` does: to search each takes longer than all else here.
    if (data[data.length - 2] === '"') seq = /"seq":"([^"]+)"}$/.exec(data)?.[1] ?? seq
    const isMessage = receiveFrame(session, data)
    patience = 1
    // A look at the clock costs: while messages pour in, it is not taken at each.
    if (!(isMessage && session.owed & (session.owed - 1))) trust()
    if (isMessage) message(event)
    if (isMessage === false) broken('invalid ack', CLOSED_ON_PURPOSE)
  }

  return {
    maxRequests,

    send(text, answer) {
      // At most three bytes per code unit: most messages need no counting.
      if (text.length * 3 > maxMessageBytes && new Blob([text]).size > maxMessageBytes)
        throw new MessageTooLargeError(`message over ${maxMessageBytes} bytes`)
      // An answer has no sender who could try again later.
      const number = keepMessage(session, text, answer)
      // It confirms as well as an ack of nothing.
      if (!session.received) session.owed = 0
      flush()
      return number
    },

    forget: (number) => forgetMessage(session, number),

    resume: (attempt) => encodeResume(token, session.received, attempt, seq),

    attach(socket, welcome) {
      const attached = welcome.token === token && attachSocket(session, socket, welcome.received)
      if (attached) {
        socket.onmessage = receive
        // That it has the token is to be confirmed: an ack is due, if for less than a message.
        if (!welcome.resumed) session.owed = 0.5
        trust()
      }
      return attached
    },

    detach() {
      session.socket = undefined
      deadline = Infinity
      schedule()
      return unackedNotifications(session)
    },

    probe() {
      // Once asked, the answer is waited for: waking often does not put off the end.
      if (session.socket && !probes) trust(0)
    },
  }
}

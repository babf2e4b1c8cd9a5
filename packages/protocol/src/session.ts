import { BufferFullError } from './errors.js'
import { ACK_EVERY, BLANK } from './session-constants.js'

/** Bytes that may wait in a socket: the rest of a replay waits here, where it can still be taken back. */
const HIGH_WATER = 2 ** 20

/** What messages begin with whose sender writes the fields in our order: those need no second look. */
const MESSAGE = /^\{"(request|response|notification)":true,/

/** What carries a session for a while. A browser's WebSocket is one. */
export interface SessionSocket {
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number
  /** A WebSocket's own, where it has one. */
  readonly readyState?: number
  send(text: string): void
}

/** What became of a frame: a message is to be dispatched, after a violation the session is to be ended. */
export type FrameKind = 'message' | 'control' | 'violation'

/**
 * One end of a session (PROTOCOL.md §7): counts messages both ways, keeps those sent
 * until the other end has them, and hands the rest over again on the next socket.
 * It has no timers and dials nothing; its owner attaches sockets.
 *
 * A plain record, which only the functions below change: a server has thousands, most of them idle.
 */
export interface Session {
  /** Messages from the other end since the session began. */
  received: number
  /** How many of ours the other end has: those are forgotten here. */
  acked: number
  /** What the kept messages take: two per character, since no string takes more. */
  bytes: number
  /** The messages after `acked`. */
  frames: string[]
  /** How many of those the attached socket was given. */
  handed: number
  /** For how many received messages an ack is due. */
  owed: number
  /** Set by {@link attachSocket}. Its owner clears it: then nothing is handed over any more. */
  socket: SessionSocket | undefined
  readonly maxMessages: number
  readonly maxBytes: number
}

/**
 * @param maxMessages most messages that are kept for the other end to ack. Default 131,072
 * @param maxBytes most bytes that they take. Default 16 MiB
 */
export function createSession(maxMessages: number = 2 ** 17, maxBytes: number = 2 ** 24): Session {
  return {
    received: 0,
    acked: 0,
    bytes: 0,
    frames: [],
    handed: 0,
    owed: 0,
    socket: undefined,
    maxMessages,
    maxBytes,
  }
}

/** @returns how many messages were given to {@link keepMessage} since the session began */
export function sentCount({ acked, frames }: Session): number {
  return acked + frames.length
}

/** @returns how many messages no socket has yet */
export function waitingCount({ frames, handed }: Session): number {
  return frames.length - handed
}

/** @returns how many notifications the other end may not have received */
export function unackedNotifications({ frames }: Session): number {
  // A frame of ours begins with its kind, and no other kind with an n.
  return frames.filter((text) => text[2] === 'n').length
}

/**
 * Keeps a message and gives it the next number. {@link flushMessages} sends it.
 * @param exempt whether the bounds do not hold for it
 * @throws BufferFullError
 */
export function keepMessage(session: Session, text: string, exempt?: boolean): number {
  const bytes = session.bytes + text.length * 2
  if (!exempt && (session.frames.length >= session.maxMessages || bytes > session.maxBytes))
    throw new BufferFullError()
  session.bytes = bytes
  return session.acked + session.frames.push(text)
}

/** Hands over what waits, as far as the socket has room. */
export function flushMessages(session: Session): void {
  // Not every platform's socket says what waits in it (React Native's does not): then there is room.
  while (session.socket && waitingCount(session) && !(session.socket.bufferedAmount >= HIGH_WATER)) {
    // Counted first: sending may be what ends the connection.
    session.socket.send(session.frames[session.handed++] as string)
  }
}

/** Takes a message back, unless the other end has it. Its number stays used. */
export function forgetMessage(session: Session, number: number): void {
  const index = number - session.acked - 1
  const text = session.frames[index]
  if (!text) return
  session.bytes -= (text.length - BLANK.length) * 2
  session.frames[index] = BLANK
}

/**
 * Goes on over `socket`, instead of the one before. What the other end has not is sent by {@link flushMessages}.
 *
 * @param received how many of ours the other end has
 * @returns false, and nothing is attached, when that cannot be
 */
export function attachSocket(session: Session, socket: SessionSocket, received: number): boolean {
  const has = received - session.acked
  session.socket = undefined
  if (!(has >= 0 && has <= session.frames.length)) return false
  trim(session, has)
  session.handed = session.owed = 0
  session.socket = socket
  return true
}

/** Counts one frame, before anything else is made of it: a frame left out would shift the whole replay. */
export function receiveFrame(session: Session, frame: unknown): FrameKind {
  const control = readControl(frame)
  if (!control) {
    session.received++
    if (++session.owed >= ACK_EVERY) sendAck(session)
    return frame === BLANK ? 'control' : 'message'
  }
  const { ack = 0, echo } = control
  const has = (ack as number) - session.acked
  // Neither handed to this socket nor received before it: that cannot have been received.
  if (!(Number.isSafeInteger(ack) && has <= session.handed)) return 'violation'
  trim(session, has)
  if (echo) sendAck(session)
  return 'control'
}

/** @param echo asks the other end to ack at once */
export function sendAck(session: Session, echo?: true): void {
  session.owed = 0
  session.socket?.send(JSON.stringify({ ack: session.received, echo }))
}

/** Lets go of the first so many of the kept messages; of none for a number below 0, since an ack may come late. */
function trim(session: Session, count: number): void {
  for (const text of session.frames.splice(0, count)) {
    session.bytes -= text.length * 2
    session.acked++
    session.handed--
  }
}

/** A frame that is about the session: it is not counted, and no message. */
interface Control {
  ack?: unknown
  echo?: unknown
  session?: unknown
}

function readControl(frame: unknown): Control | undefined {
  try {
    if (typeof frame !== 'string' || MESSAGE.test(frame)) return
    const value = JSON.parse(frame)
    if (('ack' in value || 'session' in value) && !(value.request || value.response || value.notification))
      return value
  } catch {
    // What is no JSON, or no object: counted.
  }
  return
}

/** The first frame on each connection of a session, which the server sends. */
export interface Welcome {
  /** 32 lower-case hexadecimal digits: the session's secret. */
  token: string
  /** Whether the session of the client's token goes on. */
  resumed: boolean
  /** How many of the client's messages the server has. */
  received: number
  /** ms for which the server keeps the session of a client that is away. */
  window: number
  /** ms of silence after which the server sends something. */
  heartbeat: number
  /** The longest message that the server takes, in bytes of UTF-8. */
  maxMessageBytes: number
}

/** @returns undefined when the frame is no such thing */
export function readWelcome(frame: unknown): Welcome | undefined {
  const welcome = readControl(frame)?.session
  const { token, received, heartbeat, maxMessageBytes } = (welcome ?? {}) as Partial<
    Record<keyof Welcome, never>
  >
  // As far as a client relies on it.
  if (
    typeof token === 'string' &&
    /^[0-9a-f]{32}$/.test(token) &&
    [received, heartbeat, maxMessageBytes].every(Number.isSafeInteger)
  )
    return welcome as Welcome
  return
}

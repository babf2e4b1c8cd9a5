import { BufferFullError } from './errors.js'
import { ACK_EVERY, BLANK, BLANK_BYTES, CLOSING, HIGH_WATER } from './session-constants.js'

/** What carries a session for a while. A browser's WebSocket is one. */
export interface SessionSocket {
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number
  /** A WebSocket's own, where it has one. */
  readonly readyState?: number
  send(text: string): void
}

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
  /** How many were given to {@link keepMessage}. */
  sent: number
  /** How many the attached socket was given, or need not be. */
  handed: number
  /** The last is number `sent`. Those before `acked` are empty, until they are half of it. */
  readonly kept: string[]
  /** For how many received messages an ack is due. */
  owed: number
  /** Set by {@link attachSocket}. Its owner clears it: then nothing is handed over any more. */
  socket: SessionSocket | undefined
}

export function createSession(): Session {
  return {
    received: 0,
    acked: 0,
    sent: 0,
    handed: 0,
    bytes: 0,
    kept: [],
    owed: 0,
    socket: undefined,
  }
}

/** @returns how many notifications the other end may not have received */
export function unackedNotifications({ kept }: Session): number {
  // A message of ours begins with its kind, and no other kind with an n.
  return kept.filter((text) => text[2] === 'n').length
}

/**
 * Keeps a message and gives it the next number. {@link flushMessages} sends it.
 * @param exempt whether the bounds do not hold for it
 * @param maxMessages most messages that are kept for the other end to ack. Default 131,072
 * @param maxBytes most bytes that they take. Default 16 MiB
 * @throws BufferFullError
 */
export function keepMessage(
  session: Session,
  text: string,
  exempt?: boolean,
  maxMessages: number = 2 ** 17,
  maxBytes: number = 2 ** 24,
): number {
  const bytes = text.length * 2
  if (!exempt && (session.sent - session.acked >= maxMessages || session.bytes + bytes > maxBytes))
    throw new BufferFullError()
  session.bytes += bytes
  session.kept.push(text)
  return ++session.sent
}

/** Hands over what waits, as far as the socket has room. */
export function flushMessages(session: Session): void {
  // Not every platform's socket says what waits in it (React Native's does not): then there is room.
  while (session.socket && session.handed < session.sent && !(session.socket.bufferedAmount >= HIGH_WATER)) {
    // Counted first: sending may be what ends the connection.
    session.socket.send(session.kept.at(session.handed++ - session.sent) as string)
  }
}

/** Takes a message back, unless the other end has it. Its number stays used. */
export function forgetMessage(session: Session, number: number): void {
  const { kept } = session
  const index = kept.length + number - session.sent - 1
  const text = kept[index]
  if (!text) return
  session.bytes -= text.length * 2 - BLANK_BYTES
  kept[index] = BLANK
}

/**
 * Goes on over `socket`, instead of the one before. What the other end has not is sent by {@link flushMessages}.
 *
 * @param received how many of ours the other end has
 * @returns false, and nothing has changed, when that cannot be
 */
export function attachSocket(session: Session, socket: SessionSocket, received: number): boolean {
  const possible = received >= session.acked && received <= session.sent
  if (possible) {
    trim(session, received)
    session.handed = received
    session.owed = 0
    session.socket = socket
  }
  return possible
}

/**
 * Counts one frame, before anything else is made of it: a frame left out would shift the whole replay.
 * @returns true for a message, which is to be dispatched; undefined for what is of the session itself; false for a
 * violation, after which it is to be ended
 */
export function receiveFrame(session: Session, frame: unknown): boolean | undefined {
  const control = readControl(frame)
  if (!control) {
    session.received++
    if (++session.owed >= ACK_EVERY) sendAck(session)
    return frame !== BLANK || undefined
  }
  const { ack = 0, echo } = control
  // Neither handed to this socket nor received before it: that cannot have been received.
  if (!(Number.isSafeInteger(ack) && (ack as number) <= session.handed)) return false
  trim(session, ack as number)
  if (echo) sendAck(session)
  return
}

/** @param echo asks the other end to ack at once */
export function sendAck(session: Session, echo?: true): void {
  session.owed = 0
  // Browsers complain of what is sent while the closing handshake goes on.
  if (session.socket?.readyState !== CLOSING)
    session.socket?.send(JSON.stringify({ ack: session.received, echo }))
}

/** Lets go of the messages up to this number; of none when it is one of before, since an ack may come late. */
function trim(session: Session, number: number): void {
  const { kept } = session
  let index = kept.length + session.acked - session.sent
  for (; session.acked < number; session.acked++) {
    session.bytes -= (kept[index] as string).length * 2
    kept[index++] = ''
  }
  // Taking the first off moves all others: so it is done half at a time.
  if (index * 2 > kept.length) kept.splice(0, index)
}

/** A frame that is about the session: it is not counted, and no message. */
interface Control {
  ack?: unknown
  echo?: unknown
  session?: unknown
}

function readControl(frame: unknown): Control | undefined {
  try {
    // No message has one of these there, and so none is read twice (PROTOCOL.md §7.2).
    if ((frame as string)[2] === 'a' || (frame as string)[2] === 's') return JSON.parse(frame as string)
  } catch {
    // What is no JSON, or no text, is counted.
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
  /** The requests of the client that may wait for their answers. */
  maxRequests: number
}

/** What a server tells all clients with sessions. */
export type SessionTerms = Pick<Welcome, 'window' | 'heartbeat' | 'maxMessageBytes' | 'maxRequests'>

/** @returns what writes each {@link Welcome}: of thousands, most of the text is the same */
export function createWelcome({
  window,
  heartbeat,
  maxMessageBytes,
  maxRequests,
}: SessionTerms): (token: string, resumed: boolean, received: number) => string {
  const terms = JSON.stringify({ window, heartbeat, maxMessageBytes, maxRequests }).slice(1)
  return (token, resumed, received) =>
    `{"session":{"token":"${token}","resumed":${resumed},"received":${received},${terms}}`
}

/** @returns undefined when the frame is no such thing */
export function readWelcome(frame: unknown): Welcome | undefined {
  const welcome = readControl(frame)?.session as Welcome | undefined
  // As far as a client relies on it.
  return welcome &&
    /^[0-9a-f]{32}$/.test(welcome.token) &&
    [welcome.received, welcome.heartbeat, welcome.maxMessageBytes, welcome.maxRequests].every(
      Number.isSafeInteger,
    )
    ? welcome
    : undefined
}

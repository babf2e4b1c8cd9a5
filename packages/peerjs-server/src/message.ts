/** The types of messages (PeerJS protocol; J4, J8). */
export const MessageType = {
  OPEN: 'OPEN',
  LEAVE: 'LEAVE',
  CANDIDATE: 'CANDIDATE',
  OFFER: 'OFFER',
  ANSWER: 'ANSWER',
  EXPIRE: 'EXPIRE',
  HEARTBEAT: 'HEARTBEAT',
  ID_TAKEN: 'ID-TAKEN',
  ERROR: 'ERROR',
} as const

export type MessageType = (typeof MessageType)[keyof typeof MessageType]

/** A message from a client, as listeners of `message` get it: with all that it holds. */
export interface IMessage {
  /** Usually a {@link MessageType}; clients may send anything. */
  readonly type: string
  /** The sender's id, whatever the message said. */
  readonly src: string
  /** Missing in messages to the server itself. */
  readonly dst?: string
  readonly payload?: unknown
}

/** What a client's frame said that is no message. */
export class MessageError extends TypeError {
  override readonly name = 'MessageError'
}

/** What goes from one client to another, ready but for the sender. */
export interface Relay {
  readonly type: RelayType
  /** Empty when the message names nobody. */
  readonly dst: string
  /** The payload as JSON, in UTF-8; undefined when there is none. */
  readonly payload: Uint8Array | undefined
}

export type RelayType = 'LEAVE' | 'CANDIDATE' | 'OFFER' | 'ANSWER' | 'EXPIRE'

export function isRelayType(type: unknown): type is RelayType {
  return (
    type === 'OFFER' || type === 'ANSWER' || type === 'CANDIDATE' || type === 'LEAVE' || type === 'EXPIRE'
  )
}

/**
 * Reads a client's frame.
 * @param src the sender's id, which replaces what the frame says
 * @throws MessageError, SyntaxError when it is no message (J12)
 */
export function parseMessage(text: string, src: string): IMessage {
  const value: unknown = JSON.parse(text)
  if (!isRecord(value)) throw new MessageError(`a message must be a JSON object, not ${kind(value)}`)
  const { type, dst, ...rest } = value
  if (typeof type !== 'string')
    throw new MessageError(`type of a message must be a string, not ${kind(type)}`)
  const message = { ...rest, type, src }
  const receiver = readReceiver(dst)
  return receiver === undefined ? message : { ...message, dst: receiver }
}

/**
 * What of a message is relayed: type, receiver and payload, and nothing else (J4).
 * @returns undefined for types that are not relayed
 * @throws MessageError, RangeError when its payload cannot be written, or its receiver is none
 */
export function readRelay({ type, dst, payload }: Record<keyof Relay, unknown>): Relay | undefined {
  if (!isRelayType(type)) return
  // One that is nested too deeply is a RangeError.
  const json: string | undefined = JSON.stringify(payload)
  return { type, dst: readReceiver(dst) ?? '', payload: json === undefined ? json : Buffer.from(json) }
}

/** Anything falsy is nobody, as with the original. */
function readReceiver(dst: unknown): string | undefined {
  if (!dst) return
  if (typeof dst === 'string') return dst
  throw new MessageError(`dst of a message must be a string, not ${kind(dst)}`)
}

/** The type is one of few, and all that precedes the payload is ASCII. */
const START = /^\{"type":"(OFFER|ANSWER|CANDIDATE)","payload":/
/** No escapes: what stands there is the id. */
const END = /,"dst":"([\w -]{1,64})"\}$/
/** Most characters that {@link END} takes, so that it need not search the payload. */
const END_LENGTH = 74

/**
 * Messages exactly as PeerJS writes them, which are nearly all: the payload is checked to be one JSON value
 * and otherwise left as it stands in the frame, not written anew.
 * @returns undefined when it is not one of these, or malformed
 */
export function readUsual(frame: Buffer, text: string): Relay | undefined {
  const start = START.exec(text)
  const end = END.exec(text.slice(-END_LENGTH))
  const type = start?.[1]
  const dst = end?.[1]
  if (!start || !end || !isRelayType(type) || dst === undefined) return
  try {
    // By itself: two fields side by side are no JSON.
    JSON.parse(text.slice(start[0].length, -end[0].length))
  } catch {
    return
  }
  return { type, dst, payload: frame.subarray(start[0].length, frame.length - end[0].length) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kind(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  return value === null ? 'null' : typeof value
}

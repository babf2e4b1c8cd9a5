import type { Data, Session } from '@protoo-kit/protocol'

/** A session that is to go on at another server, as it stood when this one let go of it. */
export interface SessionState {
  readonly received: number
  readonly acked: number
  readonly sent: number
  /** The messages after `acked`. */
  readonly kept: readonly string[]
  /** What has been counted, and was not given to the peer yet. */
  readonly held: readonly string[]
}

/** A session and its peer on their way from one server to another. */
export interface Parcel {
  /** Names this way: the next one has another. */
  readonly hop: string
  /** The server that it leaves. */
  readonly from: string
  readonly room: string
  readonly peer: string
  /** What of the peer's `data` can be JSON. */
  readonly data: Data
  /** See {@link Passage}. */
  readonly pass: string
  readonly place: string
  /** The client's requests that are being answered there. */
  readonly open: readonly number[]
  /** How many requests to the client wait for their answers there, and above all ids of theirs. */
  readonly asked: number
  readonly ids: number
  readonly session: SessionState
}

/** What servers ask each other. */
export type Question =
  /** For a session, known by a hash of its token, whose client is there. */
  | { readonly kind: 'take'; readonly key: string; readonly received: number; readonly attempt: number }
  /** For the next part of a parcel. */
  | { readonly kind: 'pull'; readonly hop: string; readonly at: number }
  /** It has been taken in, and what is to come after it goes to `by`. */
  | { readonly kind: 'taken'; readonly hop: string; readonly by: string }
  /** What the client says to a request from before. */
  | { readonly kind: 'frame'; readonly hop: string; readonly text: string }
  /** There is no session (any more) that anything could come for. */
  | { readonly kind: 'over'; readonly hop: string }
  /** The answer to one of the client's requests from before. */
  | { readonly kind: 'answer'; readonly hop: string; readonly text: string }

/** What becomes of a `take`. */
export type Taking =
  | { readonly kind: 'parcel'; readonly hop: string; readonly from: string; readonly length: number }
  /** A newer attempt was first. */
  | { readonly kind: 'outdated' }
  /** Not at this moment. */
  | { readonly kind: 'busy' }

/** Ids of one server's requests to a client: the next server's are above them. */
export const IDS_PER_HOP: number = 2 ** 32

export function restoreSession({ received, acked, sent, kept }: SessionState): Session {
  const bytes = kept.reduce((sum, text) => sum + text.length * 2, 0)
  return { received, acked, sent, bytes, handed: acked, kept: [...kept], owed: 0, socket: undefined }
}

export function saveSession(
  { received, acked, sent, kept }: Session,
  held: readonly unknown[],
): SessionState {
  // A binary frame means nothing; it has been counted.
  const texts = held.filter((frame) => typeof frame === 'string')
  return { received, acked, sent, kept: kept.slice(kept.length - (sent - acked)), held: texts }
}

/** The id of an answer that this package has written. */
export function answeredId(text: string): number {
  return Number(/^\{"response":true,"id":([^,}]+)/.exec(text)?.[1])
}

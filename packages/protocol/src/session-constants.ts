// A module of their own: a bundler writes constants of another module out where they are used, but not always those of the same.

/** An ack goes out at the latest after so many messages. */
export const ACK_EVERY = 64

/** `readyState` of a WebSocket that is closing. */
export const CLOSING = 2

/** Bytes that may wait in a socket: the rest of a replay waits here, where it can still be taken back. */
export const HIGH_WATER = 1_000_000

/** Stands in for a message that was taken back: it is counted and means nothing. */
export const BLANK = '{}'

/** What it takes, kept. */
export const BLANK_BYTES = 4

/** Bytes of a message that the servers take which are attacked: small, so that what is longer is quickly sent. */
export const MAX_MESSAGE = 16 * 1024
/** Texts on one connection, before what ends it. */
export const TEXTS = 60

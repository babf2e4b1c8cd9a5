/** What a client waits for, where no option says otherwise; in ms. */

/** While paused a dial is still made now and then: browsers are at times wrong about being offline. */
export const PAUSED_PROBE = 30_000

/** From a message to its ack, at most. */
export const ACK_WITHIN = 1000
/** A timer that fires later than this was held back, by a hidden page or a machine asleep. */
export const LATE = 1000
/** For a server that was asked for a sign of life. */
export const REPLY_WITHIN = 5000
/** Until a socket that was full is looked at again. */
export const REFILL_EVERY = 50

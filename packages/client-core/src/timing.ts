/** What a client waits for, where no option says otherwise; in ms. */

/** While paused a dial is still made now and then: browsers are at times wrong about being offline. */
export const PAUSED_PROBE = 30_000

/** By which what was received is acked, and by which a timer is late for a reason. */
export const SECOND = 1000
/** That a connection in doubt has to show signs of life. */
export const DOUBT = 5000
/** Until a socket that was full is looked at again. */
export const CROWDED = 50

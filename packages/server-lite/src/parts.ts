/** What a server of another protocol, on the same HTTP server or not, has in common with this one. */
export { Refusal } from './handshake.js'
export type { Logger } from './logger.js'
export { type AllowedOrigins, type OriginAdvice, OriginPolicy } from './origin.js'
export { networkOf, Proxies, type TrustProxy } from './proxies.js'
export { claimUpgrade, refuseUpgrade, sendRefusal } from './upgrade-claim.js'

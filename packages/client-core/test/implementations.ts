import stock from 'protoo-client'
import * as ours from '../src/protoo-client.js'

/**
 * The two packages that a parity test runs against: what passes on the stock one is what v4
 * does, and must pass on ours. Both under the types that programs for v4 are written with.
 */
export type Implementation = typeof stock & { version: string }

export const implementations: [name: string, implementation: Implementation][] = [
  ['protoo-kit', ours as object as Implementation],
  ['protoo-client@4.0.8', stock as Implementation],
]

/** v4's events as promises. */
export function event(peer: object, name: string): Promise<unknown[]> {
  const { once } = peer as { once(name: string, listener: (...args: unknown[]) => void): void }
  return new Promise((resolve) => once.call(peer, name, (...args) => resolve(args)))
}

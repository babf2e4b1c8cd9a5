import type { AnyContract, Contract, Peer } from '@protoo-kit/client-core'
import { type Context, createContext, useContext } from 'react'

/** Every hook's last argument: a peer made by hand, instead of the provider's. */
export interface PeerOption<C extends Contract = AnyContract> {
  peer?: Peer<C> | undefined
}

/** The provider's peer. Its contract is what the hooks' user says it is: no type goes through a context. */
export const PeerContext: Context<unknown> = createContext<unknown>(undefined)

/**
 * The peer alone. Subscribed to nothing: it never causes a render.
 * @throws Error without a `ProtooProvider` above and without `{ peer }`
 */
export function usePeer<C extends Contract = AnyContract>({ peer }: PeerOption<C> = {}): Peer<C> {
  return useSource(peer) as Peer<C>
}

/** `peer`, or else the provider's. */
export function useSource(peer: unknown): unknown {
  const provided = useContext(PeerContext)
  const source = peer ?? provided
  if (!source) throw new Error('no peer: render this inside a <ProtooProvider>, or pass { peer }')
  return source
}

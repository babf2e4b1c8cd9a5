import type { AnyContract, Contract, Peer, TransportOptions, UrlSource } from '@protoo-kit/client-core'
import type { ReactElement, ReactNode } from 'react'
import { useOwnPeer } from './use-own-peer.js'
import { PeerContext } from './use-peer.js'

/** Either where to connect to, or a peer made by hand, which is neither dialled nor closed here. */
export type ProtooProviderProps<C extends Contract = AnyContract> = { children?: ReactNode } & (
  | {
      url: UrlSource
      options?: TransportOptions | undefined
      /** Another value makes another connection, where URL and options stay the same. */
      connectionKey?: string | number | undefined
      peer?: undefined
    }
  | { peer: Peer<C>; url?: undefined; options?: undefined; connectionKey?: undefined }
)

/**
 * One peer for all components below it. A URL or options that are another by value close it and make a new one;
 * functions count as equal, and the newest is called.
 */
export function ProtooProvider<C extends Contract = AnyContract>({
  children,
  peer,
  ...connection
}: ProtooProviderProps<C>): ReactElement {
  const own = useOwnPeer(connection)
  return <PeerContext.Provider value={peer ?? own}>{children}</PeerContext.Provider>
}

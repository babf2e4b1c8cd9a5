import type {
  AnyContract,
  Contract,
  Peer,
  PeerStatus,
  TransportOptions,
  UrlSource,
} from '@protoo-kit/client-core'
import { useMemo, useSyncExternalStore } from 'react'
import { useOwnPeer } from './use-own-peer.js'
import { type PeerOption, usePeer } from './use-peer.js'

export interface ProtooPeer<C extends Contract = AnyContract> {
  readonly peer: Peer<C>
  readonly status: PeerStatus
  /** Whether to enable what sends. */
  readonly connected: boolean
  /** `peer.request`; the same function for each render. */
  readonly request: Peer<C>['request']
  /** `peer.notify`; the same function for each render. */
  readonly notify: Peer<C>['notify']
}

export interface OwnPeerOptions extends TransportOptions {
  /** Another value makes another connection, where URL and options stay the same. */
  connectionKey?: string | number | undefined
}

const idle: PeerStatus = { state: 'idle' }

/**
 * The provider's peer, or the one that is given, and its status: renders when that changes.
 * @throws Error without either
 */
export function useProtooPeer<C extends Contract = AnyContract>(options?: PeerOption<C>): ProtooPeer<C>
/**
 * A peer of this component's own: it dials when mounted, and closes after the unmount. A URL or options that are
 * another by value close it and make a new one; functions count as equal, and the newest is called.
 */
export function useProtooPeer<C extends Contract = AnyContract>(
  url: UrlSource,
  options?: OwnPeerOptions,
): ProtooPeer<C>
export function useProtooPeer(target?: UrlSource | PeerOption, options?: OwnPeerOptions): ProtooPeer {
  const given = typeof target === 'object' ? target : {}
  const url = typeof target === 'object' ? undefined : target
  const own = useOwnPeer({ url, options })
  const peer = usePeer({ peer: own ?? given.peer })
  const bound = useMemo(() => bind(peer), [peer])
  const status = useSyncExternalStore(
    bound.subscribe,
    () => peer.status,
    () => idle,
  )
  const { request, notify } = bound
  return { peer, status, connected: status.state === 'open', request, notify }
}

function bind(peer: Peer): Pick<Peer, 'request' | 'notify' | 'subscribe'> {
  return {
    request: (method, ...args) => peer.request(method, ...args),
    notify: (method, ...args) => peer.notify(method, ...args),
    subscribe: (listener) => peer.subscribe(listener),
  }
}

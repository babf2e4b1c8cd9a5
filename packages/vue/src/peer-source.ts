import type { Peer, StatusSource } from '@protoo-kit/client-core'
import { computed, type InjectionKey, inject, type Ref, toRaw, toValue } from 'vue'
import type { AnyContract, Contract } from './contract.js'

/** A value, or a ref of it: also a readonly one. */
export type MaybeRef<T> = T | Readonly<Ref<T>>

/** A peer, or what `ref()` and `reactive()` make of its type: they drop private members. */
export type PeerLike<C extends Contract = AnyContract> = Pick<
  Peer<C>,
  | 'closed'
  | 'connect'
  | 'connected'
  | 'handle'
  | 'listen'
  | 'notify'
  | 'reconnect'
  | 'request'
  | 'status'
  | 'subscribe'
>

/** A peer made by hand, or a ref or getter of one. */
export type PeerSource<C extends Contract = AnyContract> = MaybeRef<PeerLike<C>> | (() => PeerLike<C>)

/** As much of a peer as its status takes, or a ref or getter of that. */
export type StatusPeerSource = MaybeRef<StatusSource> | (() => StatusSource)

export interface PeerOption<C extends Contract = AnyContract> {
  /** Default: that of the nearest component above that has called `useProtooPeer(url)`, or of the app's `createProtoo()`. */
  peer?: PeerSource<C> | undefined
}

/** The peer of now: another takes its place when the URL or the options change. */
export type PeerRef<C extends Contract = AnyContract> = Readonly<Ref<Peer<C>>>

export const peerKey: InjectionKey<PeerRef> = Symbol('protoo')

/** @throws Error when there is none */
export function findPeer({ peer }: { peer?: StatusPeerSource | undefined } = {}): PeerRef {
  if (peer) return givenPeer(peer)
  const injected = inject(peerKey, undefined)
  if (!injected) throw new Error('no peer: use createProtoo(), or pass { peer }')
  return injected
}

/** The peer itself, where it is given as a proxy: all who ask about one must mean the same object. */
export function givenPeer(peer: StatusPeerSource): PeerRef {
  // A cast, since only the type has lost its private members; where less is given, no more than the status is asked for.
  return computed(() => toRaw(toValue(peer)) as Peer)
}

import type { Peer, PeerStatus, Store } from '@protoo-kit/client-core'
import { computed, getCurrentInstance, isRef, onMounted, onScopeDispose, provide, type Ref } from 'vue'
import { createConnection, ownConnection } from './connection.js'
import type { AnyContract, Contract } from './contract.js'
import { useStore } from './follow.js'
import { park, unpark } from './parking.js'
import { findPeer, type PeerOption, type PeerRef, peerKey } from './peer-source.js'
import type { OptionsSetting, UrlSetting } from './settings.js'

export interface ProtooPeer<C extends Contract = AnyContract> {
  /** The peer of now. */
  readonly peer: PeerRef<C>
  readonly status: Readonly<Ref<PeerStatus>>
  readonly connected: Readonly<Ref<boolean>>
  /** `peer.value.request()` */
  readonly request: Peer<C>['request']
  /** `peer.value.notify()` */
  readonly notify: Peer<C>['notify']
}

export interface UseProtooPeer<C extends Contract = AnyContract> {
  /** @throws Error when none is given and none is provided */
  (options?: PeerOption<C>): ProtooPeer<C>
  /**
   * A connection of one's own, which the components below find too: dialled once the component is mounted, and closed a macrotask
   * after it is unmounted.
   */
  (url: UrlSetting, options?: OptionsSetting): ProtooPeer<C>
}

/** A peer and what a component shows of it. */
export const useProtooPeer: UseProtooPeer = (
  source: UrlSetting | PeerOption = {},
  options?: OptionsSetting,
): ProtooPeer => {
  const peer =
    typeof source === 'object' && !isRef(source) ? findPeer(source) : useConnection(source, options)
  const status = useStore(peer, statusStore)
  return {
    peer,
    status,
    connected: computed(() => status.value.state === 'open'),
    request: (...args) => peer.value.request(...args),
    notify: (...args) => peer.value.notify(...args),
  }
}

export type UsePeer<C extends Contract = AnyContract> = (options?: PeerOption<C>) => PeerRef<C>

/** The peer alone: its changes of status cause no render. */
export const usePeer: UsePeer = findPeer

function useConnection(url: UrlSetting, options?: OptionsSetting): PeerRef {
  const instance = getCurrentInstance()
  const { type } = instance ?? {}
  // Hot reload exchanges the setup, and keeps an id.
  const owner = type && ('__hmrId' in type ? type.__hmrId : 'setup' in type && type.setup)
  const own = ownConnection(url, options, (settings) => unpark(settings, owner) ?? createConnection(settings))
  if (instance) {
    provide(peerKey, own.peer)
    onMounted(own.start)
  } else own.start()
  onScopeDispose(() => park(own.current(), owner))
  return own.peer
}

const idle: PeerStatus = { state: 'idle' }

function statusStore(peer: Peer): Store<PeerStatus> {
  return { get: () => peer.status, getInitial: () => idle, subscribe: (listener) => peer.subscribe(listener) }
}

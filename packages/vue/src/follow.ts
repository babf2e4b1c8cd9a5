import type { Peer, Store } from '@protoo-kit/client-core'
import {
  getCurrentInstance,
  onMounted,
  onScopeDispose,
  type Ref,
  shallowRef,
  ssrContextKey,
  watch,
} from 'vue'
import type { PeerRef } from './peer-source.js'

/**
 * Attaches something to the peer of now, and moves it to each that takes its place, while the scope lives. Does nothing
 * in a server render, where no scope ends.
 *
 * @param attach returns its undo
 */
export function followPeer(peer: PeerRef, attach: (peer: Peer) => () => void): void {
  if (getCurrentInstance()?.appContext.provides[ssrContextKey]) return
  let detach = attach(peer.value)
  const next = (current: Peer) => {
    detach()
    detach = attach(current)
  }
  // At once: what the old one tells while it is being closed is no news.
  watch(peer, next, { flush: 'sync' })
  onScopeDispose(() => detach())
}

/** The value of a store that belongs to the peer, as a ref. */
export function useStore<T>(peer: PeerRef, storeOf: (peer: Peer) => Store<T>): Readonly<Ref<T>> {
  const instance = getCurrentInstance()
  // A component that takes over what a server has rendered says the same first.
  const hydrates = instance?.vnode.el
  const value = shallowRef(storeOf(peer.value).getInitial())
  let update = () => {}
  followPeer(peer, (current) => {
    const store = storeOf(current)
    update = () => {
      if (!hydrates || instance?.isMounted) value.value = store.get()
    }
    const stop = store.subscribe(() => update())
    update()
    return stop
  })
  if (hydrates) onMounted(() => update())
  return value
}

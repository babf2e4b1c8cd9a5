import type { OpenEvent, Peer } from '@protoo-kit/client-core'
import { getCurrentInstance, onMounted, unref } from 'vue'
import type { AnyContract, Contract } from './contract.js'
import { followPeer } from './follow.js'
import { findPeer, type MaybeRef, type PeerOption } from './peer-source.js'

export type UseOpen<C extends Contract = AnyContract> = (
  handler: MaybeRef<(event: OpenEvent) => unknown>,
  options?: PeerOption<C>,
) => void

/**
 * Calls `handler` each time that the connection opens, and once when the component is mounted if it is open already: the place to join.
 * To a component that comes late the connection is new, and so `resumed` is `false` then.
 */
export const useOpen: UseOpen = (handler, options) => {
  const peer = findPeer(options)
  const instance = getCurrentInstance()
  /** The peer of which the handler has heard. */
  let known: Peer | undefined

  const tell = (event: OpenEvent) => {
    known = peer.value
    return unref(handler)(event)
  }
  const catchUp = () => {
    if (peer.value.connected && known !== peer.value) return tell({ resumed: false, lost: 0 })
  }

  followPeer(peer, (current) => {
    const stop = current.listen('open', tell)
    if (!instance || instance.isMounted) catchUp()
    return stop
  })
  if (instance) onMounted(catchUp)
}

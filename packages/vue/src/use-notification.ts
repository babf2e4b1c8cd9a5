import { unref } from 'vue'
import type { AnyContract, ClientSide, Contract, NotificationData, NotificationMethod } from './contract.js'
import { followPeer } from './follow.js'
import { findPeer, type MaybeRef, type PeerOption } from './peer-source.js'

export type UseNotification<C extends Contract = AnyContract> = <M extends NotificationMethod<ClientSide<C>>>(
  method: M,
  handler: MaybeRef<(data: NotificationData<ClientSide<C>, M>) => unknown>,
  options?: PeerOption<C>,
) => void

/**
 * Calls `handler` with the data of each notification of one method, until the component is unmounted. That renders nothing by itself.
 * A `handler` in a ref can be exchanged. What it throws is printed by `console.error`.
 */
export const useNotification: UseNotification = (method, handler, options) => {
  followPeer(findPeer(options), (peer) =>
    peer.listen('notification', (notification) => {
      if (notification.method === method) return unref(handler)(notification.data)
    }),
  )
}

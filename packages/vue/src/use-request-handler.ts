import type { ProtooRequest } from '@protoo-kit/client-core'
import { unref } from 'vue'
import type {
  AnyContract,
  ClientSide,
  Contract,
  RequestData,
  RequestMethod,
  RequestResult,
} from './contract.js'
import { followPeer } from './follow.js'
import { findPeer, type MaybeRef, type PeerOption } from './peer-source.js'

export type UseRequestHandler<C extends Contract = AnyContract> = <M extends RequestMethod<ClientSide<C>>>(
  method: M,
  handler: MaybeRef<
    (
      data: RequestData<ClientSide<C>, M>,
      request: ProtooRequest<M, RequestData<ClientSide<C>, M>>,
    ) => RequestResult<ClientSide<C>, M> | Promise<RequestResult<ClientSide<C>, M>>
  >,
  options?: PeerOption<C>,
) => void

/**
 * Answers the server's requests of one method, until the component is unmounted: `handler` returns the answer, or a promise of it,
 * or throws `RequestError` to refuse. A `handler` in a ref can be exchanged.
 * @throws Error when the method has a handler already
 */
export const useRequestHandler: UseRequestHandler = (method, handler, options) => {
  followPeer(findPeer(options), (peer) =>
    peer.handle(method, (data, request) => unref(handler)(data, request)),
  )
}

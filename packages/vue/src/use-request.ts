import { type RequestState, type RequestStore, requestState } from '@protoo-kit/client-core'
import { type Ref, shallowRef } from 'vue'
import type { AnyContract, Contract, RequestMethod, RequestResult, ServerSide } from './contract.js'
import { followPeer } from './follow.js'
import { findPeer, type PeerOption } from './peer-source.js'

/** A request as refs: what a form or a button shows. */
export interface ProtooRequestRefs<C extends Contract, M extends RequestMethod<ServerSide<C>>>
  extends Pick<RequestStore<C, M>, 'run' | 'abort'> {
  /** The answer of the last run that succeeded. */
  readonly data: Readonly<Ref<RequestResult<ServerSide<C>, M> | undefined>>
  /** What the latest run rejected with. */
  readonly error: Readonly<Ref<unknown>>
  readonly status: Readonly<Ref<RequestState<unknown>['status']>>
}

export type UseRequest<C extends Contract = AnyContract> = <M extends RequestMethod<ServerSide<C>>>(
  method: M,
  options?: PeerOption<C>,
) => ProtooRequestRefs<C, M>

/** One method's request. It is aborted when the component is unmounted, and when another peer takes the place of the peer. */
export const useRequest: UseRequest = (method, options) => {
  const peer = findPeer(options)
  const store = requestState<AnyContract, typeof method>(
    { request: (...args) => peer.value.request(...args) },
    method,
  )
  const { abort, get, run } = store
  const data = shallowRef(get().data)
  const error = shallowRef(get().error)
  const status = shallowRef(get().status)
  store.subscribe(() => {
    const state = get()
    data.value = state.data
    error.value = state.error
    status.value = state.status
  })
  followPeer(peer, () => abort)
  return { run, abort, data, error, status }
}

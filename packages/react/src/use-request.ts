import {
  type AnyContract,
  type Contract,
  type RequestState,
  type RequestStore,
  requestState,
  shallowEqual,
} from '@protoo-kit/client-core'
import type { RequestMethod, RequestResult, ServerSide } from '@protoo-kit/protocol'
import { useEffect, useSyncExternalStore } from 'react'
import { useKept } from './use-kept.js'
import { type PeerOption, usePeer } from './use-peer.js'

/** The state of the latest run, and what begins one and gives it up: the same functions for each render. */
export type UseRequest<C extends Contract, M extends RequestMethod<ServerSide<C>>> = RequestState<
  RequestResult<ServerSide<C>, M>
> &
  Pick<RequestStore<C, M>, 'run' | 'abort'>

/**
 * One method's request as a state: what a form or a button shows. A new run takes the place of one that waits,
 * which is aborted, as is the one that waits at the unmount.
 */
export function useRequest<
  C extends Contract = AnyContract,
  M extends RequestMethod<ServerSide<C>> = RequestMethod<ServerSide<C>>,
>(method: M, options?: PeerOption<C>): UseRequest<C, M> {
  const peer = usePeer(options)
  const store = useKept({ peer, method }, shallowEqual, () => requestState<C, M>(peer, method))
  const state = useSyncExternalStore(store.subscribe, store.get, store.getInitial)
  useEffect(() => () => store.abort(), [store])
  return { ...state, run: store.run, abort: store.abort }
}

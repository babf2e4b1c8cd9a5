import type {
  AnyContract,
  Contract,
  Data,
  RequestArguments,
  RequestMethod,
  RequestOptions,
  RequestResult,
  ServerSide,
} from '@protoo-kit/protocol'
import type { Peer } from './peer.js'
import { Listeners, type Store } from './store.js'

/** What became of the latest run. `data` is that of the last one that succeeded. */
export type RequestState<Result> =
  | { readonly status: 'idle'; readonly data: Result | undefined; readonly error: undefined }
  | { readonly status: 'pending'; readonly data: Result | undefined; readonly error: undefined }
  | { readonly status: 'success'; readonly data: Result; readonly error: undefined }
  | { readonly status: 'error'; readonly data: Result | undefined; readonly error: unknown }

export interface RequestStore<C extends Contract, M extends RequestMethod<ServerSide<C>>>
  extends Store<RequestState<RequestResult<ServerSide<C>, M>>> {
  /**
   * Sends the request, instead of one that is still waiting: that is aborted.
   * @returns its outcome. Nobody needs to catch its rejection
   */
  run(...args: RequestArguments<ServerSide<C>, M, RequestOptions>): Promise<RequestResult<ServerSide<C>, M>>
  /** Gives up the one that is waiting, and is idle again. */
  abort(): void
}

/** One method's request as a state: what a form or a button shows. */
export function requestState<C extends Contract, M extends RequestMethod<ServerSide<C>>>(
  peer: Peer<C>,
  method: M,
): RequestStore<C, M>
/** The same for what only has `request`, as in tests. Its contract is not found by itself. */
export function requestState(peer: Pick<Peer, 'request'>, method: string): RequestStore<AnyContract, string>
export function requestState<C extends Contract, M extends RequestMethod<ServerSide<C>>>(
  peer: Pick<Peer<C>, 'request'>,
  method: M,
): RequestStore<C, M>
export function requestState(peer: Pick<Peer, 'request'>, method: string): RequestStore<AnyContract, string> {
  const initial: RequestState<Data> = { status: 'idle', data: undefined, error: undefined }
  const listeners = new Listeners()
  let state: RequestState<Data> = initial
  /** The latest run, while it waits. */
  let running: AbortController | undefined

  function become(next: RequestState<Data>): void {
    state = next
    listeners.notify()
  }

  /** Whoever hears of the abort may begin a run of its own, and that one is later. */
  function supersede(by: AbortController | undefined): void {
    const before = running
    running = by
    before?.abort()
  }

  return {
    get: () => state,
    getInitial: () => initial,
    subscribe: listeners.subscribe,

    run(data, options) {
      const controller = new AbortController()
      const theirs = options?.signal
      const signal = theirs ? AbortSignal.any([controller.signal, theirs]) : controller.signal
      supersede(controller)

      /** Nothing of a run that another has replaced is shown. */
      function settle(next: RequestState<Data>): void {
        if (running !== controller) return
        running = undefined
        become(next)
      }

      // Asynchronous, so that what is thrown is a rejection as well.
      const outcome = (async () => peer.request(method, data, { ...options, signal }))()
      if (running === controller) become({ status: 'pending', data: state.data, error: undefined })
      outcome.then(
        (result) => settle({ status: 'success', data: result, error: undefined }),
        (error: unknown) => {
          // Aborted by a signal of the caller's.
          if (signal.aborted) settle({ status: 'idle', data: state.data, error: undefined })
          else settle({ status: 'error', data: state.data, error })
        },
      )
      return outcome
    },

    abort() {
      if (!running) return
      supersede(undefined)
      // Unless a listener of the abort has begun another.
      if (!running) become({ status: 'idle', data: state.data, error: undefined })
    },
  }
}

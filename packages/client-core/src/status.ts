import { type Clock, systemClock } from '@protoo-kit/protocol'
import type { PeerStatus } from './connection.js'
import type { Peer } from './peer.js'
import { type ConnectionPhase, type Phase, phaseOf } from './phase.js'
import { Listeners, type Store } from './store.js'

export type { ConnectionPhase }

/** All that the status needs of a peer; anything else that has it will do. */
export type StatusSource = Pick<Peer, 'status' | 'subscribe' | 'reconnect'>

/** Where a connection stands, for people. */
export interface ConnectionStatus extends Phase {
  /**
   * Whether to show something now: after {@link ConnectionStatusOptions.showAfter} ms without a connection, attempts in
   * between included, or when it is closed for good; `false` at once on recovery.
   */
  readonly visible: boolean
  /** For 3 s after an outage that was visible. */
  readonly restored: boolean
  /** Whole seconds until `retryAt`: only of waits over 5 s, and only while somebody subscribes. */
  readonly secondsLeft: number | undefined
  /** Dials now. Does nothing where there is nothing to retry. */
  readonly retryNow: () => void
  /** What {@link ConnectionStatusOptions.signIn} was given. */
  readonly signIn: (() => void) | undefined
}

export interface ConnectionStatusOptions {
  /** ms without a connection until `visible`. Default 1500. */
  showAfter?: number | undefined
  /** What a person can do where the credentials were refused. */
  signIn?: (() => void) | undefined
  /** Time, for tests. */
  clock?: Clock | undefined
}

/** ms for which `restored` lasts. */
const RESTORED = 3000
/** ms; shorter waits are not counted down. */
const COUNT_FROM = 5000

interface StatusStore extends Store<ConnectionStatus> {
  offer(signIn: () => void): void
}

const stores = new WeakMap<StatusSource, Map<number, StatusStore>>()

/**
 * What a page says about its connection, as a store: one for each source and `showAfter`, shared by all who ask.
 * The timers that it needs run only while somebody subscribes; until then, what needs a clock is not known.
 *
 * @param options of several that differ in `signIn` the newest counts
 */
export function connectionStatus(
  source: StatusSource,
  { showAfter = 1500, signIn, clock = systemClock }: ConnectionStatusOptions = {},
): Store<ConnectionStatus> {
  const bySource = stores.get(source) ?? new Map<number, StatusStore>()
  stores.set(source, bySource)
  const store = bySource.get(showAfter) ?? createStatusStore(source, showAfter, clock)
  bySource.set(showAfter, store)
  if (signIn) store.offer(signIn)
  return store
}

function createStatusStore(source: StatusSource, showAfter: number, clock: Clock): StatusStore {
  const initial: ConnectionStatus = {
    ...phaseOf({ state: 'idle' }),
    visible: false,
    restored: false,
    secondsLeft: undefined,
    retryNow,
    signIn: undefined,
  }
  const listeners = new Listeners(start, stop)
  let value = initial
  /** What the listeners know. */
  let told = initial
  let seen: PeerStatus | undefined
  /** Whether somebody subscribes. */
  let live = false
  /** The latest time that is known: reading does not look at the clock. */
  let now = 0
  /** Since when the page is there to be looked at; undefined while it is being left. */
  let inViewSince: number | undefined = 0
  /** `downSince` of the outage that is shown: what is there stays until the connection is back. */
  let shown: number | undefined
  let restoredUntil = 0
  /** `retryAt` of the latest wait, and whether it is long enough to be counted down. */
  let wait: number | undefined
  let counting = false
  let timer: unknown
  let unsubscribe = (): void => {}
  let newestSignIn: (() => void) | undefined

  function retryNow(): void {
    const { status } = source
    // What was closed on purpose stays closed, and reconnect() throws.
    if (status.state === 'closed' && (status.cause === 'local' || status.cause === 'kicked')) return
    source.reconnect()
  }

  function start(): void {
    inViewSince ??= clock.now()
    now = clock.now()
    // Without what is shown being carried over: nobody saw what happened meanwhile.
    look()
    live = true
    const undo = [source.subscribe(update)]
    for (const [type, listener] of [
      ['pagehide', leave],
      ['pageshow', enter],
    ] as const) {
      globalThis.addEventListener?.(type, listener)
      undo.push(() => globalThis.removeEventListener?.(type, listener))
    }
    unsubscribe = () => {
      for (const each of undo) each()
    }
    refresh()
    // Later: whoever subscribes has no undo yet.
    queueMicrotask(tell)
  }

  function stop(): void {
    live = false
    unsubscribe()
    clock.clearTimeout(timer)
    look()
  }

  /** What breaks from now on is no news. */
  function leave(): void {
    inViewSince = shown = undefined
    update()
  }

  /** A page that is back has had no chance to connect. */
  function enter(): void {
    inViewSince ??= clock.now()
    update()
  }

  function update(): void {
    // Told by one who was just calling its listeners when the last of ours went.
    if (!live) return
    refresh()
    tell()
  }

  function refresh(): void {
    now = clock.now()
    const { retryAt } = phaseOf(source.status)
    // Once for each wait: what is left of it gets shorter.
    if (retryAt !== wait) counting = retryAt !== undefined && retryAt - now > COUNT_FROM
    wait = retryAt
    look()
    clock.clearTimeout(timer)
    const due = nextChange()
    if (due < Infinity) timer = clock.setTimeout(update, due - now)
  }

  function tell(): void {
    if (value === told) return
    told = value
    listeners.notify()
  }

  /** Makes a new value, if it is another. */
  function look(): void {
    const { status } = source
    const phase = phaseOf(status)
    const { retryAt } = phase
    const visible = isVisible(status)
    if (status.state !== 'open') restoredUntil = 0
    else if (value.visible) restoredUntil = status.since + RESTORED
    seen = status
    const next: ConnectionStatus = {
      ...phase,
      visible,
      restored: live && now < restoredUntil,
      secondsLeft:
        live && counting && retryAt !== undefined
          ? Math.max(Math.ceil((retryAt - now) / 1000), 0)
          : undefined,
      retryNow,
      signIn: value.signIn ?? (newestSignIn && (() => newestSignIn?.())),
    }
    if (!same(value, next)) value = next
  }

  function isVisible(status: PeerStatus): boolean {
    if (inViewSince === undefined) return false
    // Whoever closed it here knows.
    if (status.state === 'closed') return status.cause !== 'local'
    if (!('downSince' in status)) {
      // The next one may begin in the same millisecond.
      shown = undefined
      return false
    }
    // "Retry now" after the end begins another outage, for the peer; for who looks at it, it is the same.
    if ((live && value.visible) || now >= visibleAt(status.downSince)) shown = status.downSince
    return shown === status.downSince
  }

  function visibleAt(downSince: number): number {
    return Math.max(downSince, inViewSince ?? Infinity) + showAfter
  }

  /** When the value changes by itself, in epoch ms. */
  function nextChange(): number {
    const { status } = source
    const { visible, secondsLeft, retryAt } = value
    const times = [restoredUntil]
    if ('downSince' in status && !visible) times.push(visibleAt(status.downSince))
    // At the whole second, however late the last one was.
    if (secondsLeft && retryAt) times.push(retryAt - (secondsLeft - 1) * 1000)
    return Math.min(...times.filter((time) => time > now))
  }

  return {
    get() {
      if (seen !== source.status) look()
      return value
    },

    getInitial: () => initial,
    subscribe: listeners.subscribe,

    offer(signIn) {
      if (newestSignIn === signIn) return
      newestSignIn = signIn
      // The value holds a function of ours, so that a new one each time changes nothing.
      if (value.signIn) return
      look()
      // Later: it may be while rendering.
      queueMicrotask(tell)
    },
  }
}

function same(one: ConnectionStatus, other: ConnectionStatus): boolean {
  return (Object.keys(one) as (keyof ConnectionStatus)[]).every((key) => one[key] === other[key])
}

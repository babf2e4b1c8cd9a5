/**
 * What happened: the network is back, it is gone, the page (or the machine
 * under it) has just come back from where timers stand still, or it is being left for good.
 */
export type WakeEvent = 'online' | 'offline' | 'wake' | 'leave'

/** Tells a transport when dialling at once is worth it, and when the end has come. React Native has other events: bring your own. */
export interface WakeSource {
  /** Whether the platform says that there is no network. It may be wrong. */
  readonly offline: boolean
  /** @returns its undo. Subscribed to only while there is something to wake, or a session to end */
  subscribe(listener: (event: WakeEvent) => void): () => void
}

/** ms */
const AGAIN_AFTER = 300

/** The page's own events; where there is no page (Node, a worker), whichever of them exist. */
export const pageWakeSource: WakeSource = {
  get offline() {
    return globalThis.navigator?.onLine === false
  },
  subscribe(listener) {
    const { document } = globalThis
    const online = () => listener('online')
    const offline = () => listener('offline')
    let again: ReturnType<typeof setTimeout>
    const wake = () => {
      clearTimeout(again)
      listener('wake')
      // A connection that was lost meanwhile is often known to be so only a moment later.
      again = setTimeout(listener, AGAIN_AFTER, 'wake')
    }
    const look = () => {
      // Going hidden is no reason to dial, nor to stop dialling.
      if (!document?.hidden) wake()
    }
    // A persisted page comes back as it was, and nothing ends when it goes.
    const show = (event: Event) => {
      if ((event as PageTransitionEvent).persisted) wake()
    }
    const leave = (event: Event) => {
      if (!(event as PageTransitionEvent).persisted) listener('leave')
    }
    const wiring: [EventTarget | undefined, string, (event: Event) => void][] = [
      [globalThis, 'online', online],
      [globalThis, 'offline', offline],
      [globalThis, 'pageshow', show],
      [globalThis, 'pagehide', leave],
      [document, 'visibilitychange', look],
      [document, 'resume', wake],
    ]
    for (const [target, type, handler] of wiring) target?.addEventListener?.(type, handler)
    return () => {
      clearTimeout(again)
      for (const [target, type, handler] of wiring) target?.removeEventListener?.(type, handler)
    }
  },
}

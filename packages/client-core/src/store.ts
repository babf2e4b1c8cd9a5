import { guard } from '@protoo-kit/protocol'

/** A value that changes, made for `useSyncExternalStore` and `shallowRef`. */
export interface Store<T> {
  /** Immutable, and the same object until something changes. Pure: it never reads the clock. */
  get(): T
  /** What a server renders, and a page while it hydrates. */
  getInitial(): T
  /** @param listener called after each change, never while subscribing. @returns its undo */
  subscribe(listener: () => void): () => void
}

/** Who listens to a store; `first` and `last` say when it has to look after its value. */
export class Listeners {
  private readonly listeners = new Set<() => void>()

  constructor(
    private readonly first: () => void = () => {},
    private readonly last: () => void = () => {},
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    // A function of its own, so that one that is added twice is called twice, and taken off once.
    const own = () => listener()
    this.listeners.add(own)
    if (this.listeners.size === 1) this.first()
    return () => {
      if (this.listeners.delete(own) && this.listeners.size === 0) this.last()
    }
  }

  /** Calls those of now, unless they leave meanwhile. One that throws stops nobody else, as in an emitter. */
  notify(): void {
    for (const listener of [...this.listeners]) {
      if (!this.listeners.has(listener)) continue
      guard(listener, (error) => console.error('protoo: listener failed:', error))
    }
  }
}

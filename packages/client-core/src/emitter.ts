import { guard } from '@protoo-kit/protocol'
import mitt from 'mitt'

// `any`: one registry holds the listeners of all events; each event's own
// arguments are checked where it is named, in the methods' signatures.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Listener = (...args: any[]) => unknown

/** What `once` registers, and `off` finds by the listener it wraps. */
export type Registered = Listener & { listener?: Listener }

/**
 * Events as programs written for v4 know them (several arguments, chaining), on
 * mitt's registry. Dispatch is our own: mitt hands on one argument and stops at
 * a listener that throws.
 *
 * A listener that throws, or whose promise rejects, is reported on
 * `console.error` and stops nobody else (C19).
 *
 * @typeParam Events arguments of each event, by its name
 */
export class Emitter<Events extends Record<keyof Events, unknown[]>> {
  /** @internal */
  protected readonly _registry: ReturnType<typeof mitt<Record<PropertyKey, unknown>>> = mitt()

  /** @throws TypeError when `listener` is no function */
  on<E extends keyof Events>(event: E, listener: (...args: Events[E]) => unknown): this {
    if (typeof listener !== 'function') throw new TypeError('listener must be a function')
    this._registry.on(event, listener as Listener)
    return this
  }

  once<E extends keyof Events>(event: E, listener: (...args: Events[E]) => unknown): this {
    const once: Registered = (...args: Events[E]) => {
      this.off(event, once)
      return listener.apply(this, args)
    }
    once.listener = listener
    return this.on(event, once)
  }

  off<E extends keyof Events>(event: E, listener: (...args: Events[E]) => unknown): this {
    const registered = this._registered(event)
    // The one added last goes first, as on Node; none is at -1, which `>>>` makes an index beyond the end.
    registered.splice(
      registered.findLastIndex((entry) => entry === listener || entry.listener === listener) >>> 0,
      1,
    )
    return this
  }

  /** Listens like {@link on}. @returns its undo */
  listen<E extends keyof Events>(event: E, listener: (...args: Events[E]) => unknown): () => void {
    this.on(event, listener)
    return () => this.off(event, listener)
  }

  /** Calls the listeners in their order: those of now, whoever comes and goes meanwhile. */
  emit<E extends keyof Events>(event: E, ...args: Events[E]): void {
    for (const listener of [...this._registered(event)]) {
      guard(
        () => listener.apply(this, args),
        (error) => console.error('protoo: listener failed:', event, error),
      )
    }
  }

  /**
   * What is registered for an event: listeners, and the wrappers of `once`. It changes as they come and go.
   * @internal
   */
  protected _registered(event: keyof Events): Registered[] {
    return (this._registry.all.get(event) as Registered[] | undefined) ?? []
  }
}

/** Settings of an application (L2), with the names of the documents; any other name is the application's own. */
export interface KnownSettings {
  /** `'production'` logs errors without their stack, `'test'` not at all. Default: the environment's NODE_ENV, or `development`. */
  env: string
  /** Default `false`: `/Users` and `/users` are the same. To be set before the first route is added. */
  'case sensitive routing': boolean
  /** Default `false`: `/users/` and `/users` are the same. To be set before the first route is added. */
  'strict routing': boolean
  /** ms to wait for a peer to come back before it counts as offline, as when a page is reloaded. Default 0: none. */
  'disconnection grace period': number
}

/** Two names of one setting: the shipped versions call it otherwise than the documents. */
const ALIASES = new Map([['disconnect grace period', 'disconnection grace period']])

/** Names are the application's: a Map knows no prototype. */
export class Settings {
  private readonly values = new Map<string, unknown>([['env', process.env.NODE_ENV || 'development']])

  set(name: string, value: unknown): void {
    this.values.set(ALIASES.get(name) ?? name, value)
  }

  get(name: string): unknown {
    return this.values.get(ALIASES.get(name) ?? name)
  }

  enabled(name: string): boolean {
    return Boolean(this.get(name))
  }

  /** In ms; 0 for what is no duration. */
  get gracePeriod(): number {
    const period = Number(this.get('disconnection grace period') ?? 0)
    return period > 0 ? period : 0
  }
}

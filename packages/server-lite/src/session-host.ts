export interface SessionSettings {
  readonly window: number
  readonly heartbeat: number
  readonly maxBufferBytes: number
  readonly maxBufferMessages: number
  /** Longest message that a client may send. */
  readonly maxMessageBytes: number
  readonly maxRequests: number
}

/** What a session has in common with the others of its server. */
export interface SessionHost {
  readonly settings: SessionSettings
  /** The first frame on a connection of a session. */
  welcome(token: string, resumed: boolean, received: number): string
  /** ms, never stepping back. */
  now(): number
  /**
   * What the kept messages take has changed by so many bytes.
   * @returns whether all sessions together are within their bounds
   */
  account(change: number): boolean
  /** Ends the sessions that keep most, until they are. */
  relieve(): void
  /** A client has dropped. @returns whether its session may wait for it */
  away(): boolean
  /** It is not waited for any more. */
  back(): void
  ended(key: string, transport: object): void
  /** Its application closed it on purpose: should the client come to resume it, it is to hear so. */
  bury(key: string, closing: Closing): void
  /** The client has heard so. */
  unbury(key: string): void
}

export interface Closing {
  readonly code: number
  readonly reason: string
}

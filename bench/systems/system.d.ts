import type { Server } from 'node:http'

/** One of two ends, whichever side it is on. */
export interface End {
  /** @returns the answer, which is what the application at the other end returned */
  request(data: Message): Promise<Message>
  notify(data: Message): void
  close(): void
}

/** What is done with what the other end sends. */
export interface Application {
  request(data: Message): Message
  notification(data: Message): void
}

export interface ServerApplication extends Application {
  joined(peer: End): void
}

export interface Message {
  /** Counts from 0, so that nothing can be lost, doubled or swapped unseen. */
  n: number
  text?: string
}

/** What is measured: the same few operations, done as this system's users would do them. */
export interface System {
  readonly name: string
  serve(http: Server, application: ServerApplication): { broadcast(data: Message): void }
  /** @returns once it is open */
  connect(url: string, application: Application): Promise<End>
  /**
   * A client with the system's own defaults, which comes back by itself.
   * @param opened called at each open
   * @param ended called when it gives up
   */
  persist?(url: string, opened: () => void, ended: () => void): void
}

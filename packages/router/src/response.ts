import type { Context } from './context.js'

/** What is in `data`: an object, of anything. */
// biome-ignore lint/suspicious/noExplicitAny: what is in it is the application's affair
export type Data = Record<string, any>

/** Ids are positive integers; the documents write them as strings too. */
export type MessageId = number | string

/** An answer to a request: provisional, of which there may be many, or final (L19). */
export class Response {
  /** The peer that answered; undefined for what was answered here. */
  peer: Context['peer'] | undefined

  /**
   * @param status 100 to 199 provisional, 200 to 299 accepted, 300 to 699 rejected
   * @throws RangeError for any other
   */
  constructor(
    readonly id: MessageId,
    readonly status: number,
    public reason: string = '',
    public data: Data = {},
  ) {
    if (!isStatus(status))
      throw new RangeError(`status must be an integer from 100 to 699, not ${String(status)}`)
  }

  get isProvisional(): boolean {
    return this.status < 200
  }

  get isFinal(): boolean {
    return this.status >= 200
  }

  get isAccept(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get isReject(): boolean {
    return this.status >= 300
  }

  toString(): string {
    return `[status:${this.status} | reason:${this.reason} | id:${this.id}]`
  }
}

export function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 699
}

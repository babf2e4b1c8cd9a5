/** Most requests that are kept, and most characters of them. */
const MAX_KEPT = 1000
const MAX_LENGTH = 2 ** 20

/** What is known of a request: its frame, and the answer once that is final. */
interface Entry {
  readonly frame: string
  answer: string | undefined
}

/**
 * The latest requests that have come, so that each is told once: after a reconnection the server sends again all that have
 * no answer, which may only have been lost.
 */
export class RoutedAnswers {
  private readonly _entries = new Map<number | string, Entry>()
  /** Characters of the frames. */
  private _length = 0

  /**
   * @param frame which is the same when it is the same request: ids may be used again
   * @returns whether it is new; otherwise its final answer, or nothing while that is being made
   */
  arrived(id: number | string, frame: string): true | string | undefined {
    const known = this._entries.get(id)
    if (known?.frame === frame) return known.answer
    this._forget(id)
    this._entries.set(id, { frame, answer: undefined })
    this._length += frame.length
    for (const oldest of this._entries.keys()) {
      if (this._entries.size <= MAX_KEPT && this._length <= MAX_LENGTH) break
      this._forget(oldest)
    }
    return true
  }

  answered(id: number | string, frame: string, answer: string): void {
    const entry = this._entries.get(id)
    if (entry?.frame === frame) entry.answer = answer
  }

  private _forget(id: number | string): void {
    this._length -= this._entries.get(id)?.frame.length ?? 0
    this._entries.delete(id)
  }
}

/** Time and transport that a test holds in its hand. */
import type { Clock } from './clock.js'

interface Timer {
  at: number
  callback: () => void
}

/** A clock that stands still until told to move. Both of its times are one. */
export class FakeClock implements Clock {
  private readonly timers = new Map<number, Timer>()
  private lastTimer = 0

  /** @param time where it starts, in ms */
  constructor(private time = 0) {}

  now(): number {
    return this.time
  }

  monotonic(): number {
    return this.time
  }

  setTimeout(callback: () => void, ms: number): number {
    this.timers.set(++this.lastTimer, { at: this.time + Math.max(ms, 0), callback })
    return this.lastTimer
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as number)
  }

  /** How many timers are set. */
  get pending(): number {
    return this.timers.size
  }

  /** ms until the next timer; undefined when none is set. */
  get next(): number | undefined {
    const due = this.earliest()
    return due && due[1].at - this.time
  }

  /** Moves on by `ms`, running each timer on the way at its own time. */
  advance(ms: number): void {
    const end = this.time + ms
    for (let due = this.earliest(); due && due[1].at <= end; due = this.earliest()) {
      const [id, timer] = due
      this.timers.delete(id)
      this.time = timer.at
      timer.callback()
    }
    this.time = end
  }

  private earliest(): [number, Timer] | undefined {
    let found: [number, Timer] | undefined
    for (const entry of this.timers) if (!found || entry[1].at < found[1].at) found = entry
    return found
  }
}

/** One end of an in-memory connection. Frames arrive in order, each in a microtask of its own. */
export interface MemoryEnd {
  send(text: string): void
  /** Called with each frame that the other end sent. */
  onframe: ((text: string) => void) | undefined
}

export interface MemoryPair {
  ends: [MemoryEnd, MemoryEnd]
  /** Loses what is under way and every frame sent from now on. */
  cut(): void
}

export function memoryPair(): MemoryPair {
  let alive = true
  const end = (other: () => MemoryEnd): MemoryEnd => ({
    onframe: undefined,
    send(text) {
      queueMicrotask(() => {
        if (alive) other().onframe?.(text)
      })
    },
  })
  const a: MemoryEnd = end(() => b)
  const b: MemoryEnd = end(() => a)
  return {
    ends: [a, b],
    cut() {
      alive = false
    },
  }
}

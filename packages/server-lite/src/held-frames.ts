/** Frames that cannot be delivered yet are kept up to this; then the socket is paused. */
const MAX_BYTES = 64 * 1024
const MAX_FRAMES = 256

/** Frames of a client that wait, in order. */
export class HeldFrames {
  private bytes = 0

  constructor(private readonly frames: unknown[] = []) {}

  get length(): number {
    return this.frames.length
  }

  /** Whether nothing more should be read until they are delivered. */
  get full(): boolean {
    return this.bytes >= MAX_BYTES || this.length >= MAX_FRAMES
  }

  /** @param bytes on the wire */
  push(frame: unknown, bytes: number): void {
    this.frames.push(frame)
    this.bytes += bytes
  }

  /** The oldest. */
  shift(): unknown {
    return this.frames.shift()
  }

  get all(): unknown[] {
    return [...this.frames]
  }
}

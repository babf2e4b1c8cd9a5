import { type FrameOptions, frameTexts } from '@protoo-kit/protocol/node'

/** A text that several clients get, framed once for each server among theirs. */
export class SharedText {
  private readonly frames = new Map<FrameOptions, Buffer>()
  /** The last, and for which options: most often all are of one server. */
  private last: Buffer | undefined
  private lastOptions: FrameOptions | undefined
  private withPlace: SharedText | undefined

  /** @param place where those stand who have had it and all before */
  constructor(
    readonly text: string,
    private readonly place?: string,
  ) {}

  /** The same for clients that say where they stand when they come back (`seq`, PROTOCOL.md §7.6). */
  get placed(): SharedText {
    if (this.place === undefined) return this
    this.withPlace ??= new SharedText(`${this.text.slice(0, -1)},"seq":"${this.place}"}`)
    return this.withPlace
  }

  framed(options: FrameOptions): Buffer {
    if (this.last && this.lastOptions === options) return this.last
    const frames = this.frames.get(options) ?? frameTexts([this.text], options)
    this.frames.set(options, frames)
    this.last = frames
    this.lastOptions = options
    return frames
  }
}

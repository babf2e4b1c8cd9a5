import { type FrameOptions, frameTexts } from '@protoo-kit/protocol/node'

/** A text that several clients get, framed once for each server among theirs. */
export class SharedText {
  private readonly frames = new Map<FrameOptions, Buffer>()

  constructor(readonly text: string) {}

  framed(options: FrameOptions): Buffer {
    const frames = this.frames.get(options) ?? frameTexts([this.text], options)
    this.frames.set(options, frames)
    return frames
  }
}

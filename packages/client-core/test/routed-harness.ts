import { createRoutedPeer, RoutedPeer, RoutedTransport } from '../src/routed.js'
import type { TransportOptions } from '../src/transport-options.js'
import { Harness, settled, url } from './harness.js'

/** A routed peer on time that stands still and sockets that obey. */
export class RoutedHarness extends Harness {
  async dialled(options: TransportOptions = {}, today = false): Promise<RoutedPeer> {
    const all = { clock: this.clock, WebSocket: this.fake.WebSocket, ...options }
    const peer = today ? createRoutedPeer(url, all) : new RoutedPeer(new RoutedTransport(url, all))
    await settled()
    return peer
  }

  async opened(options: TransportOptions = {}): Promise<RoutedPeer> {
    const peer = await this.dialled(options)
    this.last().opens('protoo')
    return peer
  }

  async reopen(): Promise<void> {
    this.last().breaks()
    await this.pass(5000)
    this.last().opens('protoo')
  }

  /** What was sent on the last connection. */
  // biome-ignore lint/suspicious/noExplicitAny: what a frame holds is what the test asserts
  sent(): any[] {
    return this.last().sent.map((text) => JSON.parse(text))
  }

  receives(frame: unknown): void {
    this.last().receives(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }
}

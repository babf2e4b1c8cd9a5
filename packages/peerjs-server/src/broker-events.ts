import type { EventEmitter } from 'node:events'
import { debuglog } from 'node:util'
import { guard } from '@protoo-kit/protocol'
import type { BrokerEvents } from './broker.js'
import type { IClient } from './client.js'
import type { IMessage } from './message.js'

const debug = debuglog('peerjs-server')

/** Tells a PeerServer's listeners: what they throw, or their promises reject with, is an `error` event and harms nothing. */
export class ListenedEvents implements BrokerEvents {
  constructor(private readonly emitter: EventEmitter) {}

  connection(client: IClient): void {
    this.emit('connection', [client])
  }

  disconnect(client: IClient): void {
    this.emit('disconnect', [client])
  }

  /** What clients do wrong. Without a listener it is of no interest but under `NODE_DEBUG=peerjs-server` (J12). */
  error(error: unknown): void {
    if (this.emitter.listenerCount('error') === 0) debug('%s', error)
    else this.notify('error', [error], report)
  }

  get message(): ((client: IClient, message: IMessage) => boolean) | undefined {
    return this.emitter.listenerCount('message') > 0 ? this.tellMessage : undefined
  }

  /** A listener that throws keeps the message from being relayed, as with the original. */
  private readonly tellMessage = (client: IClient, message: IMessage): boolean => {
    let relayed = true
    this.emit('message', [client, message], () => {
      relayed = false
    })
    return relayed
  }

  private emit(event: string, args: unknown[], thrown?: () => void): void {
    this.notify(event, args, (error) => {
      thrown?.()
      if (this.emitter.listenerCount('error') === 0) report(error)
      else this.notify('error', [error], report)
    })
  }

  private notify(event: string, args: unknown[], failed: (error: unknown) => void): void {
    for (const listener of this.emitter.rawListeners(event))
      guard(() => Reflect.apply(listener, this.emitter, args), failed)
  }
}

function report(error: unknown): void {
  console.error('peerjs-server: a listener failed:', error)
}

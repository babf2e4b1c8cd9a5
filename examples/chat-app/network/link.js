/**
 * One connection of a visitor through the demo network.
 *
 * @import { Socket } from 'node:net'
 * @import { Passage } from './lane.js'
 */
import { Lane } from './lane.js'

export class Link {
  /** Empty while it is held: the network is frozen, and the server is not dialled yet. @type {Lane[]} */
  #lanes = []
  #client
  #opening
  #dial

  /**
   * @param {Socket} client
   * @param {Buffer} opening what the client sent already: the request for an upgrade
   * @param {() => Socket | undefined} dial to the server; undefined when there is none
   * @param {Passage} passage
   */
  constructor(client, opening, dial, passage) {
    this.#client = client
    this.#opening = opening
    this.#dial = dial
    client.setNoDelay(true)
    // 'close' follows, which is what counts.
    client.on('error', () => {})
    client.on('end', this.#giveUp).on('data', this.#giveUp)
    this.setPassage(passage)
  }

  /** @param {Passage} passage */
  setPassage(passage) {
    for (const lane of this.#lanes) lane.passage = passage
    if (this.#lanes.length === 0 && passage !== 'frozen') this.#connect(passage)
  }

  /** Both ends notice at once, without a goodbye. */
  destroy() {
    this.#client.destroy()
  }

  /** @param {(this: Socket) => void} listener */
  onclose(listener) {
    this.#client.on('close', listener)
  }

  /** While it is held the client has nothing to say: it leaves, or it is no WebSocket. */
  #giveUp = () => this.destroy()

  /** @param {Passage} passage */
  #connect(passage) {
    const client = this.#client
    client.off('end', this.#giveUp).off('data', this.#giveUp)
    const server = client.destroyed ? undefined : this.#dial()
    if (!server) return this.destroy()
    server.setNoDelay(true)
    // Nobody listens there: as if the server were down.
    server.on('error', () => client.destroy())
    this.#lanes = [new Lane(client, server, passage, this.#opening), new Lane(server, client, passage)]
  }
}

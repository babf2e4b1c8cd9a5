import { Socket } from 'node:net'
import { createTimeline } from './timeline.mjs'

/**
 * Many clients of a system, with its own defaults, whose server goes and comes back.
 * @param {import('../systems/system.js').System} system
 */
export function createStorm(system) {
  const dials = createTimeline()
  let gaveUp = 0
  /** Of each client: when it was last opened, in ms since the last `watch`, or before. */
  /** @type {(number | undefined)[]} */
  let opened = []
  let origin = 0

  return {
    /** @param {{ url: string, count: number }} options */
    async gather({ url, count }) {
      // Every system dials by way of this in the end.
      const { connect } = Socket.prototype
      Socket.prototype.connect = function (/** @type {any[]} */ ...args) {
        dials.note()
        return Reflect.apply(connect, this, args)
      }
      const all = withResolvers()
      let open = 0
      opened = Array.from({ length: count }, () => undefined)
      for (let index = 0; index < count; index++) {
        system.persist?.(
          url,
          () => {
            opened[index] = performance.now() - origin
            if (++open === count) all.resolve(undefined)
          },
          () => gaveUp++,
        )
        // Not a storm yet.
        if (index % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await all.promise
    },
    /** The server is about to go: counts from now on. */
    watch() {
      opened.fill(undefined)
      dials.start()
      origin = performance.now()
    },
    /** @returns how many are back, when each came, in ms since the last `watch`, and the most dials in any 100 ms */
    storm: () => ({
      times: opened.filter((time) => time !== undefined),
      dials: dials.peak(),
      gaveUp,
    }),
  }
}

function withResolvers() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {}
  const promise = new Promise((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

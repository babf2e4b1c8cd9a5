// What either end does while it is measured.

/** @typedef {import('../systems/system.js').End} End */

/** Notifications sent in one turn of the event loop, and after how many the sender waits for the receiver. */
const BATCH = 64
const BARRIER = 2048

/** ms without an answer after which those that are missing will not come: a local round trip takes one at most. */
const STALLED = 3000

/**
 * Requests, so many at a time.
 *
 * @param {End} end
 * @param {{ count: number, inFlight: number }} amount
 * @returns how many were answered with what was asked, and the wait for each in ms where there was one at a time
 */
export async function requests(end, { count, inFlight }) {
  let next = 0
  let right = 0
  /** @type {number[]} */
  const waits = []
  const worker = async () => {
    while (next < count) {
      const n = next++
      const start = inFlight === 1 ? performance.now() : 0
      const answer = await end.request({ n })
      if (start) waits.push(performance.now() - start)
      if (answer.n === n) right++
    }
  }
  const all = Promise.all(Array.from({ length: inFlight }, worker))
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let watch
  const stalled = new Promise((resolve) => {
    let before = -1
    watch = setInterval(() => {
      if (right === before) resolve(undefined)
      before = right
    }, STALLED)
  })
  await Promise.race([all, stalled])
  clearInterval(watch)
  return { right, waits }
}

/**
 * Notifications, as fast as the other end takes them.
 *
 * @param {End} end
 * @param {{ count: number }} amount
 */
export async function notifications(end, { count }) {
  for (let n = 0; n < count; n++) {
    end.notify({ n })
    if ((n + 1) % BARRIER === 0) await end.request({ n: -1 })
    else if ((n + 1) % BATCH === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await end.request({ n: -1 })
}

/** Counts what arrives, and whether it is what was sent: 0, 1, 2, …, and from 0 again when that was asked for. */
export function createTally() {
  let received = 0
  let wrong = 0
  let next = 0
  return {
    /** @param {{ n: number }} data */
    add({ n }) {
      if (n !== next && n !== 0) wrong++
      next = n + 1
      received++
    },
    /** What has arrived since it was last asked. */
    take() {
      const result = { received, wrong }
      received = wrong = 0
      return result
    },
  }
}

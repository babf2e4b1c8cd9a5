// Imported first: counts the timers of the process from then on, those too that would not keep it running.

/** @type {Set<unknown>} */
const live = new Set()

for (const [set, clear] of /** @type {const} */ ([
  ['setTimeout', 'clearTimeout'],
  ['setInterval', 'clearInterval'],
])) {
  const original = globalThis[set]
  const originalClear = globalThis[clear]
  const counted = (
    /** @type {(...args: unknown[]) => void} */ callback,
    /** @type {unknown[]} */ ...args
  ) => {
    const timer = original(
      (...given) => {
        if (set === 'setTimeout') live.delete(timer)
        callback(...given)
      },
      .../** @type {[number]} */ (args),
    )
    live.add(timer)
    return timer
  }
  Object.assign(globalThis, {
    [set]: Object.assign(counted, original),
    [clear]: (/** @type {NodeJS.Timeout} */ timer) => {
      live.delete(timer)
      originalClear(timer)
    },
  })
}

/** How many timers are set. */
export const timers = () => live.size

import { type Clock, systemClock } from '@protoo-kit/protocol'

/** `undefined` stands for the default. */
export interface DrainOptions {
  /** ms after which connections that are still there are destroyed. Default 10000. */
  timeout?: number | undefined
  /** ms over which the closes are spread, so that clients do not all come to another server at once. Default 1000. */
  spread?: number | undefined
}

/** A client that is to go elsewhere. */
export interface Drainable {
  /** Closes it, and resolves once its connection is gone. */
  end(code: number, reason: string): Promise<void>
  terminate(): void
}

/** Service restart: clients come back, to this server or another (RFC 6455 §7.4.2). */
const SERVICE_RESTART = 1012

/**
 * Closes all of them (1012), one after the other.
 * @throws TypeError (rejects) when an option makes no sense
 */
export async function drain(
  targets: readonly Drainable[],
  { timeout = 10_000, spread = 1000 }: DrainOptions,
  clock: Clock = systemClock,
): Promise<void> {
  const left = new Set(targets)
  const closed = targets.map(async (target, index) => {
    await after(clock, (spread * index) / targets.length)
    await target.end(SERVICE_RESTART, 'the server restarts')
    left.delete(target)
  })
  let timer: unknown
  const late = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, timeout)
  })
  await Promise.race([Promise.all(closed), late])
  clock.clearTimeout(timer)
  for (const target of left) target.terminate()
}

/** @throws TypeError when an option makes no sense */
export function assertDrainOptions({ timeout = 10_000, spread = 1000 }: DrainOptions): void {
  for (const [name, value] of Object.entries({ timeout, spread }))
    if (typeof value !== 'number' || !(value >= 0) || value > 2 ** 31 - 1)
      throw new TypeError(`${name} must be a number of milliseconds`)
  if (spread > timeout) throw new TypeError('spread must be at most the timeout')
}

function after(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimeout(resolve, ms))
}

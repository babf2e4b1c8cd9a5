import { randomUUID } from 'node:crypto'

/** Times that `generate` is asked for one that is free. */
const ATTEMPTS = 1000

/**
 * An id that nobody has.
 *
 * @param generate default: random UUIDs
 * @throws what `generate` throws; Error when it makes none that is free, TypeError when it makes something else
 */
export function newId(generate: () => unknown = randomUUID, isTaken: (id: string) => boolean): string {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const id = generate()
    if (typeof id !== 'string' || id === '')
      throw new TypeError(`generateClientId must return a text that is not empty, not ${typeof id}`)
    if (!isTaken(id)) return id
  }
  throw new Error(`generateClientId returned none but IDs that are taken, ${ATTEMPTS} times`)
}

import type { Pattern, PatternMatch } from './path-pattern.js'

/** By name; without a prototype, so that any name is just a name. */
export type Params = Record<string, string>

/** A path that cannot be decoded, which is the client's mistake. */
export class BadPathError extends Error {
  readonly status = 400

  constructor(value: string) {
    super(`failed to decode the parameter "${value}"`)
    this.name = 'BadPathError'
  }
}

/** @throws BadPathError for bad escapes */
export function decodeParams({ names }: Pattern, match: PatternMatch): Params {
  const params = emptyParams()
  for (let index = 0; index < names.length; index++) {
    const value = match[index + 1]
    if (value !== undefined) params[names[index] as string] = decode(value)
  }
  return params
}

export function emptyParams(): Params {
  return Object.create(null)
}

/** The parent's and the child's, whose own count; numbered ones are counted on. */
export function mergeParams(parent: Params, child: Params): Params {
  const merged = Object.assign(emptyParams(), parent)
  let offset = 0
  while (String(offset) in parent) offset++
  for (const [name, value] of Object.entries(child))
    merged[/^\d+$/.test(name) ? String(Number(name) + offset) : name] = value
  return merged
}

function decode(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    throw new BadPathError(value)
  }
}

import type { ErrorHandler, Handler } from './handler.js'
import { decodeParams, emptyParams, type Params } from './params.js'
import { compilePatterns, type PathPattern, type Pattern, type PatternOptions } from './path-pattern.js'
import type { Route } from './route.js'

/** What a layer made of a path. */
export interface LayerMatch {
  /** The part of the path that matched, which `use` takes off. */
  readonly path: string
  readonly params: Params
  readonly names: readonly string[]
}

const NO_NAMES: readonly string[] = []

/** One entry of a router's stack: a path, and what handles it. */
export class Layer {
  private readonly patterns: readonly Pattern[]
  /** Mounted at the root: everything matches, and nothing is taken off. */
  private readonly everywhere: boolean

  constructor(
    path: PathPattern,
    options: PatternOptions,
    readonly target: Route | Handler | ErrorHandler,
  ) {
    this.everywhere = path === '/' && !options.end
    this.patterns = this.everywhere ? [] : compilePatterns(path, options)
  }

  /** @throws BadPathError when it matches but cannot be decoded */
  match(path: string): LayerMatch | undefined {
    if (this.everywhere) return { path: '', params: emptyParams(), names: NO_NAMES }
    for (const pattern of this.patterns) {
      const match = pattern.exec(path)
      if (match) return { path: match[0], params: decodeParams(pattern, match), names: pattern.names }
    }
    return
  }
}

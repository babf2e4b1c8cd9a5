// For packages that read the router from its sources.
/// <reference path="./path-to-regexp.d.ts" />
import pathToRegexp, { type Key } from 'path-to-regexp'
import { RE2JS } from 're2js'

/** A path, a pattern (`/users/:name`, `/ab?cd`, `*`), a RegExp, or an array of any of them: the first that matches counts. */
export type PathPattern = string | RegExp | readonly PathPattern[]

export interface PatternOptions {
  /** Whether `/Users` and `/users` are two paths. */
  readonly sensitive: boolean
  /** Whether `/users/` and `/users` are two paths. */
  readonly strict: boolean
  /** Whether it must match the whole path, or the beginning of it up to a slash. */
  readonly end: boolean
}

/** What one pattern made of a path: the part that matched, and what was captured, in the order of {@link Pattern.names}. */
export type PatternMatch = readonly [path: string, ...values: (string | undefined)[]]

export interface Pattern {
  /** Of the parameters; those without a name are numbered from 0. */
  readonly names: readonly string[]
  /** @returns null when it does not match */
  exec(path: string): PatternMatch | null
}

/**
 * The patterns of Express 4, by the same library (L13).
 *
 * What it makes of a string matches any path in time linear in the path's length: patterns with one way to match only
 * are left to the platform's RegExp, all others to RE2. A RegExp of the application's own is the application's.
 *
 * @throws TypeError for what is no pattern, and for a pattern that cannot be matched in linear time
 */
export function compilePatterns(pattern: PathPattern, options: PatternOptions): readonly Pattern[] {
  if (isList(pattern)) return pattern.flatMap((entry) => compilePatterns(entry, options))
  if (typeof pattern !== 'string' && !(pattern instanceof RegExp))
    throw new TypeError(`a path must be a string, a RegExp or an array of them, not ${typeof pattern}`)
  const keys: Key[] = []
  const regexp = parse(pattern, keys, options)
  const names = keys.map(({ name }) => String(name))
  if (pattern instanceof RegExp || hasOneWayToMatch(pattern)) return [native(regexp, names)]
  const linear = compileLinear(regexp, names, options)
  if (linear) return [linear]
  // What RE2 lacks, lookaround and backreferences, is as much the application's as a RegExp is.
  if (/\(\?[=!<]|\\[1-9]/.test(pattern)) return [native(regexp, names)]
  throw new TypeError(`the path pattern "${pattern}" has too many ways to match: write it as a RegExp`)
}

function parse(pattern: string | RegExp, keys: Key[], options: PatternOptions): RegExp {
  try {
    return pathToRegexp(pattern, keys, options)
  } catch (cause) {
    throw new TypeError(`the path pattern "${pattern}" is not valid`, { cause })
  }
}

function native(regexp: RegExp, names: readonly string[]): Pattern {
  // With `g` or `y` a RegExp goes on from where it was; what it matches is not to depend on what it has matched.
  const fresh = /[gy]/.test(regexp.flags)
    ? new RegExp(regexp.source, regexp.flags.replace(/[gy]/g, ''))
    : regexp
  return { names, exec: (path) => fresh.exec(path) as PatternMatch | null }
}

/**
 * Whether a backtracking matcher gets to each place in the path by one way only, give or take a constant. It does where
 * a parameter follows a literal that it cannot contain itself, and where one `*`, at most, begins at a place that is certain.
 */
function hasOneWayToMatch(pattern: string): boolean {
  let previous: 'literal' | 'param' | 'star' = 'literal'
  let stars = 0
  /** Whether a parameter since the last slash could as well end elsewhere. */
  let open = false
  for (const [token] of pattern.matchAll(/:\w+\??|./gs)) {
    if (token === '*') {
      if (open || ++stars > 1) return false
      previous = 'star'
    } else if (token.length > 1) {
      if (previous !== 'literal') return false
      previous = 'param'
      open = true
    } else if (/[\\^$+?()[\]{}|:]/.test(token)) return false
    else {
      previous = 'literal'
      if (token === '/') open = false
    }
  }
  return true
}

const LOOKAHEAD = '(?=\\/|$)'

/** @returns undefined for what RE2 cannot express */
function compileLinear(
  regexp: RegExp,
  names: readonly string[],
  options: PatternOptions,
): Pattern | undefined {
  let source = withoutLookahead(regexp.source)
  // At the very end a group does what the lookahead does, as long as it is not counted as part of the match.
  const prefix = !options.end && source.endsWith(LOOKAHEAD)
  if (prefix) source = `${source.slice(0, -LOOKAHEAD.length)}(\\/|$)`
  let re2: RE2JS
  try {
    re2 = RE2JS.compile(RE2JS.translateRegExp(source), options.sensitive ? 0 : RE2JS.CASE_INSENSITIVE)
  } catch {
    return
  }
  return {
    names,
    exec(path) {
      const matcher = re2.matcher(path)
      if (!matcher.find()) return null
      const matched = matcher.group() ?? ''
      const excess = prefix ? (matcher.group(names.length + 1)?.length ?? 0) : 0
      const values = names.map((_, index) => matcher.group(index + 1) ?? undefined)
      return [matched.slice(0, matched.length - excess), ...values]
    },
  }
}

function isList(pattern: PathPattern): pattern is readonly PathPattern[] {
  return Array.isArray(pattern)
}

/** A parameter that must not contain the literal before it, as the library writes it. */
const EXCLUDING = /\(\(\?:\(\?!\\\/\|(.*?)\)\.\)\+\?\)/g
/** One character, perhaps escaped, that stands for itself. */
const CHARACTER = /^(?:\\?([^\w\\])|(\w))$/
/** Begins with a slash, which a parameter does not contain anyway. */
const WITH_SLASH = /^\\\/[^|?*{]+$/

/** Says with classes what the library says with lookaheads, where classes can. */
function withoutLookahead(source: string): string {
  return source.replace(EXCLUDING, (whole, excluded: string) => {
    const [, punctuation, letter] = CHARACTER.exec(excluded) ?? []
    const character = punctuation ?? letter
    if (character === undefined && !WITH_SLASH.test(excluded)) return whole
    const escaped = character === undefined ? '' : `\\x{${character.charCodeAt(0).toString(16)}}`
    return `([^\\/${escaped}\\n\\r\\x{2028}\\x{2029}]+?)`
  })
}

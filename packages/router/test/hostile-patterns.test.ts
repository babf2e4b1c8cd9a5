import fc from 'fast-check'
import pathToRegexp from 'path-to-regexp'
import { expect, it } from 'vitest'
import { compilePatterns } from '../src/path-pattern.js'

/** Printed with every failure, and here for the record; another one by `SEED=… npx vitest`. */
const seed = Number(process.env.SEED ?? 20_250_313)
console.info(`seed: ${seed}`)

const LENGTH = 2048
/**
 * ms that the longest path may take with any pattern. Linear time is well below one; the square of 2,048 steps takes more, and
 * their cube (what `/*` three times took) seconds.
 */
const BUDGET = 100

const name = fc.constantFrom('a', 'b', 'c', 'd')
const piece = fc.oneof(
  name.map((letter) => `/:${letter}`),
  name.map((letter) => `:${letter}`),
  name.map((letter) => `/:${letter}?`),
  name.map((letter) => `:${letter}*`),
  name.map((letter) => `.:${letter}`),
  name.map((letter) => `-:${letter}`),
  name.map((letter) => `--:${letter}`),
  fc.constantFrom('/*', '*', '/x', '-', 'a?', 'a+', '/a+', '(a)?', '/(b)', '.', 'aa', '-a-', '/'),
)
const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => {
  const text = pieces.join('')
  return text.startsWith('/') || text.startsWith('*') ? text : `/${text}`
})
/** Paths that almost match in many ways: few different characters, repeated, and something odd at the end. */
const path = fc
  .tuple(
    fc.array(fc.constantFrom('a', '-', '/', '.', 'x', 'b', 'aa', '-a', '/a', '-a-'), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.constantFrom('', '//', '\n', '!', '\n/', '-', '/-', 'é'),
  )
  .map(([unit, end]) => {
    const text = unit.join('')
    return `/${text.repeat(Math.ceil(LENGTH / text.length))}`.slice(0, LENGTH - end.length) + end
  })

it('every path up to 2,048 characters takes linear time with every generated pattern', {
  timeout: 120_000,
}, () => {
  let refused = 0
  fc.assert(
    fc.property(pattern, path, fc.boolean(), (text, long, end) => {
      let compiled: ReturnType<typeof compilePatterns>
      try {
        compiled = compilePatterns(text, { sensitive: false, strict: false, end })
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        if (String(error).includes('too many ways')) refused++
        return
      }
      const time = (run: string): number => {
        const start = performance.now()
        for (const each of compiled) each.exec(run)
        return performance.now() - start
      }
      // The best of several: a machine may be busy, and a program just compiled.
      let best = Number.POSITIVE_INFINITY
      for (let attempt = 0; attempt < 4 && best > 1; attempt++) best = Math.min(best, time(long))
      expect(best).toBeLessThan(BUDGET)
    }),
    { seed, numRuns: 1500 },
  )
  // Few are refused when they are defined: those with several wildcards and a delimiter of several characters.
  expect(refused).toBeLessThan(300)
})

it.each([
  '/*/*/*',
  '/:a:b:c',
  '/:a*/:b*',
  '/*a*b*c',
  '/:a-*',
  '/a+a+a+a+',
  '/*:a*',
  '/:a?:b?:c?:d?/x',
  '/:a--:b/*/*',
])('%s takes linear time, or is refused when it is defined', (text) => {
  let compiled: ReturnType<typeof compilePatterns>
  try {
    compiled = compilePatterns(text, { sensitive: false, strict: false, end: true })
  } catch (error) {
    expect(String(error)).toContain('write it as a RegExp')
    return
  }
  for (const unit of ['a', '/', '-', 'a-', '/a', '/-']) {
    const time = (length: number): number => {
      const long = `${`/${unit.repeat(length)}`.slice(0, length - 1)}\n`
      const start = performance.now()
      for (const each of compiled) each.exec(long)
      return performance.now() - start
    }
    time(512)
    expect(Math.min(...[1, 2, 3].map(() => time(LENGTH)))).toBeLessThan(BUDGET)
  }
})

it('what RE2 matches is what the platform’s RegExp matches', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '-', '/', '.', 'x', 'é'), maxLength: 9 })
  fc.assert(
    fc.property(pattern, short, fc.boolean(), fc.boolean(), (text, rest, end, sensitive) => {
      const options = { sensitive, strict: false, end }
      let ours: ReturnType<typeof compilePatterns>
      try {
        ours = compilePatterns(text, options)
      } catch {
        return
      }
      // A RegExp of the application's own is left as it is: so this is what the library makes of the pattern.
      const [theirs] = compilePatterns(pathToRegexp(text, [], options), options)
      const [mine] = ours
      expect(mine?.exec(`/${rest}`) && [...(mine.exec(`/${rest}`) ?? [])]).toEqual(
        theirs?.exec(`/${rest}`) && [...(theirs.exec(`/${rest}`) ?? [])],
      )
    }),
    { seed, numRuns: 5000 },
  )
})

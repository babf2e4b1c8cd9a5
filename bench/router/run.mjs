// `node bench/router/run.mjs`: how fast a request finds its handler, next to Express 4's own router, which
// dispatches the same table in the same process. Rounds of the two take turns; the ratio is that of their medians.
// `--rounds 31`, `--json`. Exit code 1 if ours is slower.
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { protoo, Request } from '@protoo-kit/router'
import { buildTable, paths } from './table.mjs'

const express = createRequire(import.meta.url)('express')
const { version: expressVersion } = createRequire(import.meta.url)('express/package.json')

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '31' }, json: { type: 'boolean', default: false } },
})
const ROUNDS = Number(values.rounds)
/** Passes over all paths in one round. */
const PASSES = 400

let reached = 0
const count = () => {
  reached++
}

const app = protoo()
const ours = buildTable(
  {
    router: () => protoo.Router(),
    middleware: (count) => (/** @type {any} */ _, /** @type {() => void} */ next) => {
      count()
      next()
    },
    handler: (count) => (/** @type {any} */ _) => count(),
    method: 'put',
  },
  count,
)
const theirs = buildTable(
  {
    router: () => express.Router(),
    middleware:
      (count) =>
      (/** @type {any} */ _request, /** @type {any} */ _response, /** @type {() => void} */ next) => {
        count()
        next()
      },
    handler: (count) => (/** @type {any} */ _request, /** @type {any} */ _response) => count(),
    method: 'put',
  },
  count,
)

const done = () => {}
/** Each is given a request as its server would make it; neither is sent anywhere. */
const contenders = {
  router: (/** @type {string} */ path) => {
    const message = { type: /** @type {const} */ ('request'), id: 1, method: 'put', path, data: {} }
    // There is no peer: nothing is answered.
    ours.handle(Request.received(message, /** @type {any} */ ({ app })), done)
  },
  express: (/** @type {string} */ path) => {
    theirs({ method: 'PUT', url: path, headers: {} }, {}, done)
  },
}

/** @param {(path: string) => void} dispatch */
function round(dispatch) {
  reached = 0
  const start = process.hrtime.bigint()
  for (let pass = 0; pass < PASSES; pass++) for (const path of paths) dispatch(path)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  // A handler and three middlewares each, and for the one without a route the middlewares.
  const expected = PASSES * (paths.length * 4 - 1)
  if (reached !== expected) throw new Error(`${reached} handlers were reached, not ${expected}`)
  return (PASSES * paths.length) / seconds
}

/** @type {Record<keyof typeof contenders, number[]>} */
const speeds = { router: [], express: [] }
for (let index = -3; index < ROUNDS; index++) {
  for (const name of /** @type {const} */ (['router', 'express'])) {
    const speed = round(contenders[name])
    // The first are for the compiler.
    if (index >= 0) speeds[name].push(speed)
  }
}

const median = (/** @type {number[]} */ numbers) =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const result = {
  routes: 100,
  depth: 3,
  rounds: ROUNDS,
  router: Math.round(median(speeds.router)),
  express: Math.round(median(speeds.express)),
  ratio: Math.round((median(speeds.router) / median(speeds.express)) * 100) / 100,
}
if (values.json) console.log(JSON.stringify(result))
else {
  console.log(`${result.routes} routes, ${result.depth} middlewares deep, ${ROUNDS} rounds each, in turns:`)
  console.log(`  @protoo-kit/router  ${result.router.toLocaleString('en')} requests a second`)
  console.log(`  Express ${expressVersion}      ${result.express.toLocaleString('en')}`)
  console.log(`  ratio               ${result.ratio}`)
}
if (result.ratio < 1) process.exitCode = 1

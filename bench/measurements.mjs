import { interleave } from './lib/interleave.mjs'
import { PagePair } from './lib/page-pair.mjs'
import { Pair } from './lib/processes.mjs'
import { summarize } from './lib/statistics.mjs'
import { flood, roundTrips } from './scenarios/browser.mjs'
import { broadcast, memory, setUp } from './scenarios/connections.mjs'
import { growth } from './scenarios/growth.mjs'
import { notify, request } from './scenarios/messages.mjs'
import { answers, broker, nodes, routing } from './scenarios/scripts.mjs'
import { sizes } from './scenarios/sizes.mjs'
import { storm } from './scenarios/storm.mjs'
import { connecting, messaging, persistent } from './systems/index.mjs'

/**
 * @param {{ name: string }[]} systems
 * @param {number} rounds
 * @param {(pair: Pair) => Promise<Record<string, number>>} scenario
 */
const byTurns = (systems, rounds, scenario) =>
  interleave(
    systems.map(({ name }) => name),
    rounds,
    scenario,
    (system) => Pair.start(system),
  )

/**
 * @param {number} rounds
 * @param {(pair: PagePair) => Promise<Record<string, number>>} scenario
 */
const inPages = (rounds, scenario) =>
  interleave(
    messaging.map(({ name }) => name),
    rounds,
    scenario,
    PagePair.start,
  )

/** What is measured, by name. Each takes whether it is to be quick, and returns its figures by system. */
/** @type {Record<string, (quick: boolean) => Promise<Record<string, any>>>} */
export const measurements = {
  requests: (quick) =>
    byTurns(messaging, quick ? 2 : 7, (pair) => request(pair, 'load', quick ? 15_000 : 100_000, 64)),
  'server requests': (quick) =>
    byTurns(messaging, quick ? 2 : 7, (pair) => request(pair, 'server', quick ? 15_000 : 100_000, 64)),
  sequential: (quick) =>
    byTurns(messaging, quick ? 2 : 7, (pair) => request(pair, 'load', quick ? 1000 : 10_000, 1)),
  'notifications to the server': (quick) =>
    byTurns(messaging, quick ? 2 : 7, (pair) => notify(pair, 'load', quick ? 30_000 : 200_000)),
  'notifications to the client': (quick) =>
    byTurns(messaging, quick ? 2 : 7, (pair) => notify(pair, 'server', quick ? 30_000 : 200_000)),
  'broadcast to 500': (quick) =>
    byTurns(messaging, quick ? 1 : 5, (pair) => broadcast(pair, 500, quick ? 20 : 100)),
  'broadcast to 2000': (quick) =>
    byTurns(messaging, quick ? 1 : 5, (pair) => broadcast(pair, 2000, quick ? 5 : 30)),
  'set-up': (quick) => byTurns(connecting, quick ? 2 : 7, (pair) => setUp(pair, quick ? 300 : 1500)),
  memory: (quick) => byTurns(connecting, quick ? 1 : 3, (pair) => memory(pair, quick ? 500 : 5000)),
  'round trips of a page': (quick) =>
    inPages(quick ? 1 : 3, (pair) => roundTrips(pair, quick ? 3000 : 30_000)),
  'notifications to a page': (quick) => inPages(quick ? 1 : 3, (pair) => flood(pair, quick ? 5000 : 100_000)),
  storm: (quick) => storms(quick ? 1 : 3, quick ? 500 : 2000),
  answers,
  broker,
  nodes,
  routing,
  sizes,
  growth,
}

/**
 * @param {number} rounds
 * @param {number} clients
 */
async function storms(rounds, clients) {
  /** @type {Record<string, Record<string, number>[]>} */
  const results = {}
  for (let round = 0; round < rounds; round++)
    for (const { name } of persistent) {
      results[name] ??= []
      results[name].push(await storm(name, clients))
    }
  return Object.fromEntries(
    Object.entries(results).map(([name, rounds]) => [name, summarize(rounds, undefined)]),
  )
}

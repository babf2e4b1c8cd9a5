// Measurements that are scripts of their own, each with both of those that it compares.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { median } from '../lib/statistics.mjs'

const root = join(import.meta.dirname, '../..')

/**
 * Many requests, and what became of each.
 * @param {boolean} quick
 */
export async function answers(quick) {
  const count = quick ? 100_000 : 1_000_000
  const own = await outputOf('scripts/million-requests.mjs', '--count', String(count))
  // The stock client waits half a minute for those that it has lost.
  if (quick) return { 'protoo-kit': own }
  return { 'protoo-kit': own, protoo: await outputOf('scripts/million-requests.mjs', '--stock') }
}

/**
 * Our broker for PeerJS beside the npm package `peer`.
 * @param {boolean} quick
 */
export async function broker(quick) {
  const amount = quick ? ['--rounds', '1', '--messages', '20000', '--connections', '500'] : []
  const { rate, cpu, rss, used, rounds } = await outputOf('bench/peerjs/run.mjs', ...amount)
  return { 'peerjs-server × peer': { rate, cpu, rss, used, rounds: rounds.length } }
}

/**
 * The router beside Express 4's.
 * @param {boolean} quick
 */
export async function routing(quick) {
  const { router, express, ratio, rounds } = await outputOf(
    'bench/router/run.mjs',
    '--rounds',
    quick ? '7' : '31',
  )
  return { 'router × express': { router, express, ratio, rounds } }
}

/**
 * Rooms on several nodes, over Redis, beside socket.io with its adapter for Redis Streams.
 * @param {boolean} quick
 */
export async function nodes(quick) {
  const amount = quick ? ['--rounds', '2', '--broadcasts', '3000', '--latencies', '100'] : []
  const { systems, load, ratios, rounds } = await outputOf('bench/redis/run.mjs', ...amount)
  const ratio = { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
  return { ...systems, 'protoo-kit × socket.io': { ratio, rounds, nodes: load.nodes, clients: load.clients } }
}

/**
 * @param {string} script
 * @param {string[]} args
 * @returns {Promise<any>}
 */
async function outputOf(script, ...args) {
  const child = spawn(process.execPath, [join(root, script), '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [result] = await Promise.all([json(child.stdout), once(child, 'exit')])
  return result
}

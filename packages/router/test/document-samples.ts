/** The samples of the two documents, as they are written there (test/documents), and what runs them. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { format } from 'node:util'
import { onTestFinished } from 'vitest'
import { type Application, protoo } from '../src/index.js'
import { connect } from './support.js'

/** Each by its name. */
export const samples = new Map(
  ['overview', 'api'].flatMap((file) =>
    readFileSync(new URL(`documents/${file}.txt`, import.meta.url), 'utf8')
      .split(/^=== /m)
      .slice(1)
      .map((block) => {
        const end = block.indexOf('\n')
        return [block.slice(0, end), block.slice(end + 1)] as const
      }),
  ),
)
/** Which of them have been run. */
export const ran = new Set<string>()

/**
 * Runs a sample, with `names` as what it finds around it.
 * @param change what its mistakes are put right with
 * @returns what it has declared of `results`, and printed
 */
export function run(
  name: string,
  names: Record<string, unknown>,
  results: string[] = [],
  change = (code: string) => code,
  // biome-ignore lint/suspicious/noExplicitAny: what a sample declares
): { printed: string[]; [result: string]: any } {
  const code = change(samples.get(name) ?? '')
  if (!code) throw new Error(`no sample ${name}`)
  ran.add(name)
  const printed: string[] = []
  const print = (...args: unknown[]) => printed.push(format(...args))
  const real = createRequire(import.meta.url)
  const around = {
    require: (id: string) => (id === 'protoo' ? protoo : real(id)),
    console: { log: print, error: print },
    ...names,
  }
  const body = `${code}\nreturn { ${results.join(', ')} }`
  return { printed, ...new Function(...Object.keys(around), body)(...Object.values(around)) }
}

/** What each expression statement of a sample is. */
export function evaluate(name: string, names: Record<string, unknown>): unknown[] {
  const values: unknown[] = []
  const push = (value: unknown) => values.push(value)
  run(name, { ...names, push }, [], (code) => code.replace(/^(.+);$/gm, 'push($1);'))
  return values
}

/** A bed whose application a sample has made. */
export async function serveApp(
  app: Application,
): Promise<(username: string, uuid?: string) => ReturnType<typeof connect>> {
  const server = http.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  app.set('env', 'test').websocket(server, ({ req }, accept) => {
    const query = new URL(req.url ?? '', 'ws://x').searchParams
    accept(query.get('username') ?? '', query.get('uuid') ?? '')
  })
  onTestFinished(() => app.close(true))
  const { port } = server.address() as AddressInfo
  return (username, uuid = 'phone') => connect(port, `/?${new URLSearchParams({ username, uuid })}`)
}

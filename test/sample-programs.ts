/** Programs out of the docs, run as they stand but for a few texts that are replaced. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../scripts/free-port.mjs'
import { readSamples } from './markdown-samples.js'

const root = join(import.meta.dirname, '..')

/** The one sample of this file and language that holds `mark`, with each of `replaced` replaced, which must be there. */
export function sampleOf(
  file: string,
  language: string,
  mark = '',
  replaced: Readonly<Record<string, string>> = {},
): string {
  const found = readSamples(file).filter(
    (sample) => sample.language === language && sample.code.includes(mark),
  )
  const [sample] = found
  if (!sample || found.length > 1)
    throw new Error(`${found.length} ${language} samples of ${file} hold ${mark}`)
  let { code } = sample
  for (const [text, by] of Object.entries(replaced)) {
    if (!code.includes(text)) throw new Error(`the sample of ${file} does not hold ${text}`)
    code = code.replaceAll(text, by)
  }
  return code
}

export interface Running {
  readonly port: number
  readonly child: ChildProcess
  /** What it has printed so far. */
  output(): string
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>
}

/** A directory in which the workspace's packages can be imported, and what runs there. */
export class Programs {
  readonly folder: string = mkdtempSync(join(root, 'node_modules', '.programs-'))
  private readonly running: Running[] = []
  private count = 0

  /** A module that can be run. */
  write(code: string): string {
    const folder = join(this.folder, String(++this.count))
    mkdirSync(folder)
    const path = join(folder, 'program.mjs')
    writeFileSync(path, code)
    return path
  }

  /**
   * Runs a server, and resolves once it listens. A port that somebody else has taken meanwhile is changed for another.
   * @param command says what to run, given the port
   */
  async serve(
    command: (port: number) => { args: readonly string[]; env?: NodeJS.ProcessEnv },
  ): Promise<Running> {
    for (let attempt = 1; ; attempt++) {
      const port = await freePort()
      const { args, env } = command(port)
      const running = this.spawn(port, args, env)
      if (await listens(running)) return running
      if (attempt === 5) throw new Error(`${args.join(' ')} does not start: ${running.output()}`)
    }
  }

  /** Runs a module that listens on `PORT`. */
  node(path: string, env: NodeJS.ProcessEnv = {}): Promise<Running> {
    return this.serve((port) => ({ args: [process.execPath, path], env: { ...env, PORT: String(port) } }))
  }

  async stop(): Promise<void> {
    for (const { child } of this.running) child.kill('SIGKILL')
    await Promise.all(this.running.map(({ exited }) => exited))
    rmSync(this.folder, { recursive: true })
  }

  private spawn(
    port: number,
    [command = '', ...args]: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Running {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    const exited = once(child, 'exit').then(([code, signal]) => code ?? signal)
    const running = { port, child, output: () => output, exited }
    this.running.push(running)
    return running
  }
}

/** @returns whether it does; otherwise it has exited */
async function listens({ port, child, exited }: Running): Promise<boolean> {
  let over = false
  void exited.then(() => {
    over = true
  })
  while (!over && child.exitCode === null) {
    const socket = connect(port, '127.0.0.1')
    const connected = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      exited.then(() => false),
    ])
    socket.destroy()
    if (connected) return !over
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}

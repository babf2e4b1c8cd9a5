import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export interface Program {
  /** The first line printed from now on, or before and not asked for, that matches. Rejects when the program ends without. */
  line(pattern: RegExp): Promise<string>
  /** All that it prints until it ends. */
  output(): Promise<string>
}

/** Runs a file with Node until the test is over. */
export async function launch(file: string): Promise<Program> {
  const child: ChildProcess = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  await once(child, 'spawn')
  if (!child.stdout) throw new Error('it prints nowhere')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const seen: string[] = []
  return {
    async line(pattern) {
      for (let next = await lines.next(); !next.done; next = await lines.next()) {
        seen.push(next.value)
        if (pattern.test(next.value)) return next.value
      }
      throw new Error(`no line matches ${pattern} in:\n${seen.join('\n')}`)
    },
    async output() {
      for (let next = await lines.next(); !next.done; next = await lines.next()) seen.push(next.value)
      return seen.join('\n')
    },
  }
}

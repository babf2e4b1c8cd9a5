import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type LaunchOptions } from '@playwright/test'

/** A browser that Playwright did not launch, and so does not keep awake. */
export interface BrowserProcess {
  /** Where it speaks the DevTools protocol. */
  address: string
  stop(): Promise<void>
}

export async function launchBrowser({
  executablePath,
  chromiumSandbox,
  args = [],
}: LaunchOptions): Promise<BrowserProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'protoo-kit-browser-'))
  const child = spawn(
    executablePath ?? chromium.executablePath(),
    [
      '--headless',
      ...(chromiumSandbox ? [] : ['--no-sandbox']),
      ...args,
      '--remote-debugging-port=0',
      `--user-data-dir=${directory}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const exited = once(child, 'exit')
  let address: string | undefined
  for await (const line of createInterface(child.stderr)) {
    address = /ws:\/\/\S+/.exec(line)?.[0]
    if (address) break
  }
  child.stderr.resume()
  if (!address) throw new Error('the browser did not start')
  return {
    address,
    async stop() {
      child.kill()
      await exited
      await rm(directory, { recursive: true, maxRetries: 5 })
    },
  }
}

import type { Peer } from '@protoo-kit/client-core'
import { startTransition, useLayoutEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useConnectionStatus, useProtooPeer } from '../src/index.js'
import { Harness } from './harness.js'

// Rendering as it is on a page, in slices: nothing waits for it.
const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }
beforeEach(() => {
  environment.IS_REACT_ACT_ENVIRONMENT = false
})
afterEach(() => {
  environment.IS_REACT_ACT_ENVIRONMENT = true
})

/** Takes long, so that React gives way between two of them. */
function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

const ByPeer = ({ peer }: { peer: Peer }) => {
  const { status, connected } = useProtooPeer({ peer })
  work(4)
  return <i>{`${status.state} ${connected}`}</i>
}

const BySelection = ({ peer }: { peer: Peer }) => {
  const phase = useConnectionStatus((status) => status.phase, { peer })
  work(4)
  return <i>{phase}</i>
}

describe.each([
  ['useProtooPeer', ByPeer, 'waiting false'],
  ['useConnectionStatus', BySelection, 'reconnecting'],
])('a status of %s that changes while a transition renders', (_, Cell, after) => {
  it('is the same in all components of each commit', async () => {
    const harness = new Harness()
    const peer = await harness.openPeer()
    const commits: string[][] = []
    let show: (shown: boolean) => void = () => {}

    function Page() {
      const [shown, setShown] = useState(false)
      show = setShown
      useLayoutEffect(() => {
        commits.push([...new Set([...element.querySelectorAll('i')].map((cell) => cell.textContent))])
      })
      // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
      return <p>{shown && Array.from({ length: 30 }, (_, n) => <Cell key={n} peer={peer} />)}</p>
    }

    const element = document.createElement('div')
    const root = createRoot(element)
    root.render(<Page />)
    const until = async (condition: () => boolean) => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await until(() => commits.length === 1)

    let changedAfter: number | undefined
    startTransition(() => show(true))
    // Some cells have rendered by then, and nothing of them is committed.
    setTimeout(() => {
      changedAfter = element.querySelectorAll('i').length
      harness.last().breaks()
    }, 20)
    await until(() => element.querySelectorAll('i').length === 30 && changedAfter !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))

    expect(changedAfter).toBe(0)
    for (const texts of commits) expect(texts.length).toBeLessThanOrEqual(1)
    expect(element.querySelector('i')?.textContent).toBe(after)
    root.unmount()
    peer.close()
  })
})

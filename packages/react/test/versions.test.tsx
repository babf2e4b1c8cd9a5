import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { act, cleanup, render } from '@testing-library/react'
import * as React from 'react'
import * as dom from 'react-dom'
import { afterEach, describe, expect, it } from 'vitest'
import { useProtooPeer } from '../src/index.js'
import { Harness, macrotask, settled, url } from './harness.js'

afterEach(cleanup)

it('runs against the React of its project', () => {
  const modules = join(import.meta.dirname, '../../..', process.env.REACT ?? '')
  const { version } = JSON.parse(readFileSync(join(modules, 'react/package.json'), 'utf8'))
  expect([React.version, dom.version]).toEqual([version, version])
})

// Where React has it: effects are unmounted and the state is kept, for as long as it is hidden.
const { Activity } = React
if (Activity)
  describe('an owner that is hidden', () => {
    const harness = new Harness()

    function Owner() {
      return <p>{useProtooPeer(url, harness.options).status.state}</p>
    }

    const page = (mode: 'visible' | 'hidden') => (
      <Activity mode={mode}>
        <Owner />
      </Activity>
    )

    it('closes, and connects anew when it is shown', async () => {
      const { rerender, container } = render(page('visible'))
      await act(settled)
      await harness.do((socket) => socket.opens())
      rerender(page('hidden'))
      rerender(page('visible'))
      await macrotask()
      expect(harness.sockets).toHaveLength(1)
      expect(harness.alive).toHaveLength(1)
      rerender(page('hidden'))
      await macrotask()
      expect(harness.alive).toHaveLength(0)
      rerender(page('visible'))
      await act(settled)
      expect(harness.sockets).toHaveLength(2)
      await harness.do((socket) => socket.opens())
      expect(container.textContent).toBe('open')
    })
  })

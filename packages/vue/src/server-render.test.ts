import { renderToString } from '@vue/server-renderer'
import { describe, expect, it, vi } from 'vitest'
import { type Component, createSSRApp, h } from 'vue'
import { component, macrotask, settled, url, useHarness } from '../test/harness.js'
import {
  createProtoo,
  ReconnectBanner,
  useConnectionStatus,
  useNotification,
  useOpen,
  useProtooPeer,
  useRequest,
  useRequestHandler,
} from './index.js'

const harness = useHarness()

/** All there is, in one page. */
function page(source?: string): Component & { renders: number } {
  return component(
    () => {
      const own = source ? useProtooPeer(source, harness.current.options) : useProtooPeer()
      useNotification('message', () => {}, own)
      useRequestHandler('confirm', () => ({}), own)
      useOpen(() => {}, own)
      return { ...own, phase: useConnectionStatus((status) => status.phase, own), ...useRequest('join', own) }
    },
    ({ phase, connected }) => `${phase.value} ${connected.value}`,
  )
}

describe('a server render', () => {
  it('opens no connection and leaves no timer, with a URL', async () => {
    expect(await renderToString(createSSRApp(page(url)))).toBe('<p>idle false</p>')
    await macrotask()
    expect(harness.current.sockets).toHaveLength(0)
    expect(harness.current.clock.pending).toBe(0)
  })

  it('opens none with the plugin either', async () => {
    const root = () => [h(page()), h(ReconnectBanner)]
    const plugin = createProtoo({ url, options: harness.current.options })
    const html = await renderToString(createSSRApp(root).use(plugin))
    expect(html).toContain('<p>idle false</p>')
    expect(html).toContain('role="status"')
    expect(html).toMatch(/class="protoo-banner-bar"[^>]* hidden/)
    await macrotask()
    expect(harness.current.sockets).toHaveLength(0)
  })

  it('says idle of a peer that is connected, and listens to nothing of it', async () => {
    const peer = await harness.current.openPeer()
    const listen = vi.spyOn(peer, 'listen')
    const handle = vi.spyOn(peer, 'handle')
    const root = page()
    const html = await renderToString(createSSRApp(root).use(createProtoo({ peer })))
    expect(html).toBe('<p>idle false</p>')
    expect(listen).not.toHaveBeenCalled()
    expect(handle).not.toHaveBeenCalled()
  })
})

describe('hydration', () => {
  it.each([
    ['a URL', false],
    ['the plugin', true],
  ])(
    'takes over what the server has rendered, without a warning, and dials then, with %s',
    async (_, plugin) => {
      const make = () => {
        const Page = page(plugin ? undefined : url)
        const app = createSSRApp(() => (plugin ? [h(Page), h(ReconnectBanner)] : [h(Page)]))
        if (plugin) app.use(createProtoo({ url, options: harness.current.options }))
        return { Page, app }
      }
      const errors = vi.spyOn(console, 'error')
      const container = document.createElement('div')
      container.innerHTML = await renderToString(make().app)
      const paragraph = container.querySelector('p')
      const { app } = make()
      app.mount(container)
      expect(container.querySelector('p')).toBe(paragraph)
      await settled()
      harness.current.last().opens()
      await settled()
      expect(container.textContent?.trim()).toBe('connected true')
      expect(harness.current.sockets).toHaveLength(1)
      expect(errors).not.toHaveBeenCalled()
      app.unmount()
      await macrotask()
      expect(harness.current.open).toHaveLength(0)
    },
  )

  it('of a peer that is connected already shows it in a second render', async () => {
    const peer = await harness.current.openPeer()
    const errors = vi.spyOn(console, 'error')
    const container = document.createElement('div')
    container.innerHTML = await renderToString(createSSRApp(page()).use(createProtoo({ peer })))
    const Page = page()
    const app = createSSRApp(Page).use(createProtoo({ peer }))
    app.mount(container)
    await settled()
    expect(container.textContent).toBe('connected true')
    expect(Page.renders).toBe(2)
    expect(errors).not.toHaveBeenCalled()
    app.unmount()
  })
})

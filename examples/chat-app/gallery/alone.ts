import type { BannerMaker } from './banners/index.js'
import { element, prose } from './element.js'
import type { GalleryState } from './states.js'
import { StillSource } from './still-source.js'

/** One state, by one banner: over this page, and as alive as it would be over any other. */
export function alone(state: GalleryState, { name, mount }: BannerMaker): HTMLElement[] {
  document.title = `${state.title}, ${name}: Reconnect gallery`
  const container = element('div')
  const pressed = element('output')
  const signIn = state.signIn && (() => pressed.replaceChildren('`signIn` was called.'))
  mount(container, new StillSource(state), signIn)({})

  const back = new URL(location.href)
  for (const name of ['state', 'by']) back.searchParams.delete(name)
  back.hash = state.id
  return [
    element(
      'main',
      { class: 'alone' },
      container,
      element('h1', {}, state.title),
      element('p', {}, name),
      element('p', {}, ...prose(state.when)),
      pressed,
      element('p', {}, element('a', { href: back.href }, 'All states')),
    ),
  ]
}

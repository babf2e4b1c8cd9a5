import { mountElement } from './element.js'
import type { MountBanner } from './mount-banner.js'
import { mountReact } from './react.js'
import { mountVue } from './vue.js'

export interface BannerMaker {
  /** In the address of the page that shows one alone. */
  readonly id: string
  readonly name: string
  readonly mount: MountBanner
}

export const makers: readonly BannerMaker[] = [
  { id: 'react', name: 'React', mount: mountReact },
  { id: 'vue', name: 'Vue', mount: mountVue },
  { id: 'element', name: 'Plain page', mount: mountElement },
]

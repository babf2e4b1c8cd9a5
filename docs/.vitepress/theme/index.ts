import type { Theme } from 'vitepress'
// No web fonts: the machine's own.
import DefaultTheme from 'vitepress/theme-without-fonts'
import { h } from 'vue'
import ConnectionDemo from './demo/ConnectionDemo.vue'
import HomePicture from './HomePicture.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-after': () => h(HomePicture) }),
  enhanceApp({ app }) {
    app.component('ConnectionDemo', ConnectionDemo)
  },
} satisfies Theme

import type { Theme } from 'vitepress'
// No web fonts: the machine's own.
import DefaultTheme from 'vitepress/theme-without-fonts'
import ConnectionDemo from './demo/ConnectionDemo.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('ConnectionDemo', ConnectionDemo)
  },
} satisfies Theme

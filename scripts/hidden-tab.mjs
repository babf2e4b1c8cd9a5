// `npm run hidden-tab -- [seconds]`: the test of a hidden and throttled tab, for five minutes instead of some seconds.
import { findChromium } from './browsers.mjs'
import { run } from './run.mjs'

process.exitCode = await run(
  'playwright',
  ['test', '--config=e2e/playwright.config.ts', 'e2e/tests/hidden-tab.spec.ts', '--project=chromium'],
  { CHROMIUM_PATH: await findChromium(), HIDDEN_TAB_SECONDS: process.argv[2] ?? '300' },
)

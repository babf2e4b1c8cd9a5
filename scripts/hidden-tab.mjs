// `npm run hidden-tab -- [seconds]`: the test of a hidden and throttled tab, for five minutes instead of some seconds.
import { run } from './run.mjs'
import { findChromium } from './setup.mjs'

process.exitCode = await run(
  'playwright',
  ['test', '--config=e2e/playwright.config.ts', 'e2e/tests/hidden-tab.spec.ts'],
  { CHROMIUM_PATH: await findChromium(), HIDDEN_TAB_SECONDS: process.argv[2] ?? '300' },
)

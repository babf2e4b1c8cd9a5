import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'
import type { AxeResults } from 'axe-core'

const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Looks at the page as it is now with all rules of axe, best practices included. */
export async function expectNoViolations(page: Page, what: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path })
  const found = await page.evaluate(async () => {
    // What is still fading in has less contrast than it will have; what never ends is not waited for.
    const roots = [document, ...[...document.querySelectorAll('*')].map((node) => node.shadowRoot)]
    const animations = roots
      .flatMap((root) => root?.getAnimations() ?? [])
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(animations.map(({ finished }) => finished))

    const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } }
    const { violations, passes } = await axe.run({
      resultTypes: ['violations'],
      // Does not fetch stylesheets, for a server that may be down.
      preload: false,
    })
    return {
      passed: passes.length,
      violations: violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(' ')}: ${failureSummary}`),
      ),
    }
  })
  expect(found.violations, what).toEqual([])
  // It has looked.
  expect(found.passed, what).toBeGreaterThan(5)
}

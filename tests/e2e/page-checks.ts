import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright'

/** A desk, a tablet, the smallest phone. In this order: a page is opened at the first. */
export const widths = [1280, 768, 320] as const

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Violations of WCAG 2.2 AA and axe's own best practices, each with the first element it was found in; at night only what can
 * differ then, the contrast.
 */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.emulateMedia({ colorScheme: 'light' })
  const byDay = await runAxe(page, {})
  await page.emulateMedia({ colorScheme: 'dark' })
  const byNight = await runAxe(page, { runOnly: { type: 'rule', values: ['color-contrast'] } })
  return [...byDay, ...byNight]
}

/** Our pages have no frames: axe runs where the page is, through the debugger, which its content policy does not bind. */
async function runAxe(page: Page, options: RunOptions): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  return await page.evaluate(
    async (given) => {
      const { axe } = globalThis as unknown as { axe: { run: (options: RunOptions) => Promise<AxeResults> } }
      const { violations } = await axe.run(given)
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
    },
    { ...options, resultTypes: ['violations'] } satisfies RunOptions,
  )
}

/** Widths at which a reader would have to scroll sideways, with by how much. */
export async function sidewaysScrolls(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const tooWide = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
    if (tooWide > 0) found.push(`${width} px: ${tooWide} px too wide`)
  }
  return found
}

/** What is wrong with them for somebody without a mouse. */
export function tabTroubles(stops: readonly string[]): readonly string[] {
  const first = stops[0] === 'Skip to content' ? [] : [`the first is ${stops[0]}`]
  return [...first, ...stops.filter((stop) => stop.startsWith('UNSEEN'))]
}

/** What the Tab key comes to, in order, until it leaves the page or begins again. */
export async function tabStops(page: Page, max = 400): Promise<readonly string[]> {
  const stops: string[] = []
  const root = page.locator('html')
  await root.evaluate((html) => html.ownerDocument.defaultView!.scrollTo(0, 0))
  for (let count = 0; count < max; count += 1) {
    await page.keyboard.press('Tab')
    const stop = await root.evaluate((html) => {
      const document = html.ownerDocument
      const element = document.activeElement
      if (element === null || element === document.body || element.hasAttribute('data-first-stop')) return
      if (document.querySelector('[data-first-stop]') === null) element.setAttribute('data-first-stop', '')
      const { width, height } = element.getBoundingClientRect()
      const isOutlined =
        document.defaultView!.getComputedStyle(element).outlineStyle !== 'none' || element.closest('.search.big') !== null
      const label = element.textContent || element.getAttribute('aria-label') || element.getAttribute('name') || ''
      return { label: label.replace(/\s+/g, ' ').trim(), isSeen: width > 0 && height > 0 && isOutlined }
    })
    if (stop === undefined) break
    stops.push(stop.isSeen ? stop.label : `UNSEEN ${stop.label}`)
  }
  await page.locator('[data-first-stop]').evaluateAll((elements) => {
    for (const element of elements) element.removeAttribute('data-first-stop')
  })
  return stops
}

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
  if (!(await page.evaluate(() => 'axe' in globalThis))) await putAxeInto(page)
  return await page.evaluate(
    async (given) => {
      const { axe } = globalThis as unknown as { axe: { run: (options: RunOptions) => Promise<AxeResults> } }
      const { violations } = await axe.run(given)
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
    },
    { ...options, resultTypes: ['violations'] } satisfies RunOptions,
  )
}

/** Its source as it is: `page.evaluate` would wrap the half megabyte first, which takes as long again. */
async function putAxeInto(page: Page): Promise<void> {
  const debug = await page.context().newCDPSession(page)
  await debug.send('Runtime.evaluate', { expression: axeSource })
  await debug.detach()
}

/**
 * Another page of the same site in the same window, under the policy of the one before it: without what opening it takes, and axe
 * stays where it is.
 */
export async function showInstead(page: Page, url: string): Promise<void> {
  const status = await page.evaluate(async (address) => {
    const window = globalThis as unknown as {
      readonly document: { open: () => void; write: (text: string) => void; close: () => void }
      addEventListener: (name: 'load', listener: () => void, options: { readonly once: true }) => void
    }
    const answer = await fetch(address)
    const html = await answer.text()
    window.document.open()
    const isLoaded = new Promise<void>((resolve) => window.addEventListener('load', resolve, { once: true }))
    window.document.write(html)
    window.document.close()
    await isLoaded
    return answer.status
  }, url)
  if (status !== 200) throw new Error(`${url} answered ${status}`)
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

/** What is wrong with a page for somebody without a mouse. */
export async function tabTroubles(page: Page): Promise<readonly string[]> {
  const stops = await tabStops(page)
  const first = stops[0] === 'Skip to content' ? [] : [`the first is ${stops[0]}`]
  const operable = (await page.locator(operableElements).count()) + (await visibleRadioGroups(page))
  const missed = stops.length === operable ? [] : [`the Tab key comes to ${stops.length} of ${operable}: ${stops.join(', ')}`]
  return [...first, ...stops.filter((stop) => stop.startsWith('UNSEEN')), ...missed]
}

/** Of radio buttons of one name the Tab key comes to one. */
async function visibleRadioGroups(page: Page): Promise<number> {
  const names = await page
    .locator('input[type="radio"]:enabled:visible')
    .evaluateAll((inputs) => inputs.map((input) => input.getAttribute('name')))
  return new Set(names).size
}

const operableElements = [
  'a[href]',
  'button:enabled',
  'input:enabled:not([type="hidden"], [type="radio"])',
  'select:enabled',
  'textarea:enabled',
  'summary',
  '[tabindex="0"]',
]
  .map((element) => `${element}:visible`)
  .join(', ')

const keysAtOnce = 16

/** What the Tab key comes to, in order, until it begins again. */
async function tabStops(page: Page, max = 400): Promise<readonly string[]> {
  const root = page.locator('html')
  // In the page: writes down whatever is focused, from the top on.
  const notes = await root.evaluateHandle((html) => {
    const document = html.ownerDocument
    const window = document.defaultView!
    window.scrollTo(0, 0)
    const stops: string[] = []
    let first: unknown
    let isRound = false
    const note = ({ target }: { readonly target: unknown }) => {
      const element = target as typeof html
      isRound ||= element === first
      if (isRound) return
      first ??= element
      const { width, height } = element.getBoundingClientRect()
      const isOutlined = window.getComputedStyle(element).outlineStyle !== 'none' || element.closest('.search.big') !== null
      const label = element.textContent || element.getAttribute('aria-label') || element.getAttribute('name') || ''
      const words = label.replace(/\s+/g, ' ').trim()
      stops.push(width > 0 && height > 0 && isOutlined ? words : `UNSEEN ${words}`)
    }
    document.addEventListener('focusin', note)
    return {
      stops,
      isRound: () => isRound,
      end: () => document.removeEventListener('focusin', note),
    }
  })
  // Many at once: waiting for each takes a frame of the screen or two.
  for (let count = 0; count < max && !(await notes.evaluate(({ isRound }) => isRound())); count += keysAtOnce)
    await Promise.all(Array.from({ length: keysAtOnce }, () => page.keyboard.press('Tab')))
  return notes.evaluate(({ stops, end }) => {
    end()
    return stops
  })
}

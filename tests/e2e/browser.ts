import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'

/** Debian's Chromium, or whatever of the kind this machine has. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
export const chromiumPath = places.find((place) => existsSync(place))

/** For one test of pages on a machine that has other things to do. */
export const patienceMs = 240_000

/** Said in the name of the tests that are passed over without one. */
export const neededBrowser = chromiumPath === undefined ? ' (passed over: no Chromium here, apt-get install chromium)' : ''

export type OpenBrowser = AsyncDisposable & {
  readonly newPage: (options?: BrowserContextOptions) => Promise<Page>
}

export async function openBrowser(): Promise<OpenBrowser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium on this machine')
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  return {
    newPage: async (options = {}) =>
      (await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/London', ...options })).newPage(),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

/** What the page's own code, or the content policy, complains of. Looked at when a test is done with the page. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  return complaints
}

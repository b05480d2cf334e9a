/** For whom a page is written: their dates and numbers by the language they ask for, their clock by the cookie of time-zone.js. */
import { getCookie } from 'hono/cookie'
import type { Reader } from '../../views/reader.ts'
import type { PageContext } from '../../views/site.ts'
import type { Clock } from '../runtime/clock.ts'
import type { AppContext } from './app-environment.ts'

export interface PageContextOptions {
  readonly clock: Clock
  /** Where the static files lie (static-files.ts). */
  readonly assets: string
  readonly zoneCookie: string
  /** Of the box, for readers whose browser has not said theirs. */
  readonly timeZone: string
  /** Replaces the name in the browser's address line. */
  readonly publicUrl: string | undefined
}

const fallbackLocale = 'en-GB'
const maxLanguagesRead = 8
const maxZoneCharacters = 64

export function pageContextBy(options: PageContextOptions): (c: AppContext) => PageContext {
  const { clock, assets, zoneCookie, publicUrl } = options
  return (c) => ({
    ...glassOf(c),
    site: { assets, zoneCookie, host: new URL(publicUrl ?? c.req.url).host },
    reader: {
      locale: localeOf(c.req.header('accept-language') ?? ''),
      timeZone: knownTimeZone(getCookie(c, zoneCookie)) ?? options.timeZone,
      nowMs: clock.now(),
    } satisfies Reader,
  })
}

/** Undefined before anybody was looked up, as on pages of errors. */
function glassOf(c: AppContext): Pick<PageContext, 'glass'> {
  const glass = (c.var.session as typeof c.var.session | undefined)?.glass
  return glass === undefined ? {} : { glass: { customer: glass.customerName, untilMs: glass.expiresAt } }
}

/** English in the manner of the reader's region: `de-DE` writes 1.234,5 and 24 March, `en-US` 1,234.5 and March 24. */
export function localeOf(acceptLanguage: string): string {
  for (const tag of acceptLanguage.split(',', maxLanguagesRead).map((part) => part.split(';')[0]!.trim())) {
    const region = regionOf(tag)
    if (region === undefined) continue
    const locale = `en-${region}`
    // A region whose English nobody has described would be written as in the United States.
    return new Intl.DateTimeFormat(locale).resolvedOptions().locale === locale ? locale : fallbackLocale
  }
  return fallbackLocale
}

function regionOf(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).maximize().region
  } catch {
    return undefined
  }
}

function knownTimeZone(name: string | undefined): string | undefined {
  if (name === undefined || name.length > maxZoneCharacters) return undefined
  try {
    return new Intl.DateTimeFormat(fallbackLocale, { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/**
 * Who used a link, as much as one needs to know: part of the address, and the kind of program. Programs that only want to show a preview
 * are told from people by what they say of themselves; they count for nothing, and are given no file. Pure.
 */
import { createHash } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { browserWords } from '../sessions/browser-words.ts'
import { networkOf } from '../users/network-of.ts'

export const shareUseKinds = ['look', 'download', 'upload', 'wrong-password'] as const
export type ShareUseKind = (typeof shareUseKinds)[number]

export interface Visitor {
  /** `203.0.113.0/24`, `2001:db8:5::/48`: enough to tell a house from another one, too little for a person. */
  readonly network: string
  readonly agent: string
  readonly isBot: boolean
}

export interface ShareUse {
  readonly at: number
  readonly kind: ShareUseKind
  readonly network: string
  readonly agent: string
  /** A name, as people read it; nothing for all of it. */
  readonly what: string | undefined
}

/** Of one link; older ones go. */
export const maxUsesOfShare = 1000
/** Of one link, by one network: whoever does much pushes out what they did themselves. */
export const maxUsesOfNetwork = 200
export const usesKeptDays = 90
/** Who does the same again within this time has one line for it: a look is the same look, a download counts, and so does a guess. */
export const sameUseMs = 30 * 60 * 1000
/** A download that is taken up again within this time is the same download. */
export const sameDownloadMs = 7 * 24 * 60 * 60 * 1000
export const maxWhatCharacters = 200
const maxAgentCharacters = 64

export function visitorOf({ address, userAgent }: { readonly address: string; readonly userAgent: string }): Visitor {
  const isBot = botPattern.test(userAgent)
  const agent = [...browserWords(userAgent)].slice(0, maxAgentCharacters).join('')
  return { network: shortenedAddress(address), agent: isBot ? 'A program' : agent, isBot }
}

/** The last part is nobody's business. */
export function shortenedAddress(address: string): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`
  if (!isIPv6(address)) return 'unknown'
  const groups = networkOf(address).split('::')[0]!.split(':').slice(0, 3)
  return `${groups.join(':')}::/48`
}

/** Messengers, mail programs, search engines and office suites that fetch a link to show what is behind it. */
const botPattern = new RegExp(
  [
    // A make of telephones ends like this, too.
    '(?<!cu)bot\\b',
    'crawler|spider|slurp|preview|prefetch|embedly|iframely|vkshare|bitly|feedfetcher|imgproxy|linkexpanding|urlscan|safelinks',
    'facebookexternalhit|facebookcatalog|meta-external|whatsapp/|snap url|mediapartners|apis-google|googleother|google-safety',
    'barracuda|proofpoint|mimecast|virustotal|microsoft office|ms-office|msoffice|ia_archiver|baiduspider|yandeximages',
  ].join('|'),
  'i',
)

/** What was fetched, so that taking it up again is known without keeping its name for the comparison. */
export function hashOfWhat(place: string): Buffer {
  return createHash('sha256').update(place).digest().subarray(0, hashBytes)
}

const hashBytes = 16

import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { stateBadge } from './state.ts'

/** How a link stands: it works, or why it does not. */
export type ShareStanding = 'open' | 'revoked' | 'expired' | 'used-up' | 'gone' | 'paused' | 'password-needed'

const words: Readonly<Record<ShareStanding, string>> = {
  open: 'Works',
  revoked: 'Withdrawn',
  expired: 'Ended',
  'used-up': 'Used up',
  gone: 'Version gone',
  paused: 'Does not work now',
  'password-needed': 'Needs a password',
}

export function shareBadge(standing: ShareStanding): Html {
  if (standing === 'open') return stateBadge('ok', words.open)
  return stateBadge(standing === 'paused' || standing === 'password-needed' ? 'paused' : 'off', words[standing])
}

/** What it is for, and how much of it was used. */
export type ShareUseCounts =
  | { readonly kind: 'download'; readonly downloads: number; readonly max: number | undefined }
  | {
      readonly kind: 'upload'
      readonly files: number
      readonly filesMax: number
      readonly bytes: number
      readonly bytesMax: number
    }

export function useWords(reader: Reader, use: ShareUseCounts): string {
  if (use.kind === 'upload') return `${countOf(reader, use.files, 'file')}, ${sizeText(reader, use.bytes)}`
  const of = use.max === undefined ? '' : ` of ${countText(reader, use.max)}`
  return use.max === undefined ? countOf(reader, use.downloads, 'download') : `${countText(reader, use.downloads)}${of} downloads`
}

export function kindWords(kind: ShareUseCounts['kind']): Html {
  return html`${kind === 'download' ? 'Gives files' : 'Takes files'}`
}

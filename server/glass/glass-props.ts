/** Looks behind the glass as pages show them. */
import { nameText } from '../../views/format/name-text.ts'
import type { GlassLookProps } from '../../views/pages/account-people.ts'
import type { Reader } from '../../views/reader.ts'
import type { Id } from '../runtime/ids.ts'
import type { GlassLook, GlassOpening } from './glass.ts'

export const glassPath = (customerId: Id<'cus'>) => `/customers/${customerId}/break-glass`

export function glassLookProps(
  { byName, reason, beganAt, endedAt, openings, openingsCount }: GlassLook,
  _reader: Reader,
  { mayReadNames }: { readonly mayReadNames: boolean },
): GlassLookProps {
  return {
    byName,
    reason,
    beganAtMs: beganAt,
    endedAtMs: endedAt,
    openingsCount,
    openings: mayReadNames ? openings.map(openingProps) : undefined,
  }
}

const kindWords: Readonly<Record<string, string>> = {
  browse: 'folder looked into',
  file: 'file opened',
  zip: 'folder downloaded',
  skipped: 'list of files left out',
}

function openingProps({ at, kind, place }: GlassOpening) {
  return { atMs: at, words: kindWords[kind] ?? kind, place: place.length === 0 ? 'The whole version' : nameText(place) }
}

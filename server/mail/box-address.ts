/** The address by which people open the box out of a letter: HOLDFAST_PUBLIC_URL, else what an administrator wrote down, else where it listens. */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { findSetting, putSetting, removeSetting } from '../settings/settings-table.ts'
import { MailError } from './mail.ts'

export interface BoxAddress {
  readonly find: () => Promise<{ readonly url: string; readonly source: 'environment' | 'settings' | 'listening' }>
  /** Empty: where it listens. Throws MailError `invalid`, `from-environment`. */
  readonly save: (text: string, actingAs: ActingAs) => Promise<void>
}

const maxUrlCharacters = 300

export function createBoxAddress(options: {
  readonly database: Database
  readonly clock: Clock
  readonly publicUrl: string | undefined
  readonly findListeningUrl: () => string
}): BoxAddress {
  const { database, clock, publicUrl, findListeningUrl } = options
  return {
    find: async () => {
      if (publicUrl !== undefined) return { url: publicUrl, source: 'environment' }
      const saved = await findSetting(database.kysely, 'box.address')
      return saved === undefined ? { url: findListeningUrl(), source: 'listening' } : { url: saved, source: 'settings' }
    },
    save: async (text, actingAs) => {
      if (publicUrl !== undefined)
        throw new MailError(
          'from-environment',
          'HOLDFAST_PUBLIC_URL names the address. Change it there, and start the box again.',
        )
      const url = text.trim() === '' ? undefined : parseOrigin(text.trim())
      const at = clock.now()
      await database.transaction(async (tx) => {
        if (url === undefined) await removeSetting(tx, 'box.address')
        else await putSetting(tx, 'box.address', url, at)
        await insertAudit(tx, { ...actingAs, at, action: 'box.address-changed', detail: { address: url ?? 'none' } })
      })
    },
  }
}

function parseOrigin(text: string): string {
  const url = text.length > maxUrlCharacters ? null : URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    throw new MailError(
      'invalid',
      'An address is http://host or https://host, with a port where it is not the usual one, and nothing behind.',
      'address',
    )
  return url.origin
}

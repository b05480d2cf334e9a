/** The administrator's rules for links. What is shared already obeys them too: see `save`, and `lacksPassword` in share.ts. */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { findSetting, putSetting } from '../settings/settings-table.ts'
import { dayMs } from './share.ts'
import { ShareError } from './share-error.ts'
import { type ShareRules, shareRulesSchema, usualShareRules } from './share-rules.ts'
import { cutDownShares } from './shares-table.ts'

export interface ShareRulesService {
  readonly find: () => Promise<ShareRules>
  /**
   * Links that work are cut down to them: none works longer than `daysMax` from now, none takes more than `uploadBytesMax`. Their ends
   * are what everybody is shown and what versions are kept for, so they are written, and do not come back with milder rules.
   * Throws ShareError `invalid`.
   */
  readonly save: (rules: ShareRules, actingAs: ActingAs) => Promise<void>
}

export function createShareRules({ database, clock }: { readonly database: Database; readonly clock: Clock }): ShareRulesService {
  return {
    find: async () => {
      const saved = await findSetting(database.kysely, 'shares.rules')
      return saved === undefined ? usualShareRules : shareRulesSchema.parse(JSON.parse(saved))
    },
    save: async (rules, actingAs) => {
      const parsed = shareRulesSchema.safeParse(rules)
      if (!parsed.success)
        throw parsed.error.issues[0]?.path[0] === 'uploadBytesMax'
          ? new ShareError('invalid', 'A link may take up to 1,024 GiB, and not nothing.', { field: 'size' })
          : new ShareError('invalid', 'Links may work for 1 to 365 days.', { field: 'days' })
      const at = clock.now()
      await database.transaction(async (tx) => {
        await putSetting(tx, 'shares.rules', JSON.stringify(parsed.data), at)
        const { daysMax, isPasswordNeeded, mayUpload, uploadBytesMax } = parsed.data
        const cut = await cutDownShares(tx, { nowMs: at, untilMs: at + daysMax * dayMs, bytesMax: uploadBytesMax })
        const detail = { daysMax, isPasswordNeeded, mayUpload, uploadBytesMax, ...cut }
        await insertAudit(tx, { ...actingAs, at, action: 'shares.rules-changed', detail })
      })
    },
  }
}

import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { findSetting, putSetting } from '../settings/settings-table.ts'
import { ShareError } from './share-error.ts'
import { type ShareRules, shareRulesSchema, usualShareRules } from './share-rules.ts'

export interface ShareRulesService {
  readonly find: () => Promise<ShareRules>
  /** Throws ShareError `invalid`. */
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
      if (!parsed.success) throw new ShareError('invalid', 'Links may work for 1 to 365 days.', { field: 'days' })
      const at = clock.now()
      await database.transaction(async (tx) => {
        await putSetting(tx, 'shares.rules', JSON.stringify(parsed.data), at)
        const { daysMax, isPasswordNeeded, mayUpload } = parsed.data
        const detail = { daysMax, isPasswordNeeded, mayUpload }
        await insertAudit(tx, { ...actingAs, at, action: 'shares.rules-changed', detail })
      })
    },
  }
}

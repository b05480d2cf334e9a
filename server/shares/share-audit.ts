/** What people did with a link, in the log: facts, no names, as staff read it. */
import type { ActingAs, AuditAction } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Transaction } from '../database/database.ts'
import type { Share, ShareFacts } from './share.ts'

export async function insertShareAudit(
  tx: Transaction,
  action: Extract<AuditAction, `share.${string}`>,
  { shareId, customerId, kind }: ShareFacts & Pick<Share, 'kind'>,
  by: ActingAs & { readonly at: number },
  detail: Readonly<Record<string, string | number | boolean>>,
): Promise<void> {
  await insertAudit(tx, { ...by, action, objectId: shareId, customerId, detail: { kind, ...detail } })
}

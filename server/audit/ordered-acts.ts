/**
 * What people order the box to do about itself: work that begins later and has no transaction of its own to be written down in. One
 * row per address; a changing address of the box's care that is not here writes its row where it acts (a test holds every one to it).
 */
import type { RouteKey } from '../http/route-rules.ts'
import type { AuditAction } from './audit.ts'

export const orderedActs = {
  'POST /storage/chores/:chore/run': 'chore.ordered',
  'POST /jobs/:chore/run': 'chore.ordered',
  'POST /storage/chores/:chore/cancel': 'chore.cancelled',
  'POST /jobs/:chore/cancel': 'chore.cancelled',
  'POST /storage/check/run': 'check.ordered',
  'POST /storage/check/repair': 'repair.ordered',
  'POST /storage/disks/try-again': 'disk.tried-again',
  'POST /storage/disks/accept': 'disk.accepted',
  'POST /storage/move': 'move.ordered',
  'POST /storage/move/give-up': 'move.given-up',
  'POST /storage/copies/:copyId/run': 'copy.run-ordered',
  'POST /storage/copies/:copyId/verify': 'copy.run-ordered',
  'POST /api/v1/copies/:copyId/runs': 'copy.run-ordered',
  'POST /storage/copies/:copyId/stop': 'copy.stopped',
  'DELETE /api/v1/copies/:copyId/runs/current': 'copy.stopped',
  'POST /storage/recovery/self-backup': 'self-backup.ordered',
} as const satisfies Partial<Record<RouteKey, AuditAction>>

export function findOrderedAct(key: string): AuditAction | undefined {
  return Object.hasOwn(orderedActs, key) ? orderedActs[key as keyof typeof orderedActs] : undefined
}

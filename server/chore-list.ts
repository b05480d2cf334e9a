/**
 * The chores of the box, each made of the services that it calls: one line per chore. A part of the composition root; whoever adds
 * a chore adds what it needs to `ChoreServices` and its line to the list, in the order in which they shall run when all are due.
 */
import type { Chore } from './chores/chore.ts'
import type { Database } from './database/database.ts'
import { retentionChore } from './retention/retention-chore.ts'
import type { RetentionService } from './retention/retention-service.ts'

export interface ChoreServices {
  readonly database: Database
  readonly timeZone: string
  readonly retention: RetentionService
}

export function choreList(services: ChoreServices): readonly Chore[] {
  return [retentionChore(services)]
}

/**
 * The chores of the box, each made of the services that it calls: one line per chore. A part of the composition root; whoever adds
 * a chore adds what it needs to `ChoreServices` and its line to the list, in the order in which they shall run when all are due.
 */
import type { AlarmsService } from './alarms/alarms-service.ts'
import { catalogueChore } from './catalogue/catalogue-chore.ts'
import type { CatalogueFill } from './catalogue/fill-catalogue.ts'
import { checkChore } from './checks/check-chore.ts'
import type { ChecksService } from './checks/checks-service.ts'
import type { Chore } from './chores/chore.ts'
import type { CopiesService } from './copies/copies-service.ts'
import { copyAgeChore, copyChore } from './copies/copy-chore.ts'
import { endingChore } from './customers/ending/ending-chore.ts'
import type { EndingService } from './customers/ending/ending-service.ts'
import type { Database } from './database/database.ts'
import { yieldsChore } from './deletion-yields/yields-chore.ts'
import { drillsChore } from './drills/drills-chore.ts'
import type { DrillsService } from './drills/drills-service.ts'
import { glassChore } from './glass/glass-chore.ts'
import type { GlassService } from './glass/glass-service.ts'
import { type Heartbeat, heartbeatChore } from './heartbeat/heartbeat-service.ts'
import { digestChore } from './letters/tell-digests.ts'
import { moveChore } from './moves/move-chore.ts'
import type { MovesService } from './moves/moves-service.ts'
import { outboxChore } from './outbox/outbox-chore.ts'
import type { OutboxService } from './outbox/outbox-service.ts'
import { planEditsChore } from './plan-edits/plan-edits-chore.ts'
import type { PlanEdits } from './plan-edits/plan-edits-service.ts'
import { pruneChore } from './prune/prune-chore.ts'
import type { PruneService } from './prune/prune-service.ts'
import { kitReminderChore } from './recovery-kits/kit-reminder-chore.ts'
import type { KitReminders } from './recovery-kits/kit-reminders.ts'
import { repairChore } from './repair/repair-chore.ts'
import type { RepairService } from './repair/repair-service.ts'
import { forgettingChore } from './retention/forgetting-chore.ts'
import { retentionChore } from './retention/retention-chore.ts'
import type { RetentionService } from './retention/retention-service.ts'
import { runLogsChore } from './runs/run-logs-chore.ts'
import type { RunReportsService } from './runs/run-reports-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import { selfBackupChore } from './self-backups/self-backup-chore.ts'
import type { SelfBackups } from './self-backups/self-backups-service.ts'
import { sharesChore } from './shares/shares-chore.ts'
import type { Traffic } from './traffic/traffic.ts'
import { usageChore } from './usage/usage-chore.ts'
import type { UsageService } from './usage/usage-service.ts'
import { verificationChore } from './verification/verification-chore.ts'
import type { VerificationService } from './verification/verification-service.ts'
import { watchChore } from './watch/watch-chore.ts'
import type { WatchService } from './watch/watch-service.ts'

export interface ChoreServices {
  readonly database: Database
  readonly dataFolder: string
  readonly timeZone: string
  readonly retention: RetentionService
  readonly planEdits: PlanEdits
  readonly catalogueFill: CatalogueFill
  readonly prune: PruneService
  readonly traffic: Traffic
  readonly log: Log
  readonly selfBackups: SelfBackups
  readonly copies: CopiesService
  readonly kitReminders: KitReminders
  readonly alarms: AlarmsService
  readonly moves: MovesService
  readonly clock: Clock
  readonly checks: ChecksService
  readonly repair: RepairService
  readonly verification: VerificationService
  readonly usage: Pick<UsageService, 'read'>
  readonly runReports: RunReportsService
  readonly glass: GlassService
  readonly watch: WatchService
  readonly tellDigests: () => Promise<{ readonly written: number }>
  readonly heartbeat: Heartbeat
  readonly isHeartbeatWanted: boolean
  readonly outbox: OutboxService
  readonly ending: EndingService
  readonly drills: DrillsService
}

export function choreList(services: ChoreServices): readonly Chore[] {
  return [
    moveChore(services),
    selfBackupChore(services),
    catalogueChore(services),
    kitReminderChore(services),
    planEditsChore(services),
    retentionChore(services),
    forgettingChore(services),
    pruneChore(services),
    yieldsChore(services),
    verificationChore(services),
    checkChore(services),
    repairChore(services),
    drillsChore(services),
    copyChore(services),
    copyAgeChore(services),
    usageChore(services),
    endingChore(services),
    glassChore(services),
    watchChore(services),
    digestChore(services),
    heartbeatChore({ ...services, isWanted: services.isHeartbeatWanted }),
    outboxChore(services),
    runLogsChore(services),
    sharesChore(services),
  ]
}

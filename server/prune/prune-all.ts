/** The collector over all repositories, one after the other. What one refuses keeps no other from being collected. */
import type { AlarmsService } from '../alarms/alarms-service.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import { listAllRepositories } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { PruneProgress, PruneRefusal } from './prune.ts'
import { PruneError, PruneRefusedError, refusalText } from './prune.ts'
import { type PruneOrder, type PruneReportBody, type RepositoryPruned, reclaimable } from './prune-order.ts'
import type { PruneRunning, PruneService } from './prune-service.ts'

export interface PruneAll {
  readonly database: Database
  readonly prune: PruneService
  readonly alarms: Pick<AlarmsService, 'raise' | 'settle'>
  readonly clock: Clock
  readonly log: Log
}

/** Throws PruneError `not-confirmed` when another sum was typed than the plans show now. */
export async function pruneAll(
  all: PruneAll,
  order: PruneOrder,
  running: Omit<PruneRunning, 'onProgress'> & {
    readonly onProgress: (progress: PruneProgress & { readonly repository: Repository }) => void
  },
): Promise<PruneReportBody> {
  const found = await listAllRepositories(all.database.kysely)
  if (order.kind === 'now') {
    await demandConfirmed(all, found, order.confirmedBytes)
    const detail = { bytes: order.confirmedBytes }
    await insertAudit(all.database.kysely, { ...order.actingAs, at: all.clock.now(), action: 'prune.now', detail })
  }
  const repositories: RepositoryPruned[] = []
  for (const repository of found) {
    running.signal.throwIfAborted()
    const onProgress = (progress: PruneProgress) => running.onProgress({ ...progress, repository })
    repositories.push(await pruneOne(all, order, repository, { ...running, onProgress }))
  }
  return { kind: order.kind, repositories }
}

async function demandConfirmed({ prune }: PruneAll, repositories: readonly Repository[], confirmedBytes: number) {
  const shown = await Promise.all(
    repositories.map(async (repository) => ({ ...names(repository), ...shownPlan(await prune.report(repository)) })),
  )
  const bytes = reclaimable(shown)
  if (bytes !== confirmedBytes)
    throw new PruneError(
      'not-confirmed',
      `The plan shows ${bytes} bytes, and ${confirmedBytes} were confirmed. Look at the plan and confirm the number it shows.`,
    )
}

function shownPlan({ plan }: Awaited<ReturnType<PruneService['report']>>): Pick<RepositoryPruned, 'outlook'> {
  return plan === undefined ? {} : { outlook: plan.outlook }
}

function names({ customerId, uid }: Repository): Pick<RepositoryPruned, 'customerId' | 'uid'> {
  return { customerId, uid: uid.toString('hex') }
}

async function pruneOne(
  all: PruneAll,
  order: PruneOrder,
  repository: Repository,
  running: PruneRunning,
): Promise<RepositoryPruned> {
  const named = names(repository)
  const key = { code: 'HF-PRUNE-REFUSED', subject: `repository:${named.uid}` } as const
  try {
    const answer = await runOne(all.prune, order, repository, running)
    await all.alarms.settle(key)
    return { ...named, ...answer }
  } catch (error) {
    if (error instanceof PruneRefusedError) {
      if (isOurs(error.refusal)) await all.alarms.raise({ ...key, detail: refusalText(error.refusal) })
      all.log.warn({ repository: named.uid, refusal: error.refusal }, 'nothing was collected')
      return { ...named, refusal: error.refusal }
    }
    if (error instanceof RepositoryError && error.fault === 'rebuild-needed') return { ...named, isRebuildNeeded: true }
    throw error
  }
}

async function runOne(
  prune: PruneService,
  order: PruneOrder,
  repository: Repository,
  running: PruneRunning,
): Promise<Pick<RepositoryPruned, 'outlook' | 'done'>> {
  switch (order.kind) {
    case 'plan':
      return { outlook: await prune.plan(repository, running) }
    case 'usual': {
      const done = await prune.run(repository, { ...running, speed: 'usual' })
      return { done, ...shownPlan(await prune.report(repository)) }
    }
    case 'now': {
      const { plan, allowance } = await prune.report(repository)
      // As much as this repository's own plan showed: the person saw it.
      const seen = { holes: allowance.holes, freedBytes: plan?.outlook.reclaimableBytes ?? 0 }
      const done = await prune.run(repository, { ...running, speed: 'now', allowance: seen })
      return { done, ...shownPlan(await prune.report(repository)) }
    }
    default:
      return order satisfies never
  }
}

/** The clock and a rebuild have alarms of their own. */
function isOurs(refusal: PruneRefusal): boolean {
  return refusal.kind !== 'clock-jumped' && refusal.kind !== 'after-rebuild'
}

/** The page of a plan's change: its rehearsal, the button, the way back. */
import { z } from 'zod'
import { planEditPage } from '../../views/pages/plan-edit.ts'
import type { PageContext } from '../../views/site.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { PlanError } from '../plans/plan-error.ts'
import { mayWrite } from '../plans/plans-pages-routes.ts'
import { termsProps } from '../rehearsals/rehearsal-props.ts'
import { isId } from '../runtime/ids.ts'
import { planEditPath, planPagePath, plansPath, subscriptionPath } from '../subscriptions/plan-paths.ts'
import { beginPlanEdits } from './begin-plan-edits.ts'
import { type PlanEdit, type RehearsedHolder, sumOf, undoUntil } from './plan-edit.ts'
import { planEditsChoreName } from './plan-edits-chore.ts'
import type { PlanEdits } from './plan-edits-service.ts'

const holdersShown = 200

export function planEditsRoutes(options: {
  readonly planEdits: PlanEdits
  readonly chores: Pick<ChoresService, 'runNow' | 'find'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { planEdits, chores, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/plans/:planId/edits/:editId', async (c) => {
    const page = pageContext(c)
    const edit = await getEdit(c)
    const { planId, editId, holders } = edit
    const worst = holders.toSorted((one, other) => other.going - one.going || other.over - one.over)
    return c.html(
      await planEditPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        planPath: planPagePath(planId),
        path: planEditPath(planId, editId),
        state: edit.state,
        before: termsProps({ ...edit.before, planName: edit.before.name }),
        after: termsProps({ ...edit.after, planName: edit.after.name }),
        by: edit.by,
        atMs: edit.at,
        progress: await findProgress(),
        holders: worst.slice(0, holdersShown).map((holder) => holderRow(holder, edit)),
        holdersLeftOut: Math.max(0, worst.length - holdersShown),
        sum: { ...sumOf(holders), holders: holders.length },
        undoUntilMs: undoUntil(edit, page.reader.nowMs),
        appliedAtMs: edit.appliedAt,
        mayWrite: mayWrite(c),
      }),
    )
  })

  routes.post('/plans/:planId/edits/:editId', async (c) => {
    const edit = await getEdit(c)
    const { step } = await readForm(c, z.object({ step: z.enum(['apply', 'new-sales', 'undo']) }))
    const actingAs = actingAsUser(c, clientOf)
    if (step === 'new-sales') {
      if (edit.state !== 'rehearsed') throw new PlanError('edit-not-ready', 'This change is not waiting any more.')
      const change = { planId: edit.planId, seenRevision: edit.before.revision, words: edit.after }
      await planEdits.forNewSales(change, actingAs)
      return c.redirect(`${plansPath}?done=changed`, 303)
    }
    if (step === 'apply') {
      await planEdits.apply(edit, actingAs)
      await beginPlanEdits(chores)
    } else await planEdits.undo(edit, actingAs)
    return c.redirect(planEditPath(edit.planId, edit.editId), 303)
  })

  async function findProgress() {
    const { activity } = await chores.find(planEditsChoreName)
    if (activity.kind !== 'running' || activity.progress === undefined) return undefined
    const { done = 0, total = 0 } = activity.progress
    return { done, total }
  }

  async function getEdit(c: AppContext): Promise<PlanEdit> {
    const id = c.req.param('editId') ?? ''
    const edit = isId('ple', id) ? await planEdits.find(id) : undefined
    if (edit === undefined || edit.planId !== c.req.param('planId')) throw new Problem('HF-NOT-FOUND')
    return edit
  }

  return routes
}

function holderRow(holder: RehearsedHolder, { after }: PlanEdit) {
  const { customerId, subscriptionId, customerName, customerNumber, going, staying, freedBytes, over, fullAt } = holder
  return {
    name: customerName,
    number: customerNumber,
    path: subscriptionPath(customerId, subscriptionId),
    going,
    staying,
    freedBytes: freedBytes ?? undefined,
    over,
    isFull: holder.usedAfterBytes >= after.quotaBytes,
    fullAtMs: fullAt ?? undefined,
  }
}

/** Acts on many computers: what it would mean, then doing it, then what became of it for each. Works without script. */
import { z } from 'zod'
import { type FleetActPageProps, fleetActPage } from '../../views/pages/fleet-act.ts'
import { fleetReportPage } from '../../views/pages/fleet-report.ts'
import { runningFragment } from '../../views/partials/running.ts'
import type { PageContext } from '../../views/site.ts'
import { maxReasonCharacters } from '../backup-switches/backup-switch.ts'
import { SwitchError } from '../backup-switches/backup-switches-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { maxActedOn } from './fleet.ts'
import { type ActOutcome, type FleetAct, type FleetActBody, fleetActs } from './fleet-acts.ts'
import type { FleetActsService } from './fleet-acts-service.ts'
import { fleetState } from './fleet-props.ts'
import { fleetRoot } from './fleet-query.ts'
import type { FleetService } from './fleet-service.ts'
import { listRunning } from './running-props.ts'

const idsSchema = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat())
  .pipe(
    z
      .array(z.string().refine((text): text is Id<'dev'> => isId('dev', text), 'not a computer'))
      .min(1)
      .max(maxActedOn),
  )

const dayPattern = /^\d{4}-\d{2}-\d{2}$/
const millisecondsPattern = /^\d{1,15}$/
const actSchema = z.object({
  computer: idsSchema,
  act: z.enum(fleetActs),
  reason: z
    .string()
    .max(maxReasonCharacters * 4)
    .default(''),
  until: z.union([z.literal(''), z.string().regex(dayPattern, 'not a day')]).default(''),
  plan: z.string().default(''),
  /** When the page was written that this is the answer to. */
  asked: z.string().regex(millisecondsPattern, 'not a time').optional(),
})

export function fleetActsRoutes(options: {
  readonly fleet: FleetService
  readonly fleetActs: FleetActsService
  readonly progress: Pick<ProgressService, 'find'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { fleet, fleetActs: acts, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/fleet/running', async (c) => {
    const [counts, running] = await Promise.all([fleet.count(), listRunning(options)])
    return c.html(await runningFragment(pageContext(c).reader, running, counts.of.running))
  })

  routes.get('/fleet/act', async (c) => {
    const asked = z
      .object({ computer: idsSchema, act: z.enum(fleetActs) })
      .safeParse({ computer: c.req.queries('computer') ?? [], act: c.req.query('act') })
    // Nothing was chosen: the table says so better than an error.
    if (!asked.success) return c.redirect(fleetRoot, 303)
    return c.html(await ask(c, asked.data, nothingTyped))
  })

  routes.post('/fleet/act', async (c) => {
    const page = pageContext(c)
    const form = await readForm(c, actSchema, { hasLists: true })
    let outcomes: readonly ActOutcome[]
    try {
      outcomes = await acts.act(form.computer, bodyOf(form, page), actingAsUser(c, clientOf))
    } catch (error) {
      if (!(error instanceof SwitchError)) throw error
      const problems = { [error.fault === 'invalid-time' ? 'until' : 'reason']: error.message }
      return c.html(await ask(c, form, { values: form, problems }), 422)
    }
    return c.html(
      await fleetReportPage({
        // As of after the act: what was paused by it is not newer than its report.
        ...pageContext(c),
        viewer: staffViewer(c, page.site.host),
        act: form.act,
        outcomes: outcomes.map(({ deviceId, ...outcome }) => ({ ...outcome, value: deviceId, path: computerPath(deviceId) })),
      }),
    )
  })

  routes.post('/fleet/stop', async (c) => {
    const { computer } = await readForm(c, z.object({ computer: z.string() }))
    if (!isId('dev', computer)) throw new Problem('HF-NOT-FOUND')
    await acts.stop(computer, actingAsUser(c, clientOf))
    return c.redirect(fleetRoot, 303)
  })
  /** What the act would mean, with what was typed and is wrong. */
  async function ask(
    c: AppContext,
    asked: { readonly act: FleetAct; readonly computer: readonly Id<'dev'>[] },
    typed: Pick<FleetActPageProps, 'values' | 'problems'>,
  ) {
    const page = pageContext(c)
    const [computers, { plans }] = [await fleet.find(asked.computer), await fleet.listChoices()]
    return fleetActPage({
      ...page,
      ...typed,
      viewer: staffViewer(c, page.site.host),
      act: asked.act,
      computers: computers.map((computer) => ({
        value: computer.deviceId,
        name: computer.name,
        customer: computer.customer.name,
        plan: computer.planName,
        state: fleetState(computer, page.reader.nowMs),
      })),
      plans: plans.map(({ planId, name }) => ({ value: planId, name })),
      maxReasonCharacters,
    })
  }
  return routes
}

const nothingTyped = { values: { reason: '', until: '' }, problems: {} }

function bodyOf(form: z.output<typeof actSchema>, { reader }: PageContext): FleetActBody {
  const { act, reason, until, plan, asked } = form
  switch (act) {
    case 'run':
      return { kind: act }
    case 'resume':
      return { kind: act, pausedByMs: asked === undefined ? reader.nowMs : Number(asked) }
    case 'pause':
      // The day that is named is the first on which backups are taken again, as the reader's clock has it.
      return { kind: 'pause', reason, untilMs: until === '' ? undefined : startOfDay(until, reader.timeZone) }
    case 'move':
      if (!isId('pln', plan)) throw new Problem('HF-VALIDATION', { detail: 'Choose a plan.' })
      return { kind: 'move', planId: plan }
    default:
      return act satisfies never
  }
}

function startOfDay(day: string, timeZone: string): number {
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).toZonedDateTime(timeZone).epochMilliseconds
  } catch (cause) {
    throw new Problem('HF-VALIDATION', { detail: 'There is no such day.', cause })
  }
}

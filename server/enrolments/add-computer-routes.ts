/** Adding a computer: the link that lets it in, and the page that waits until it has appeared. */
import { z } from 'zod'
import {
  type AddComputerPageProps,
  addComputerPage,
  type LinkPageProps,
  type LinkRow,
  linkPage,
  type PlanChoice,
} from '../../views/pages/add-computer.ts'
import { enrolPage } from '../../views/pages/enrol.ts'
import { type Arrival, type ArrivalsProps, arrivalsPart, type QuestionProps } from '../../views/partials/arrivals.ts'
import type { PageContext } from '../../views/site.ts'
import { type Account, openAccount, openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { type AgentAddress, addressFor } from '../devices/agent-steps.ts'
import { computerState } from '../devices/computer.ts'
import type { ComputersService } from '../devices/computers-service.ts'
import { formatDeviceNumber } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { systemText } from '../devices/system-text.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { IdentitiesService } from '../identities/identities-service.ts'
import { type ConnectQuestion, questionAnswers } from '../identities/identity.ts'
import { verdictSentence } from '../identities/identity-words.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { type Enrolment, enrolmentDefaults, enrolmentLink } from './enrolment.ts'
import { EnrolmentError } from './enrolment-error.ts'
import type { CreatedEnrolment, EnrolmentsService } from './enrolments-service.ts'

const addPath = '/computers/add'
export const linkPath = (enrolmentId: Id<'enr'>) => `${addPath}/${enrolmentId}`

const text = z.string().max(40)
const formSchema = z.object({ uses: text, days: text, plan: text })
const replaceSchema = z.object({ days: text.default(String(enrolmentDefaults.days)) })
const answerSchema = z.object({ answer: z.enum(questionAnswers) })
const defaults = { uses: String(enrolmentDefaults.usesMax), days: String(enrolmentDefaults.days) }

export interface AddComputerOptions {
  readonly customers: CustomersService
  readonly subscriptions: Pick<SubscriptionsService, 'listOfCustomer' | 'stateNow'>
  readonly devices: Pick<DevicesService, 'find' | 'countActive'>
  readonly computers: Pick<ComputersService, 'find'>
  readonly enrolments: EnrolmentsService
  readonly identities: Pick<IdentitiesService, 'findQuestion' | 'listQuestions' | 'answerQuestion'>
  readonly agentAddress: AgentAddress
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}

export function addComputerRoutes(options: AddComputerOptions): App {
  const { customers, subscriptions, devices, computers, enrolments, identities, agentAddress, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/enrol', async (c) => c.html(await enrolPage(pageContext(c))))

  routes.get(addPath, async (c) => {
    const account = await openOwn(c)
    return c.html(await showForm(c, account, { chosen: { plan: '', ...defaults }, problem: undefined }))
  })

  routes.post(addPath, async (c) => {
    const account = await openOwn(c)
    const { uses, days, plan } = await readForm(c, formSchema)
    const { customerId } = account.customer
    try {
      if (!isId('sub', plan)) throw new EnrolmentError('invalid', 'Choose the plan.')
      const wish = { customerId, subscriptionId: plan, deviceId: undefined, usesMax: numberOf(uses), days: numberOf(days) }
      return await showMade(c, account, await enrolments.create(wish, actingAsUser(c, clientOf)))
    } catch (error) {
      if (!(error instanceof EnrolmentError)) throw error
      return c.html(await showForm(c, account, { chosen: { plan, uses, days }, problem: error.message }), 422)
    }
  })

  routes.post('/computers/:deviceId/replace', async (c) => {
    const id = c.req.param('deviceId')
    const device = isId('dev', id) ? await devices.find(id) : undefined
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    const { customerId, subscriptionId, deviceId } = device
    requireIn(c, 'devices:take-over', customerId)
    const { days } = await readForm(c, replaceSchema)
    const wish = { customerId, subscriptionId, deviceId, usesMax: 1, days: numberOf(days) }
    const made = await enrolments.create(wish, actingAsUser(c, clientOf))
    return showMade(c, await openAccountOf(c, customers, customerId), made)
  })

  routes.get(`${addPath}/:enrolmentId`, async (c) => {
    const { enrolment, account } = await getEnrolment(c)
    return c.html(await showLink(c, account, enrolment, undefined))
  })

  routes.get(`${addPath}/:enrolmentId/arrived`, async (c) => {
    const { enrolment } = await getEnrolment(c)
    return c.html(await arrivalsPart(pageContext(c).reader, await arrivedOf(c, enrolment)))
  })

  routes.post(`${addPath}/:enrolmentId/revoke`, async (c) => {
    const { enrolment } = await getEnrolment(c)
    await enrolments.revoke(enrolment, actingAsUser(c, clientOf))
    return c.redirect(linkPath(enrolment.enrolmentId), 303)
  })

  routes.post('/computers/questions/:questionId', async (c) => {
    const id = c.req.param('questionId')
    const question = isId('ask', id) ? await identities.findQuestion(id) : undefined
    if (question === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'devices:add', question.customerId)
    const { answer } = await readForm(c, answerSchema)
    if (answer === 'take-over' && !c.var.access.may('devices:take-over', question.customerId)) throw new Problem('HF-FORBIDDEN')
    await identities.answerQuestion(question, answer, actingAsUser(c, clientOf))
    return c.redirect(question.enrolmentId === undefined ? addPath : linkPath(question.enrolmentId), 303)
  })

  /** The account one stands in, where one may add computers. */
  async function openOwn(c: AppContext): Promise<Account> {
    const account = await openAccount(c, customers)
    if (!c.var.access.may('devices:add', account.customer.customerId)) throw new Problem('HF-FORBIDDEN')
    return account
  }

  async function getEnrolment(c: AppContext) {
    const id = c.req.param('enrolmentId') ?? ''
    const enrolment = isId('enr', id) ? await enrolments.find(id) : undefined
    if (enrolment === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'devices:add', enrolment.customerId)
    return { enrolment, account: await openAccountOf(c, customers, enrolment.customerId) }
  }

  async function showForm(c: AppContext, account: Account, shown: Pick<AddComputerPageProps, 'chosen' | 'problem'>) {
    const { customerId } = account.customer
    const links = await enrolments.listOfCustomer(customerId)
    return addComputerPage({
      ...pageContext(c),
      ...shown,
      viewer: account.viewer,
      plans: await plansOf(customerId),
      links: await Promise.all(links.map(rowOf)),
      questions: await questionsOf(c, customerId, () => true),
    })
  }

  /** The answer to the form itself: the secret is in no address, and is not kept for a second look. */
  async function showMade(c: AppContext, account: Account, { enrolment, secret, code }: CreatedEnrolment): Promise<Response> {
    const { origin, pin } = addressFor(c, agentAddress)
    const made = { link: enrolmentLink({ origin, secret, pin }), code, address: origin, pin }
    c.header('cache-control', 'no-store')
    return c.html(await showLink(c, account, enrolment, made), 201)
  }

  async function showLink(c: AppContext, account: Account, enrolment: Enrolment, made: LinkPageProps['made']) {
    return linkPage({
      ...pageContext(c),
      viewer: account.viewer,
      row: await rowOf(enrolment),
      made,
      isThisComputerOnly: addressFor(c, agentAddress).isThisComputerOnly,
      arrived: await arrivedOf(c, enrolment),
    })
  }

  async function plansOf(customerId: Id<'cus'>): Promise<readonly PlanChoice[]> {
    const owned = await subscriptions.listOfCustomer(customerId)
    const live = owned.filter((subscription) => ['live', 'grace'].includes(subscriptions.stateNow(subscription).kind))
    return Promise.all(
      live.map(async ({ subscriptionId, planName, devicesMax }) => ({
        id: subscriptionId,
        name: planName,
        computers: await devices.countActive(subscriptionId),
        computersMax: devicesMax,
      })),
    )
  }

  async function rowOf(enrolment: Enrolment): Promise<LinkRow> {
    const replaced = enrolment.deviceId && (await devices.find(enrolment.deviceId))
    return {
      path: linkPath(enrolment.enrolmentId),
      madeBy: enrolment.createdBy.name,
      madeAtMs: enrolment.createdAt,
      endsAtMs: enrolment.expiresAt,
      uses: enrolment.uses,
      usesMax: enrolment.usesMax,
      state: enrolments.stateNow(enrolment),
      replaces: replaced?.name,
    }
  }

  async function arrivedOf(c: AppContext, enrolment: Enrolment): Promise<ArrivalsProps> {
    const { enrolmentId, customerId, usesMax, uses } = enrolment
    const arrivals = await Promise.all((await enrolments.listUses(enrolmentId)).map((use) => arrivalOf(c, use)))
    return {
      path: linkPath(enrolmentId),
      arrivals: arrivals.filter((arrival) => arrival !== undefined),
      questions: await questionsOf(c, customerId, (question) => question.enrolmentId === enrolmentId),
      isOpen: enrolments.stateNow(enrolment) === 'open',
      left: usesMax - uses,
    }
  }

  async function arrivalOf(
    c: AppContext,
    { device, usedAt }: { readonly device: { readonly deviceId: Id<'dev'> } | undefined; readonly usedAt: number },
  ): Promise<Arrival | undefined> {
    const computer = device && (await computers.find(device.deviceId))
    if (computer === undefined) return undefined
    const { kind } = computerState(computer, pageContext(c).reader.nowMs)
    return {
      name: computer.device.name,
      number: formatDeviceNumber(computer.device.number),
      system: systemText(computer.device.fingerprint),
      path: computerPath(computer.device.deviceId),
      atMs: usedAt,
      backup: kind === 'running' || kind === 'failed' || kind === 'none' ? kind : 'done',
    }
  }

  async function questionsOf(
    c: AppContext,
    customerId: Id<'cus'>,
    isMeant: (question: ConnectQuestion) => boolean,
  ): Promise<readonly QuestionProps[]> {
    const asked = (await identities.listQuestions(customerId)).filter(isMeant)
    const shown = asked.map(async (question): Promise<QuestionProps | undefined> => {
      const device = await devices.find(question.deviceId)
      if (device === undefined) return undefined
      return {
        id: question.questionId,
        name: question.name,
        system: systemText(question.fingerprint),
        address: question.address,
        known: { name: device.name, number: formatDeviceNumber(device.number), path: computerPath(device.deviceId) },
        why: verdictSentence(question.verdict),
        likeness: question.likeness,
        askedAtMs: question.lastAt,
        mayAnswer: c.var.access.may('devices:add', customerId),
        mayGrant: c.var.access.may('devices:take-over', customerId),
      }
    })
    return (await Promise.all(shown)).filter((question) => question !== undefined)
  }

  return routes
}

function numberOf(typed: string): number {
  return /^\s*\d{1,4}\s*$/.test(typed) ? Number(typed) : Number.NaN
}

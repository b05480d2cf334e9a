/** The pages My letters, and Letters of an account. */
import { z } from 'zod'
import { accountLettersPage } from '../../views/pages/account-letters.ts'
import { type MyStaffLetters, myLettersPage } from '../../views/pages/my-letters.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccount } from '../accounts/account.ts'
import { findCustomerNumber, formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { MemberRole } from '../customers/membership.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { MailService } from '../mail/mail-service.ts'
import { getSession, ownViewer } from '../me/own-viewer.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { maxSilenceDays, usualSilenceDays } from '../watch/silence.ts'
import { mountWebhookForms, nothingShown, type WebhooksShown, webhooksProps } from '../webhooks/webhook-forms.ts'
import type { WebhooksService } from '../webhooks/webhooks-service.ts'
import { digestRhythms, type LetterChoices, maxChosenCustomers, staffScopes } from './letter-choices.ts'
import type { LetterChoicesService } from './letter-choices-service.ts'

const mine = '/me/letters'
const ofAccount = '/account/letters'
const anyForm = z.record(z.string(), z.unknown())
const about = 'They hear of each backup of this account and of what waits for somebody in it; never of a name of a file.'

export function lettersRoutes(options: {
  readonly letterChoices: LetterChoicesService
  readonly mail: Pick<MailService, 'isSetUp'>
  readonly webhooks: WebhooksService
  readonly customers: CustomersService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { letterChoices, mail, webhooks, customers, clientOf, pageContext } = options
  const routes = newRoutes()

  const numbersOf = async (ids: readonly Id<'cus'>[]) =>
    (await customers.findByIds(ids)).map(({ number }) => formatCustomerNumber(number)).join(', ')

  const showMine = async (c: AppContext, typed?: MyStaffLetters) => {
    const page = pageContext(c)
    const { user } = getSession(c)
    const accounts = await customers.findByIds(user.memberships.map(({ customerId }) => customerId))
    const staff = await letterChoices.findStaff(user)
    return c.html(
      await myLettersPage({
        ...page,
        viewer: await ownViewer(c, customers, page.site.host),
        email: user.email,
        accounts: await Promise.all(
          accounts.map(async ({ customerId, name, number }) => ({
            id: customerId,
            name,
            number: formatCustomerNumber(number),
            ...(await letterChoices.findOwn(user, customerId)),
          })),
        ),
        staff: typed ?? (staff && { ...staff, chosen: await numbersOf(staff.chosen), problem: undefined }),
        isSaved: typed === undefined && c.req.query('saved') !== undefined,
        isMailSetUp: await mail.isSetUp(),
      }),
      typed === undefined ? 200 : 422,
    )
  }

  routes.get(mine, (c) => showMine(c))
  routes.post(mine, async (c) => {
    const { user } = getSession(c)
    // For everybody else there is nothing here.
    if (user.staffRole === undefined) throw new Problem('HF-NOT-FOUND')
    const form = await readForm(c, anyForm)
    const text = String(form.chosen ?? '')
    const choices = {
      boxAlarms: form['box-alarms'] !== undefined,
      customerAlarms: staffScopes.find((scope) => scope === form['customer-alarms']) ?? 'none',
      digest: digestRhythms.find((rhythm) => rhythm === form.digest) ?? 'none',
    }
    const named = text.split(/[\s,;]+/).filter(Boolean)
    const chosen: Id<'cus'>[] = []
    for (const name of named.slice(0, maxChosenCustomers)) {
      const found = findCustomerNumber(name) === undefined ? undefined : await customers.getNamed(name).catch(() => undefined)
      if (found === undefined)
        return showMine(c, { ...choices, chosen: text, problem: `There is no customer ${name.slice(0, 40)}.` })
      chosen.push(found.customerId)
    }
    await letterChoices.saveStaff(user, { ...choices, chosen })
    return c.redirect(`${mine}?saved=1`, 303)
  })
  routes.post(`${mine}/:customerId`, async (c) => {
    const { user } = getSession(c)
    const customerId = c.req.param('customerId') ?? ''
    if (!isId('cus', customerId) || !user.memberships.some((membership) => membership.customerId === customerId))
      throw new Problem('HF-NOT-FOUND')
    const form = await readForm(c, anyForm)
    const prefix = /^a\d{1,4}-$/.test(String(form.prefix)) ? String(form.prefix) : ''
    await letterChoices.saveOwn(user, customerId, form.act === 'usual' ? undefined : choicesOf(form, prefix))
    return c.redirect(`${mine}?saved=1`, 303)
  })

  /** The account one stands in, for those who may change it. */
  const openOwned = async (c: AppContext) => {
    const account = await openAccount(c, customers)
    if (!c.var.access.may('account:write', account.customer.customerId)) throw new Problem('HF-FORBIDDEN')
    return account
  }
  const showAccount = async (
    c: AppContext,
    shown: WebhooksShown,
    status: 200 | 422 = 200,
    typed?: {
      readonly defaults: Readonly<Record<MemberRole, LetterChoices>>
      readonly silenceDays: string
      readonly problem: string
    },
  ) => {
    const { customer, viewer } = await openOwned(c)
    const { customerId } = customer
    const { defaults, silenceDays } = await letterChoices.findAccount(customerId)
    return c.html(
      await accountLettersPage({
        ...pageContext(c),
        viewer,
        defaults: typed?.defaults ?? defaults,
        silenceDays: typed?.silenceDays ?? (silenceDays === undefined ? '' : String(silenceDays)),
        usualSilenceDays,
        problem: typed?.problem,
        isSaved: status === 200 && c.req.query('saved') !== undefined,
        isMailSetUp: await mail.isSetUp(),
        programs: await webhooksProps(webhooks, { customerId, path: '/account/webhooks', about }, shown),
      }),
      status,
    )
  }
  routes.get(ofAccount, (c) => showAccount(c, nothingShown))
  routes.post(ofAccount, async (c) => {
    const { customer } = await openOwned(c)
    const form = await readForm(c, anyForm)
    const defaults = { owner: choicesOf(form, 'owner-'), member: choicesOf(form, 'member-'), viewer: choicesOf(form, 'viewer-') }
    const text = String(form.silence ?? '').trim()
    const silenceDays = text === '' ? undefined : Number(text)
    if (silenceDays !== undefined && !(/^\d{1,3}$/.test(text) && silenceDays >= 1 && silenceDays <= maxSilenceDays)) {
      const problem = `A whole number of days, from 1 to ${maxSilenceDays}.`
      return showAccount(c, nothingShown, 422, { defaults, silenceDays: text.slice(0, 20), problem })
    }
    await letterChoices.saveAccount(customer.customerId, { defaults, silenceDays }, actingAsUser(c, clientOf))
    return c.redirect(`${ofAccount}?saved=1`, 303)
  })
  mountWebhookForms(routes, {
    path: '/account/webhooks',
    back: ofAccount,
    webhooks,
    clientOf,
    whose: async (c) => (await openOwned(c)).customer.customerId,
    show: (c, shown, status) => showAccount(c, shown, status),
  })
  return routes
}

function choicesOf(form: Readonly<Record<string, unknown>>, prefix: string): LetterChoices {
  const isTicked = (name: string) => form[`${prefix}${name}`] !== undefined
  return {
    completed: isTicked('completed'),
    partly: isTicked('partly'),
    failed: isTicked('failed'),
    alarms: isTicked('alarms'),
    digest: digestRhythms.find((rhythm) => rhythm === form[`${prefix}digest`]) ?? 'none',
  }
}

/** The pages about customers, the account itself and the audit log, as a reader may find them. */
import type { Html } from '../../views/html.ts'
import { type AccountPageProps, accountPage } from '../../views/pages/account.ts'
import { type AuditPageProps, type AuditRowProps, auditPage } from '../../views/pages/audit.ts'
import { type CustomerPageProps, customerPage } from '../../views/pages/customer.ts'
import { type CustomerDeletePageProps, customerDeletePage } from '../../views/pages/customer-delete.ts'
import { type CustomerFormPageProps, customerFormPage } from '../../views/pages/customer-form.ts'
import { type NewCustomerPageProps, newCustomerPage } from '../../views/pages/customer-new.ts'
import { type CustomerRowProps, type CustomersPageProps, customersPage } from '../../views/pages/customers.ts'
import type { CustomerDetailsProps } from '../../views/partials/customer-details.ts'
import type { CustomerFieldsProps } from '../../views/partials/customer-fields.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const GiB = 1024 ** 3

const staff: Viewer = {
  name: 'Otto Berg',
  role: 'Administrator',
  account: { name: 'All customers', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}
const implementor: Viewer = { ...staff, name: 'Ines Vale', role: 'Implementor', staff: 'implementor' }
const owner: Viewer = {
  name: 'Helen Rowe',
  role: 'Owner',
  account: { name: 'Calder & Rowe Architects', number: 'C-000042' },
  standing: 'member',
}

const details: CustomerDetailsProps = {
  name: 'Calder & Rowe Architects',
  contact: 'Helen Rowe',
  street: '14 North Quay',
  postcode: 'BS1 4RW',
  city: 'Bristol',
  country: 'GB',
  taxId: 'GB 123 4567 89',
  phone: '+44 117 496 0123',
  email: 'office@calder-rowe.example',
  language: 'en',
  timeZone: 'Europe/London',
}
const nothingSaid = { contact: '', street: '', postcode: '', city: '', country: '', taxId: '', phone: '', email: '' }
const onlyName: CustomerDetailsProps = { ...details, ...nothingSaid, language: '', timeZone: '' }
const longDetails = (longName: string): CustomerDetailsProps => ({
  ...details,
  ...{ name: longName, contact: longName, street: longName.repeat(2), city: longName, taxId: longName, phone: '0'.repeat(60) },
  email: `${longName.toLowerCase()}@${'example'.repeat(12)}.example`,
})

const suspended = { kind: 'suspended', reason: 'The invoice of January is not paid.' } as const
const leaving = { kind: 'leaving', endsAtMs: nowMs + 28 * dayMs } as const
const allWell = { failed: 0, silent: 0, partial: 0, none: 0, paused: 0, ok: 5 }
const active = { standing: { kind: 'active' }, computers: 5, counts: allWell } as const

function row(name: string, number: number, more: Partial<CustomerRowProps> = {}): CustomerRowProps {
  return {
    ...active,
    path: '/customers/cus_x',
    name,
    number: `C-${String(number).padStart(6, '0')}`,
    contact: 'Helen Rowe',
    city: 'Bristol',
    lastGoodAtMs: nowMs - 18 * 60_000,
    licence: { planName: 'Silver', usedBytes: 312 * GiB, quotaBytes: 500 * GiB },
    ...more,
  }
}
const newcomer = { computers: 0, lastGoodAtMs: undefined, licence: undefined, contact: '', city: '' }
const rows = (longName: string): readonly CustomerRowProps[] => [
  row('Calder & Rowe Architects', 42),
  row('Harbour Street Dental', 43, { counts: { ...allWell, ok: 2, failed: 2, silent: 1 }, contact: 'Anna Lim' }),
  row('Petrel Photography', 44, { counts: { ...allWell, ok: 1, partial: 1 }, computers: 2 }),
  row('Bakery Sorensen', 45, { standing: suspended, lastGoodAtMs: nowMs - 40 * dayMs }),
  row('Mercer & Holt Solicitors', 46, { standing: leaving }),
  row('Quill Bookbinders', 47, newcomer),
  row(longName, 48, {
    ...{ contact: longName, city: longName, computers: 12_000, counts: { ...allWell, none: 12_000 } },
    standing: { kind: 'suspended', reason: longName.repeat(2) },
    licence: { planName: longName, usedBytes: 9_999_999 * GiB, quotaBytes: 10_000_000 * GiB },
  }),
]

function customers(props: Partial<CustomersPageProps>): (page: PageContext) => Html {
  const counts = { active: 5, suspended: 2, leaving: 1 }
  const question = { text: '', state: '', isFirstPage: true, firstPath: '/customers', nextPath: undefined } as const
  return (page) => customersPage({ ...page, viewer: staff, counts, rows: [], ...question, ...props })
}

function customer(props: Partial<CustomerPageProps>): (page: PageContext) => Html {
  return (page) =>
    customerPage({
      ...page,
      viewer: staff,
      customerId: 'cus_x',
      number: 'C-000042',
      path: '/customers/cus_x',
      details,
      notes: '',
      since: { createdAtMs: Date.UTC(2023, 2, 1), kitPrintedAtMs: Date.UTC(2023, 2, 2) },
      state: active,
      computers: ['RECEPTION-PC', 'ACCOUNTS-2', 'DRAWING-01'].map((name, index) => computer(name, index + 1)),
      licences: [licence],
      people: { owner: 1, member: 4, viewer: 1 },
      alarms: [],
      problem: undefined,
      ...props,
    })
}

function computer(name: string, number: number, more: Partial<CustomerPageProps['computers'][number]> = {}) {
  const lastGoodAtMs = nowMs - number * hourMs
  return { name, number: `D-00000${number}`, path: '/computers/dev_x', lastGoodAtMs, isRevoked: false, ...more }
}
const licence: CustomerPageProps['licences'][number] = {
  planName: 'Silver',
  licenceKey: 'HF-7K2M-9QXD-4T6W',
  validUntilMs: Date.UTC(2026, 11, 31),
  timeZone: 'UTC',
  usedBytes: 312 * GiB,
  quotaBytes: 500 * GiB,
  computers: 5,
  computersMax: 10,
  switchedOff: undefined,
}
const fullPlan = {
  code: 'HF-PLAN-FULL',
  severity: 'failure',
  title: 'The plan of Calder & Rowe Architects is full.',
  detail: '500 GiB of 500 GiB are used.',
  hint: 'Give it a larger plan, or let it delete versions.',
  who: 'administrator',
  firstAtMs: nowMs - dayMs,
  lastAtMs: nowMs - hourMs,
} as const

function fields(values: CustomerDetailsProps & { readonly notes: string }, problems: CustomerFieldsProps['problems'] = {}) {
  const lists = { countries: ['DE', 'DK', 'GB'], timeZones: ['Europe/Berlin', 'Europe/London', 'America/Argentina/Buenos_Aires'] }
  return { ...lists, values, problems, hasNotes: true }
}
const wrong = {
  name: 'Give the company’s name.',
  email: 'This is not a mail address such as helen@office.example.',
  timeZone: 'This box knows no such time zone.',
  notes: 'Take at most 4000 characters.',
}

function newCustomer(props: Partial<NewCustomerPageProps>): (page: PageContext) => Html {
  const empty = { ...onlyName, name: '', notes: '', timeZone: 'Europe/London', language: 'en' }
  return (page) =>
    newCustomerPage({
      ...{ ...page, viewer: staff, fields: fields(empty), plan: 'plan_silver', owner: { email: '', problem: undefined } },
      plans: [
        { id: 'plan_bronze', name: 'Bronze', quotaBytes: 100 * GiB, computersMax: 3 },
        { id: 'plan_silver', name: 'Silver', quotaBytes: 500 * GiB, computersMax: 10 },
      ],
      ...props,
    })
}

function form(props: Partial<CustomerFormPageProps>): (page: PageContext) => Html {
  const { name } = details
  const where = { of: 'customer', name, path: '/customers/cus_x', action: '/customers/cus_x/edit' } as const
  return (page) => customerFormPage({ ...page, viewer: staff, ...where, fields: fields({ ...details, notes: '' }), ...props })
}

function deletion(props: Partial<CustomerDeletePageProps>): (page: PageContext) => Html {
  const whose = { name: details.name, number: 'C-000042', path: '/customers/cus_x', computers: 5 }
  const when = { days: 30, endsAtMs: nowMs + 30 * dayMs }
  return (page) => customerDeletePage({ ...page, viewer: staff, ...whose, ...when, copies: [], problem: undefined, ...props })
}

const places: AccountPageProps['places'] = [
  { path: '/account/plan', name: 'Your plan', about: 'What you have of it, until when, and what is used', icon: 'layers' },
  { path: '/account/people', name: 'People', about: 'Who belongs to this account, and what they may do', icon: 'users' },
  { path: '/account/audit', name: 'Audit', about: 'Every change in this account, by whom and from where', icon: 'activity' },
]

function account(props: Partial<AccountPageProps>): (page: PageContext) => Html {
  const rights = { mayEdit: true, mayKeep: true, places }
  const whose = { number: 'C-000042', createdAtMs: Date.UTC(2023, 2, 1), details, standing: { kind: 'active' } } as const
  return (page) => accountPage({ ...page, viewer: owner, ...whose, ...rights, ...props })
}

function auditRow(daysAgo: number, who: string, sentence: string, more: Partial<AuditRowProps> = {}): AuditRowProps {
  const whose = { name: 'Calder & Rowe Architects', path: '/customers/cus_x' }
  return { atMs: nowMs - daysAgo * dayMs - hourMs, who, sentence, customer: whose, address: '192.168.1.44', ...more }
}
const auditRows: readonly AuditRowProps[] = [
  auditRow(0, 'otto@northquay.example', 'suspended Bakery Sorensen (C-000045): The invoice of January is not paid', {
    customer: { name: 'Bakery Sorensen', path: '/customers/cus_x' },
  }),
  auditRow(0, 'helen@calder-rowe.example', 'connected the computer DRAWING-01'),
  auditRow(1, 'The box', 'began to end C-000031: its days were over', { customer: undefined, address: 'this box' }),
  auditRow(9, 'helen@calder-rowe.example', 'changed the plan Bronze to Silver', { address: '2001:db8:85a3::8a2e:370:7334' }),
]

function audit(props: Partial<AuditPageProps>): (page: PageContext) => Html {
  const filter = { person: '', action: '', object: '', customer: '', from: '', until: '' }
  const files = { csvPath: '/audit.csv', jsonPath: '/audit.json' }
  const question = { path: '/audit', customerName: undefined, filter, problem: undefined, nextPath: undefined, isFirstPage: true }
  const actions = [
    { value: 'customer.suspended', words: 'Customer suspended' },
    { value: 'device.connected', words: 'Computer connected' },
  ]
  return (page) => auditPage({ ...page, viewer: staff, ...files, ...question, actions, rows: auditRows, ...props })
}

export const customersSamples = (longName: string) =>
  ({
    'customers-none': customers({ counts: { active: 0, suspended: 0, leaving: 0 } }),
    'customers-one': customers({ counts: { active: 1, suspended: 0, leaving: 0 }, rows: rows(longName).slice(0, 1) }),
    'customers-many': customers({ rows: rows(longName), nextPath: '/customers?after=48' }),
    'customers-none-suspended': customers({ state: 'suspended', counts: { active: 5, suspended: 0, leaving: 0 } }),
    'customers-nothing-found': customers({ text: longName, isFirstPage: false }),
    'customer-none': customer({
      ...{ details: onlyName, computers: [], licences: [], people: { owner: 0, member: 0, viewer: 0 } },
      since: { createdAtMs: nowMs, kitPrintedAtMs: undefined },
      state: { ...active, computers: 0, counts: { ...allWell, ok: 0 } },
      invitation: { email: 'helen@calder-rowe.example', link: `https://192.168.1.5:8080/invitations/${'k'.repeat(43)}` },
    }),
    'customer-one': customer({ notes: 'Calls on Mondays.\nThe server stands in the cellar.' }),
    'customer-failed': customer({
      ...{ alarms: [fullPlan], problem: 'Say why: everybody of this customer reads it.' },
      state: { ...active, counts: { ...allWell, failed: 3, none: 1 } },
      licences: [{ ...licence, usedBytes: 500 * GiB, switchedOff: 'The disk is being changed.' }],
    }),
    'customer-suspended': customer({ state: { ...active, standing: suspended } }),
    'customer-leaving': customer({ state: { ...active, standing: leaving } }),
    'customer-for-implementor': customer({ viewer: implementor, state: { ...active, standing: suspended } }),
    'customer-long': customer({
      ...{ details: longDetails(longName), notes: longName.repeat(4) },
      computers: Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0
          ? computer(longName, 1, { lastGoodAtMs: undefined, isRevoked: true })
          : computer(`DRAWING-${index}`, index % 9),
      ),
      licences: [
        { ...licence, planName: longName, switchedOff: longName },
        { ...licence, validUntilMs: undefined },
      ],
      state: { ...active, standing: { kind: 'suspended', reason: longName.repeat(3) } },
    }),
    'customer-new': newCustomer({}),
    'customer-new-no-plans': newCustomer({ plans: [], plan: '' }),
    'customer-new-wrong': newCustomer({
      fields: fields({ ...longDetails(longName), notes: longName, timeZone: 'Europe/Atlantis' }, wrong),
      owner: { email: 'helen', problem: 'This is not a mail address such as helen@office.example.' },
    }),
    'customer-edit': form({ fields: fields({ ...details, notes: 'Calls on Mondays.' }) }),
    'customer-edit-wrong': form({ name: longName, fields: fields({ ...longDetails(longName), notes: '' }, wrong) }),
    'account-edit': form({
      ...{ viewer: owner, of: 'account', path: '/account', action: '/account/edit' },
      fields: { ...fields({ ...details, notes: '' }), hasNotes: false },
    }),
    'customer-delete': deletion({}),
    'customer-delete-wrong': deletion({
      ...{ name: longName, copies: ['Fire safe', longName], problem: 'This is not the number of this customer.' },
    }),
    'account-one': account({}),
    'account-viewer': account({ mayEdit: false, mayKeep: false, places: [], details: onlyName }),
    'account-suspended': account({ standing: suspended }),
    'account-leaving': account({ standing: leaving }),
    'account-long': account({ details: longDetails(longName), standing: { kind: 'suspended', reason: longName.repeat(3) } }),
    'audit-none': audit({ rows: [] }),
    'audit-many': audit({ nextPath: '/audit?before=5' }),
    'audit-of-account': audit({ ...{ viewer: owner, customerName: details.name, path: '/account/audit' }, isFirstPage: false }),
    'audit-wrong': audit({
      ...{ rows: [], problem: 'There is no customer with this number or name.' },
      filter: {
        person: 'helen',
        action: 'device.connected',
        object: longName,
        customer: 'C-000099',
        from: '2026-03-01',
        until: '',
      },
    }),
    'audit-long': audit({
      rows: [auditRow(0, `${longName}@x.example`, longName.repeat(3), { customer: { name: longName, path: undefined } })],
    }),
  }) as const satisfies Record<string, (page: PageContext) => Html>

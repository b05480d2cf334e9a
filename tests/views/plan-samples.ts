/** The pages of plans and licences as people may find them. */
import type { Html } from '../../views/html.ts'
import { type AccountPlanPageProps, accountPlanPage, type SubscriptionProps } from '../../views/pages/account-plan.ts'
import { type BackupSwitchPageProps, backupSwitchPage } from '../../views/pages/backup-switch.ts'
import { type PlanChangePageProps, planChangePage } from '../../views/pages/plan-change.ts'
import { type PlanEditPageProps, planEditPage } from '../../views/pages/plan-edit.ts'
import { type PlanFormPageProps, planFormPage } from '../../views/pages/plan-form.ts'
import { type PlanRow, planPage, plansPage } from '../../views/pages/plans.ts'
import { subscriptionPage, subscriptionsPage } from '../../views/pages/subscriptions.ts'
import type { TermsProps } from '../../views/partials/terms.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const dayMs = 24 * 3_600_000
const GiB = 1024 ** 3
const owner: Viewer = {
  name: 'Helen Rowe',
  role: 'Owner',
  account: { name: 'Calder & Rowe Architects', number: 'C-000042' },
  standing: 'member',
}
const guest: Viewer = {
  ...owner,
  name: 'Aylin Demir',
  role: 'Implementor',
  standing: 'guest',
  staff: 'implementor',
  maySwitch: true,
}
const staff: Viewer = {
  name: 'Otto Berg',
  role: 'Administrator',
  account: { name: 'All customers', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}

const rules = { keepLast: 0, hourly: 48, daily: 60, weekly: 26, monthly: 12, yearly: 1, allWithinDays: 0 }
const silver: TermsProps = {
  name: 'Silver',
  quotaBytes: 500 * GiB,
  devicesMax: 8,
  retention: rules,
  minIntervalMinutes: 240,
  features: ['sharing', 'ftp'],
  graceDays: 14,
  priceText: '€ 49.00 a month',
}
const bronze: TermsProps = {
  ...silver,
  name: 'Bronze',
  quotaBytes: 250 * GiB,
  devicesMax: 5,
  retention: { ...rules, hourly: 0, daily: 14, weekly: 12, monthly: 6, yearly: 0 },
  minIntervalMinutes: 1440,
  priceText: '€ 29.00 a month',
}

const computer = (name: string, going: number, staying: number, freed: number, seenDays: number) => ({
  id: `dev_${name}`,
  name,
  going,
  staying,
  freedBytes: freed * GiB,
  storedBytes: freed * 2.4 * GiB,
  lastSeenAtMs: nowMs - seenDays * dayMs,
  hasOwnRules: false,
  hasPlace: true,
  versions: Array.from({ length: going + staying }, (_, index) => ({
    atMs: nowMs - (index * index * dayMs) / 90,
    isGoing: index > 14 && index % 4 !== 0,
  })),
})
const rehearsal = {
  before: silver,
  after: bronze,
  computers: [
    computer('RECEPTION-PC', 231, 81, 18.4, 0),
    computer('ACCOUNTS-2', 234, 84, 12.1, 0),
    computer('DRAWING-01', 229, 80, 31.9, 1),
    computer('DRAWING-02', 218, 78, 26.2, 0),
    computer('HELEN-LAPTOP', 148, 66, 6.2, 4),
    computer('SCANNER-HALL', 124, 39, 1.2, 0),
  ],
  computersLeftOut: 0,
  going: 1184,
  staying: 428,
  freedBytes: 96 * GiB,
  usedBytes: 312 * GiB,
  usedAfterBytes: 216 * GiB,
  fullAtMs: { before: nowMs + 230 * dayMs, after: nowMs + 80 * dayMs },
  over: 1,
  places: 6,
  listPath: '/account/plan/sub_x/going.csv?plan=pln_x',
  seenRevision: 1,
  stop: ['dev_HELEN-LAPTOP'],
  undoUntilMs: nowMs + 7 * dayMs,
  owners: ['Helen Rowe'],
}

const subscription: SubscriptionProps = {
  id: 'sub_x',
  planName: 'Silver',
  licenceKey: 'HF-7K2MP-Q9X4C-0ZT5A-WB3RD',
  priceText: '€ 49.00 a month',
  timeZone: 'Europe/Berlin',
  validFromMs: nowMs - 200 * dayMs,
  validUntilMs: nowMs + 165 * dayMs,
  isStarted: true,
  warning: undefined,
  quota: { kind: 'roomy', quotaBytes: 500 * GiB, roomBytes: 188 * GiB },
  space: {
    usedBytes: 312 * GiB,
    beforeDeduplicationBytes: 41_000 * GiB,
    freedByDeletingBytes: 309 * GiB,
    countedAtMs: nowMs - 0.6 * dayMs,
  },
  fullAtMs: nowMs + 230 * dayMs,
  keptFor: 'At least one an hour for 2 days, one a day for 60 days, one a week for 26 weeks',
  minIntervalMinutes: 240,
  features: ['sharing', 'ftp'],
  places: 6,
  devicesMax: 8,
  off: undefined,
  computers: rehearsal.computers.map(({ name, staying, going, storedBytes, freedBytes }, index) => ({
    name,
    path: '/computers/dev_x',
    versions: staying + going,
    storedBytes,
    freedByDeletingBytes: freedBytes,
    paused: index === 4 ? ('plan-limit' as const) : undefined,
    isConnected: true,
  })),
  computersLeftOut: 0,
  changes: [
    {
      atMs: nowMs - dayMs,
      by: 'aylin@northquay.example',
      words: 'Gold to Silver, 1 computer stopped',
      undo: { kind: 'open', path: '/account/plan/sub_x/undo', changeId: 'chg_x', untilMs: nowMs + 6 * dayMs },
    },
    { atMs: nowMs - 200 * dayMs, by: 'setup link', words: 'Gold was sold', undo: undefined },
  ],
  switchPath: '/account/plan/sub_x/switch',
  changePath: '/account/plan/sub_x/change',
  staffPath: undefined,
}

const planRow = (terms: TermsProps, props: Partial<PlanRow> = {}): PlanRow => ({
  path: '/plans/pln_x',
  terms,
  validityDays: 365,
  holders: 12,
  isRetired: false,
  isFirst: false,
  isLast: false,
  ...props,
})

export function planSamples(longName: string) {
  const plan =
    (props: Partial<AccountPlanPageProps>) =>
    (page: PageContext): Html =>
      accountPlanPage({ ...page, viewer: owner, subscriptions: [subscription], done: undefined, ...props })
  const change =
    (props: Partial<PlanChangePageProps>) =>
    (page: PageContext): Html =>
      planChangePage({
        ...page,
        viewer: guest,
        customerName: 'Calder & Rowe Architects',
        planName: 'Silver',
        path: '/account/plan/sub_x/change',
        backPath: '/account/plan',
        planId: 'pln_x',
        may: 'apply',
        plans: [{ id: 'pln_x', terms: bronze }],
        rehearsal,
        problem: undefined,
        asked: undefined,
        ...props,
      })
  const edit =
    (props: Partial<PlanEditPageProps>) =>
    (page: PageContext): Html =>
      planEditPage({
        ...page,
        viewer: staff,
        planPath: '/plans/pln_x',
        path: '/plans/pln_x/edits/ple_x',
        state: 'rehearsed',
        before: silver,
        after: { ...bronze, name: 'Silver' },
        by: 'otto@northquay.example',
        atMs: nowMs - 60_000,
        progress: undefined,
        holders: [
          {
            name: 'Calder & Rowe Architects',
            number: 'C-000042',
            path: '/customers/cus_x',
            going: 1184,
            staying: 428,
            freedBytes: 96 * GiB,
            over: 1,
            isFull: false,
            fullAtMs: nowMs + 80 * dayMs,
          },
          {
            name: longName,
            number: 'C-000043',
            path: '/customers/cus_x',
            going: 0,
            staying: 12,
            freedBytes: undefined,
            over: 0,
            isFull: true,
            fullAtMs: undefined,
          },
        ],
        holdersLeftOut: 0,
        sum: { holders: 2, going: 1184, freedBytes: undefined, touched: 1, over: 1 },
        undoUntilMs: undefined,
        appliedAtMs: undefined,
        mayWrite: true,
        ...props,
      })
  const values = {
    ...{ name: 'Silver', quota: '500', computers: '8', interval: '240', validity: '365', grace: '14', price: '€ 49.00 a month' },
    ...{ keepLast: '0', allWithinDays: '0', hourly: '48', daily: '60', weekly: '26', monthly: '12', yearly: '1' },
  }
  const form =
    (props: Partial<PlanFormPageProps>) =>
    (page: PageContext): Html =>
      planFormPage({
        ...page,
        viewer: staff,
        planName: 'Silver',
        path: '/plans/pln_x/edit',
        backPath: '/plans/pln_x',
        seenRevision: 1,
        holders: 12,
        values,
        features: ['sharing', 'ftp'],
        problems: {},
        problem: undefined,
        ...props,
      })
  const turn =
    (props: Partial<BackupSwitchPageProps>) =>
    (page: PageContext): Html =>
      backupSwitchPage({
        ...page,
        viewer: owner,
        place: 'computers',
        trail: [{ name: 'Computers', path: '/computers' }],
        what: 'RECEPTION-PC',
        off: undefined,
        path: '/computers/dev_x/switch',
        backPath: '/computers/dev_x',
        values: { reason: '', until: '' },
        problems: {},
        refused: undefined,
        ...props,
      })
  const expired = { kind: 'expired', expiredAt: nowMs - 20 * dayMs } as const
  return {
    'plan-none': plan({ subscriptions: [] }),
    plan: plan({ done: 'The plan was changed. It can be undone for seven days.' }),
    'plan-full': plan({
      subscriptions: [
        {
          ...subscription,
          quota: { kind: 'full', quotaBytes: 500 * GiB, roomBytes: 0 },
          space: { ...subscription.space, usedBytes: 520 * GiB, freedByDeletingBytes: undefined, countedAtMs: undefined },
          warning: { kind: 'ending', daysLeft: 1, endsAt: nowMs + dayMs },
          changes: [],
        },
      ],
    }),
    'plan-ended': plan({
      subscriptions: [{ ...subscription, warning: expired, off: { reason: 'Moving house', untilMs: nowMs + 9 * dayMs } }],
    }),
    'plan-many': plan({ subscriptions: [subscription, { ...subscription, id: 'sub_y', planName: longName, computers: [] }] }),
    'plan-change': change({}),
    'plan-change-choose': change({ rehearsal: undefined, planId: undefined }),
    'plan-change-ask': change({ viewer: owner, may: 'ask' }),
    'plan-change-nothing': change({
      rehearsal: {
        ...rehearsal,
        computers: [],
        going: 0,
        staying: 0,
        freedBytes: 0,
        usedBytes: 0,
        usedAfterBytes: 0,
        over: 0,
        places: 0,
        fullAtMs: { before: undefined, after: undefined },
      },
    }),
    'plan-change-wrong': change({
      problem: 'The plan Bronze holds 5 computers: choose 1 more to stop.',
      rehearsal: { ...rehearsal, freedBytes: undefined, usedAfterBytes: 312 * GiB },
    }),
    plans: (page: PageContext): Html =>
      plansPage({
        ...page,
        viewer: staff,
        plans: [
          planRow(bronze, { isFirst: true }),
          planRow(silver),
          planRow({ ...silver, name: longName }, { isLast: true, isRetired: true, holders: 0 }),
        ],
        mayWrite: true,
        mayOwnersChange: false,
        done: undefined,
      }),
    'plans-none': (page: PageContext): Html =>
      plansPage({ ...page, viewer: staff, plans: [], mayWrite: true, mayOwnersChange: true, done: 'Saved.' }),
    'plan-one': (page: PageContext): Html =>
      planPage({
        ...page,
        viewer: staff,
        path: '/plans/pln_x',
        terms: silver,
        validityDays: 365,
        holders: 12,
        isRetired: false,
        mayWrite: true,
        edits: [{ path: '/plans/pln_x/edits/ple_x', words: 'Changed for everybody: 26 March 2026, otto@northquay.example' }],
      }),
    'plan-form': form({}),
    'plan-form-wrong': form({
      planName: undefined,
      holders: 0,
      values: { ...values, quota: 'many' },
      problems: { quota: 'Give a number of GiB from 0.001 to 1,048,576.' },
      problem: 'The plan Silver was changed by somebody else meanwhile. Look at it again.',
    }),
    'plan-edit': edit({}),
    'plan-edit-running': edit({
      state: 'rehearsing',
      progress: { done: 34, total: 200 },
      holders: [],
      sum: { holders: 0, going: 0, freedBytes: 0, touched: 0, over: 0 },
    }),
    'plan-edit-applied': edit({ state: 'applied', appliedAtMs: nowMs - dayMs, undoUntilMs: nowMs + 6 * dayMs }),
    subscriptions: (page: PageContext): Html =>
      subscriptionsPage({
        ...page,
        viewer: guest,
        customerName: 'Calder & Rowe Architects',
        path: '/customers/cus_x/subscriptions',
        subscriptions: [
          {
            path: '/customers/cus_x/subscriptions/sub_x',
            planName: 'Silver',
            licenceKey: subscription.licenceKey,
            state: { state: 'ok', words: 'Valid' },
            validUntilMs: nowMs + 165 * dayMs,
            timeZone: 'UTC',
            usedBytes: 312 * GiB,
            quotaBytes: 500 * GiB,
            places: 6,
            devicesMax: 8,
          },
        ],
        plans: [{ id: 'pln_x', name: 'Bronze' }],
        problem: undefined,
        done: undefined,
      }),
    subscription: (page: PageContext): Html =>
      subscriptionPage({
        ...page,
        viewer: guest,
        customerName: 'Calder & Rowe Architects',
        listPath: '/customers/cus_x/subscriptions',
        path: '/customers/cus_x/subscriptions/sub_x',
        subscription,
        renewWords: 'For 365 days more',
        isEnded: false,
        problem: undefined,
        done: undefined,
      }),
    'switch-off': turn({}),
    'switch-wrong': turn({
      values: { reason: '', until: '2020-01-01' },
      problems: {
        reason: 'Say why, in 1 to 200 characters on one line.',
        until: 'The day must be after today, and within ten years.',
      },
    }),
    'switch-on': turn({
      off: { reason: 'Moving house', sinceMs: nowMs - dayMs, untilMs: nowMs + 9 * dayMs, by: 'helen@calder-rowe.example' },
    }),
  } as const
}

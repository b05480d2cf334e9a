/** The pages about all computers and the whole box as staff may find them. */
import type { Html } from '../../views/html.ts'
import { type FleetPageProps, type FleetRow, type FleetState, fleetPage } from '../../views/pages/fleet.ts'
import { type FleetActPageProps, fleetActPage } from '../../views/pages/fleet-act.ts'
import { type FleetReportPageProps, fleetReportPage } from '../../views/pages/fleet-report.ts'
import { type JobsPageProps, jobsPage } from '../../views/pages/jobs.ts'
import { type OverviewPageProps, overviewPage } from '../../views/pages/overview.ts'
import { type PlanUsage, usagePage } from '../../views/pages/usage.ts'
import type { RunningProps } from '../../views/partials/running.ts'
import type { SparkDay } from '../../views/partials/spark.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const GiB = 1024 ** 3
const viewer: Viewer = {
  name: 'Otto Berg',
  role: 'Administrator',
  account: { name: 'All customers', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}

const letters = { k: 'ok', p: 'partial', x: 'failed', r: 'running', o: 'missed', _: 'quiet', ' ': 'before' } as const
const days = (text: string): readonly SparkDay[] => [...text].map((letter) => letters[letter as keyof typeof letters])

function row(name: string, customer: string, state: FleetState, fortnight: string, more: Partial<FleetRow> = {}): FleetRow {
  return {
    value: `dev_${name}`,
    name,
    path: '/computers/dev_x',
    customer,
    customerPath: '/customers/cus_x',
    state,
    lastGoodAtMs: nowMs - 0.4 * hourMs,
    nextAtMs: nowMs + 23.7 * hourMs,
    storedBytes: 41.2 * GiB,
    days: days(fortnight),
    ...more,
  }
}

const rows: readonly FleetRow[] = [
  row('XRAY-PC', 'Harbour Street Dental', { kind: 'failed', times: 3, why: 'The plan is full' }, 'k__kkkkk__kxxx', {
    lastGoodAtMs: nowMs - 3 * dayMs,
    storedBytes: 188.4 * GiB,
  }),
  row('TILL-02', 'Bakery Sorensen', { kind: 'failed', times: 1, why: 'The disk is full' }, 'kkkkkkkkkkkkx_'),
  row('JUDGE-LAPTOP', 'Mercer & Holt Solicitors', { kind: 'silent', sinceMs: nowMs - 9 * dayMs }, 'k__kkooooooooo', {
    lastGoodAtMs: nowMs - 9 * dayMs,
    nextAtMs: nowMs - dayMs,
  }),
  row('STUDIO-MAC', 'Petrel Photography', { kind: 'partial', skipped: 6 }, 'kkkkpkkkkpkkkp', { storedBytes: 1204.6 * GiB }),
  row('DRAWING-02', 'Calder & Rowe Architects', { kind: 'running', sinceMs: nowMs - 240_000 }, 'k__kkkkk__kkkr'),
  row('NEW-PC', 'Calder & Rowe Architects', { kind: 'none' }, '             _', {
    lastGoodAtMs: undefined,
    storedBytes: 0,
    nextAtMs: undefined,
  }),
  row('RECEPTION-PC', 'Calder & Rowe Architects', { kind: 'ok' }, 'k__kkkpk__kkkk'),
  row('THEATRE-2', 'Linden Lane Veterinary', { kind: 'ok' }, '      kk__kkkk'),
  row('BUREAU-VÉRA', 'Cabinet Lefèvre', { kind: 'paused', of: 'computer', untilMs: nowMs + 6 * dayMs }, 'k_____________', {
    lastGoodAtMs: nowMs - 13 * dayMs,
  }),
  row('FRONT-DESK', 'Cabinet Lefèvre', { kind: 'paused', of: 'customer', untilMs: undefined }, 'k_____________'),
]

const sums = { all: 500, safe: 482, failed: 3, silent: 4, partial: 9, paused: 2, none: 0 }
const sorts = ['name', 'customer', 'state', 'good', 'next', 'stored'] as const

function fleet(props: Partial<FleetPageProps>): (page: PageContext) => Html {
  const whole: Omit<FleetPageProps, keyof PageContext> = {
    viewer,
    sums,
    tabs: [
      { kind: undefined, count: 500, path: '/fleet', isHere: true },
      { kind: 'failed', count: 3, path: '/fleet?state=failed', isHere: false },
      { kind: 'silent', count: 4, path: '/fleet?state=silent', isHere: false },
      { kind: 'partial', count: 9, path: '/fleet?state=partial', isHere: false },
      { kind: 'running', count: 2, path: '/fleet?state=running', isHere: false },
      { kind: 'none', count: 1, path: '/fleet?state=none', isHere: false },
      { kind: 'paused', count: 2, path: '/fleet?state=paused', isHere: false },
      { kind: 'ok', count: 480, path: '/fleet?state=ok', isHere: false },
    ],
    search: '',
    state: undefined,
    customers: [{ value: 'cus_x', name: 'Calder & Rowe Architects', isChosen: false }],
    plans: [{ value: 'pln_x', name: 'Gold', isChosen: false }],
    columns: sorts.map((sort) => ({ sort, path: `/fleet?sort=${sort}`, order: sort === 'state' ? 'ascending' : undefined })),
    rows,
    pager: { words: '1 to 50 of 500', next: '/fleet?page=2' },
    running: [],
    runningCount: 0,
    exportPath: '/fleet/computers.csv',
    addPath: '/accounts?to=add-computer',
    maxSearchCharacters: 100,
  }
  return (page) => fleetPage({ ...page, ...whole, ...props }) as unknown as Html
}

const noSums = { all: 0, safe: 0, failed: 0, silent: 0, partial: 0, paused: 0, none: 0 }
const told = {
  filesDone: 1212,
  filesTotal: 1940,
  bytesDone: 3.4 * GiB,
  bytesTotal: 5.9 * GiB,
  bytesPerSecond: 48 * 1024 ** 2,
  leftMs: 58_000,
  isStopping: false,
}
const running: readonly RunningProps[] = [
  {
    value: 'dev_a',
    name: 'DRAWING-02',
    path: '/computers/dev_a',
    customer: 'Calder & Rowe Architects',
    sinceMs: nowMs - 240_000,
    told,
  },
  {
    value: 'dev_b',
    name: 'SERVER-01',
    path: '/computers/dev_b',
    customer: 'Ostrander Freight',
    sinceMs: nowMs - 60_000,
    told: { ...told, isStopping: true },
  },
  {
    value: 'dev_c',
    name: 'NEW-PC',
    path: '/computers/dev_c',
    customer: 'Ostrander Freight',
    sinceMs: nowMs - 5_000,
    told: undefined,
  },
]

function act(
  kind: FleetActPageProps['act'],
  chosen: readonly FleetRow[],
  typed: Partial<FleetActPageProps> = {},
): (page: PageContext) => Html {
  const computers = chosen.map(({ value, name, customer, state }) => ({ value, name, customer, plan: 'Gold', state }))
  const nothingTyped = { values: { reason: '', until: '' }, problems: {}, ...typed }
  const plans = [{ value: 'pln_x', name: 'Gold' }]
  const props = { viewer, act: kind, computers, plans, maxReasonCharacters: 200, ...nothingTyped }
  return (page) => fleetActPage({ ...page, ...props }) as unknown as Html
}

const outcome = {
  value: 'dev_x',
  name: 'XRAY-PC',
  path: '/computers/dev_x',
  customer: 'Harbour Street Dental',
  result: 'done',
  words: 'It begins now.',
} as const

function report(kind: FleetReportPageProps['act'], outcomes: FleetReportPageProps['outcomes']): (page: PageContext) => Html {
  return (page) => fleetReportPage({ ...page, viewer, act: kind, outcomes }) as unknown as Html
}

const pausedNow = { ...outcome, words: 'It is paused. Its versions stay, and can be restored.' }
const pausedBefore = { ...outcome, name: 'TILL-02', customer: 'Bakery Sorensen', result: 'already' } as const

const tight = [
  { customer: 'Bakery Sorensen', path: '/customers/cus_x', plan: 'Bronze', usedBytes: 99.2 * GiB, quotaBytes: 100 * GiB },
]
const ending = [{ customer: 'Cabinet Lefèvre', path: '/customers/cus_x', plan: 'Silver', untilMs: nowMs + 6 * dayMs }]

function overview(props: Partial<OverviewPageProps>): (page: PageContext) => Html {
  const whole = {
    viewer,
    sums,
    needs: [
      { state: 'failed', count: 3, words: 'computers failed', path: '/fleet?state=failed' },
      { state: 'silent', count: 4, words: 'computers have gone silent', path: '/fleet?state=silent' },
      { state: 'failed', count: 1, words: 'alert is open', path: '/alerts' },
    ],
    tight,
    ending,
    running: [],
    runningCount: 0,
    disks: [],
  } as const
  return (page) => overviewPage({ ...page, ...whole, ...props }) as unknown as Html
}

const past = [
  { title: 'Freeing space', startedAtMs: nowMs - 15 * hourMs, tookMs: 92_000, outcome: 'done', summary: '1.2 GiB were freed.' },
  { title: 'Second copy', startedAtMs: nowMs - 16 * hourMs, tookMs: 3_000, outcome: 'failed', summary: 'The disk is not there.' },
  {
    title: 'Check',
    startedAtMs: nowMs - 39 * hourMs,
    tookMs: 7_300_000,
    outcome: 'interrupted',
    summary: 'The box was stopped meanwhile.',
  },
] as const

function jobs(props: Partial<JobsPageProps>): (page: PageContext) => Html {
  const chore = {
    name: 'prune',
    title: 'Freeing space',
    about: 'Every night.',
    page: '/storage/prune',
    state: 'ok',
    progress: undefined,
  } as const
  const chores = [
    { ...chore, lastAtMs: nowMs - 15 * hourMs, lastTookMs: 92_000, result: '1.2 GiB were freed.', nextAtMs: nowMs + 9 * hourMs },
    {
      ...chore,
      name: 'copy',
      title: 'Second copy',
      page: undefined,
      state: 'failed',
      lastAtMs: nowMs - 16 * hourMs,
      lastTookMs: 3_000,
      result: 'The disk is not there.',
      nextAtMs: nowMs + hourMs,
    },
  ] as const
  const whole = {
    viewer,
    chores,
    about: { title: 'What runs by itself', path: '/jobs/chores', acts: '/jobs' },
    past,
    shown: undefined,
  }
  return (page) => jobsPage({ ...page, ...whole, ...props }) as unknown as Html
}

const gold: PlanUsage = {
  name: 'Gold',
  usedBytes: 610 * GiB,
  quotaBytes: 1000 * GiB,
  days: Array.from({ length: 60 }, (_, index) => ({
    atMs: nowMs - (59 - index) * dayMs,
    bytes: (400 + index * 3.5 + (index % 7)) * GiB,
  })),
  outlook: { kind: 'at', atMs: nowMs + 110 * dayMs },
}

function usage(plans: readonly PlanUsage[]): (page: PageContext) => Html {
  const ofCustomer: Viewer = {
    name: 'Helen Calder',
    role: 'Owner',
    account: { name: 'Calder & Rowe Architects', number: 'C-000002' },
    standing: 'member',
  }
  return (page) => usagePage({ ...page, viewer: ofCustomer, plans }) as unknown as Html
}

export function fleetSamples(longName: string) {
  const long = row(longName, longName, { kind: 'failed', times: 12_345, why: 'The plan is full' }, 'xxxxxxxxxxxxxx')
  return {
    'fleet-none': fleet({
      sums: { all: 0, safe: 0, failed: 0, silent: 0, partial: 0, paused: 0, none: 0 },
      rows: [],
      pager: { words: '' },
    }),
    'fleet-one': fleet({
      sums: { ...sums, all: 1, safe: 1, failed: 0, silent: 0, partial: 0, paused: 0 },
      rows: rows.slice(6, 7),
      pager: { words: '' },
    }),
    'fleet-many': fleet({ running, runningCount: 12 }),
    'fleet-nothing-found': fleet({ search: '<b>"zzz', rows: [], pager: { words: '' } }),
    'fleet-long': fleet({
      rows: [long],
      search: longName,
      running: [{ ...running[0]!, name: longName, customer: longName }],
      runningCount: 1,
    }),
    'fleet-act-pause': act('pause', rows.slice(0, 3)),
    'fleet-act-move': act('move', rows.slice(0, 1)),
    'fleet-act-none': act('resume', []),
    'fleet-act-wrong': act('pause', rows.slice(0, 1), {
      values: { reason: '', until: '2020-01-01' },
      problems: {
        reason: 'Say why, in 1 to 200 characters on one line.',
        until: 'The day must be after today, and within ten years.',
      },
    }),
    'fleet-act-resume': act('resume', rows.slice(8, 10)),
    'fleet-report': report('run', [
      outcome,
      { ...outcome, name: longName, result: 'refused', words: 'It is paused: nothing is taken from it now.' },
    ]),
    'fleet-report-paused': report('pause', [
      pausedNow,
      { ...pausedNow, name: 'STUDIO-MAC', customer: 'Petrel Photography' },
      { ...pausedBefore, words: 'It is paused already: The shop is closed until Easter.' },
      {
        ...outcome,
        name: 'FRONT-DESK',
        customer: 'Cabinet Lefèvre',
        result: 'refused',
        words: 'The plan Bronze holds 3 computers, and all places are taken.',
      },
    ]),
    'fleet-report-resumed': report('resume', [{ ...outcome, words: 'Its backups are taken again.' }]),
    'overview-none': overview({ sums: noSums, needs: [] }),
    'overview-well': overview({ sums: { ...noSums, all: 12, safe: 12 }, needs: [], tight: [], ending: [] }),
    'overview-many': overview({ running, runningCount: 2 }),
    'overview-long': overview({
      tight: [{ ...tight[0]!, customer: longName, plan: longName }],
      ending: [{ ...ending[0]!, customer: longName }],
    }),
    'usage-none': usage([]),
    'usage-one-day': usage([{ ...gold, days: gold.days.slice(0, 1), outlook: { kind: 'unknown' } }]),
    'usage-many': usage([gold, { ...gold, name: longName, usedBytes: gold.quotaBytes, outlook: { kind: 'full' } }]),
    'jobs-none': jobs({ past: [] }),
    'jobs-many': jobs({}),
    'jobs-long': jobs({ past: [{ ...past[1]!, summary: longName }] }),
  } as const satisfies Record<string, (page: PageContext) => Html>
}

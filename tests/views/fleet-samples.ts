/** The pages about all computers and the whole box as staff may find them. */
import type { Html } from '../../views/html.ts'
import { type FleetPageProps, type FleetRow, type FleetState, fleetPage } from '../../views/pages/fleet.ts'
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
    exportPath: '/fleet/computers.csv',
    maxSearchCharacters: 100,
  }
  return (page) => fleetPage({ ...page, ...whole, ...props }) as unknown as Html
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
    'fleet-many': fleet({}),
    'fleet-nothing-found': fleet({ search: '<b>"zzz', rows: [], pager: { words: '' } }),
    'fleet-long': fleet({ rows: [long], search: longName }),
  } as const satisfies Record<string, (page: PageContext) => Html>
}

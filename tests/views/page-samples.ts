/**
 * Every page in the states a reader may find it in: nothing, one, many, too long, failed. Tests read their text, and
 * scripts/screenshots.ts draws them, so that each is looked at and not only the happy one.
 */
import type { Html } from '../../views/html.ts'
import { accountsPage } from '../../views/pages/accounts.ts'
import { type AlertsPageProps, alertsPage } from '../../views/pages/alerts.ts'
import { type ComputerPageProps, computerPage, type VersionRow } from '../../views/pages/computer.ts'
import { type ComputerRow, type ComputerState, computersPage } from '../../views/pages/computers.ts'
import { errorPage } from '../../views/pages/error.ts'
import { type HomePageProps, homePage } from '../../views/pages/home.ts'
import { type MovePageProps, movePage } from '../../views/pages/move.ts'
import { setupPage } from '../../views/pages/setup.ts'
import { signInPage } from '../../views/pages/signin.ts'
import { skippedPage } from '../../views/pages/skipped.ts'
import { type StoragePageProps, storagePage } from '../../views/pages/storage.ts'
import { type VersionPageProps, versionPage } from '../../views/pages/version.ts'
import type { AlarmProps } from '../../views/partials/alarm.ts'
import type { ChoreProps } from '../../views/partials/chores.ts'
import type { DiskProps } from '../../views/partials/disk.ts'
import type { EntryProps } from '../../views/partials/entry.ts'
import type { DayProps, RibbonProps } from '../../views/partials/month.ts'
import type { PageContext, Viewer } from '../../views/site.ts'
import { activitySamples } from './activity-samples.ts'
import { addingSamples } from './adding-samples.ts'
import { basketSamples, emptyBasket, fullBasket } from './basket-samples.ts'
import { checkSamples } from './check-samples.ts'
import { copiesSamples } from './copies-samples.ts'
import { customersSamples } from './customers-samples.ts'
import { drillSamples } from './drill-samples.ts'
import { fleetSamples } from './fleet-samples.ts'
import { keptSamples } from './kept-samples.ts'
import { lettersSamples } from './letters-samples.ts'
import { peopleSamples } from './people-samples.ts'
import { planSamples } from './plan-samples.ts'
import { previewSamples } from './preview-samples.ts'
import { pruneSamples } from './prune-samples.ts'
import { recoverySamples } from './recovery-samples.ts'
import { restoreSamples } from './restore-samples.ts'
import { restoresSamples } from './restores-samples.ts'
import { shareSamples } from './share-samples.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const lastMs = nowMs - 18 * 60_000
const MiB = 1024 ** 2
const GiB = 1024 ** 3

export const longName = 'A-VERY-LONG-NAME-THAT-SOMEBODY-GAVE-WITHOUT-THINKING-OF-TABLES-AND-PHONES-0123456789'
export const viewer: Viewer = {
  name: 'Helen Rowe',
  role: 'Owner and administrator',
  account: { name: 'Calder & Rowe Architects', number: 'C-000042' },
  standing: 'member',
}

export function pageContext(assets: string): PageContext {
  return {
    site: { assets, host: 'backup.northquay.example', zoneCookie: 'hf_sample_zone' },
    reader: { locale: 'en-GB', timeZone: 'Europe/London', nowMs },
  }
}

const month = Temporal.PlainYearMonth.from('2026-03')
const freeDays = [1, 7, 8, 14, 15, 21, 22]

function ribbon(name: string, bad: Readonly<Record<number, DayProps['state']>> = {}, days = 26): RibbonProps {
  const kept = Array.from({ length: days }, (_, index) => index + 1).filter((day) => !freeDays.includes(day))
  return {
    name,
    path: '/computers/dev_x',
    lastAtMs: days === 0 ? undefined : lastMs,
    sinceMs: days === 0 ? nowMs : Date.UTC(2023, 2, 1),
    days: new Map(
      kept.map((day) => [day, { state: bad[day] ?? 'ok', atMs: Date.UTC(2026, 2, day, 18, 2), path: '/versions/snap_x/browse' }]),
    ),
  }
}

const staffViewer: Viewer = {
  name: 'Helen Rowe',
  role: 'Administrator',
  account: { name: 'This box', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}

const fullDisk: AlarmProps = {
  code: 'HF-STORAGE-FULL',
  severity: 'failure',
  title: 'The disk of the box is full.',
  detail: '120 MiB of 512000 MiB are free at /srv/holdfast/repositories; below 512 MiB no backup is taken.',
  hint: 'Make room: free space under Storage, move backups to another disk, or remove other programs’ files. Restoring still works.',
  who: 'administrator',
  firstAtMs: lastMs - hourMs,
  lastAtMs: lastMs,
}
const alert = { ...fullDisk, subject: `disk:${'ab'.repeat(16)}`, customer: undefined, times: 1 }

const disk: DiskProps = {
  folder: 'repositories',
  path: '/srv/holdfast/repositories',
  state: 'online',
  reason: undefined,
  space: {
    totalBytes: 500 * GiB,
    freeBytes: 180 * GiB,
    reserveBytes: 256 * MiB,
    reserveWantedBytes: 256 * MiB,
    floorBytes: 512 * MiB,
    full: { kind: 'unknown' },
  },
}
const chore: ChoreProps = {
  name: 'prune',
  title: 'Freeing space',
  about: 'Removes what no version needs any more, every night.',
  page: '/storage/prune',
  state: 'ok',
  progress: undefined,
  lastAtMs: lastMs,
  lastTookMs: 182_000,
  result: '1.2 GiB were freed.',
  nextAtMs: nowMs + 9 * hourMs,
}
const manyChores: readonly ChoreProps[] = [
  chore,
  {
    ...chore,
    name: 'a',
    page: undefined,
    state: 'running',
    progress: { words: 'Reads what is stored', done: 40 * GiB, total: 100 * GiB, unit: 'bytes', sinceMs: nowMs - hourMs },
  },
  {
    ...chore,
    name: 'b',
    state: 'running',
    progress: { words: 'Begins.', done: undefined, total: undefined, unit: 'count', sinceMs: nowMs - 5000 },
  },
  { ...chore, name: 'c', state: 'queued', nextAtMs: nowMs - 1000 },
  { ...chore, name: 'd', state: 'held' },
  { ...chore, name: 'e', state: 'none', lastAtMs: undefined, lastTookMs: undefined, result: '', nextAtMs: undefined },
  { ...chore, name: 'f', title: longName, state: 'failed', result: longName },
]

function storage(props: Partial<StoragePageProps>): (page: PageContext) => Html {
  const usual = { disks: [disk], chores: [chore], clockJumpedAtMs: undefined, rebuiltAtMs: undefined }
  return (page) => storagePage({ ...page, viewer: staffViewer, ...usual, ...props })
}

function move(props: Partial<MovePageProps>): (page: PageContext) => Html {
  const movables = [{ customer: 'Calder & Rowe Architects', number: 'C-000042', folder: 'repositories', storedBytes: 120 * GiB }]
  return (page) => movePage({ ...page, viewer: staffViewer, movables, underWay: undefined, chore, ...props })
}

function alerts(props: Partial<AlertsPageProps>): (page: PageContext) => Html {
  return (page) =>
    alertsPage({
      ...page,
      viewer: staffViewer,
      open: [alert],
      hasMore: false,
      settled: [],
      filter: { severity: undefined, whose: '', problem: undefined },
      ...props,
    })
}

function home(props: Partial<HomePageProps>): (page: PageContext) => Html {
  return (page) =>
    homePage({
      ...page,
      viewer,
      standing: {
        kind: 'ok',
        names: ['RECEPTION-PC', 'ACCOUNTS-2', 'DRAWING-01'],
        lastAtMs: lastMs,
        files: 214_380,
        sinceMs: Date.UTC(2023, 2, 1),
      },
      month: { month, earlierPath: '/?month=2026-02', ribbons: [] },
      plan: {
        name: 'Silver',
        quotaKind: 'roomy',
        usedBytes: 312 * GiB,
        quotaBytes: 500 * GiB,
        computers: 3,
        computersMax: 10,
        validUntilMs: Date.UTC(2026, 11, 31),
        timeZone: 'UTC',
        keptFor: 'At least one a day for 60 days, one a week for 26 weeks, one a month for 12 months',
      },
      next: [
        { words: 'Backup of 3 computers', more: 'Whenever “holdfast-agent backup” runs on them' },
        { atMs: Date.UTC(2026, 11, 31), words: 'Last day of Silver' },
      ],
      getBackPath: '/computers',
      ...props,
    })
}

function row(name: string, state: ComputerState, props: Partial<ComputerRow> = {}): ComputerRow {
  return {
    name,
    path: '/computers/dev_x',
    system: 'Windows 11 Pro 24H2',
    state,
    lastGoodAtMs: lastMs,
    versions: 312,
    files: 46_310,
    sourceBytes: 118 * GiB,
    storedBytes: 41.2 * GiB,
    ...props,
  }
}

const neverBackedUp = { lastGoodAtMs: undefined, versions: 0, files: 0, sourceBytes: 0, storedBytes: 0 }
const manyComputers: readonly ComputerRow[] = [
  row('RECEPTION-PC', { kind: 'ok' }),
  row('ACCOUNTS-2', { kind: 'partial', skipped: 12 }),
  row('XRAY-PC', { kind: 'failed' }),
  row('HELEN-LAPTOP', { kind: 'silent', sinceMs: nowMs - 9 * dayMs }, { lastGoodAtMs: nowMs - 9 * dayMs }),
  row('SERVER-01', { kind: 'running', isSafe: true }),
  row('NEW-PC', { kind: 'none' }, neverBackedUp),
]

function computers(rows: readonly ComputerRow[]): (page: PageContext) => Html {
  const pin = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA='
  const steps = { address: 'https://192.168.1.5:8080', login: 'helen@calder-rowe.example', pin, isThisComputerOnly: false }
  return (page) => computersPage({ ...page, viewer, computers: rows, steps, mayAdd: true })
}

function version(daysAgo: number, props: Partial<VersionRow> = {}): VersionRow {
  return {
    atMs: lastMs - daysAgo * dayMs,
    path: '/versions/snap_x/browse',
    verdict: 'ok',
    isCheckpoint: false,
    skipped: 0,
    skippedPath: undefined,
    tookMs: 112_000 + daysAgo * 700,
    files: 46_310 - daysAgo * 11,
    newBytes: (212 - daysAgo * 7) * MiB,
    words: undefined,
    kept: {
      kind: 'until',
      atMs: lastMs + (60 - daysAgo) * dayMs,
      isBound: false,
      reason: {
        kind: 'newest-of',
        unit: 'daily',
        name: new Date(lastMs - daysAgo * dayMs).toISOString().slice(0, 10),
        count: 60,
        untilMs: lastMs + (60 - daysAgo) * dayMs,
      },
    },
    ...props,
  }
}

function computer(props: Partial<ComputerPageProps>): (page: PageContext) => Html {
  return (page) =>
    computerPage({
      ...page,
      viewer,
      name: 'RECEPTION-PC',
      state: { kind: 'ok' },
      lastGoodAtMs: lastMs,
      newestPath: '/versions/snap_x/browse',
      identity: {
        number: 'D-000007',
        system: 'Debian GNU/Linux 12 (bookworm), x64',
        board: '4C4C4544-0051-3510-8054-B4C04F4E3233',
        diskSerials: ['S6PXNM0T81', 'WD-WX12'],
        macAddresses: ['00:15:5d:01:02:03', 'a4:bb:6d:00:00:01'],
        agentVersion: '0.1.0',
        connectedAtMs: Date.UTC(2023, 2, 1),
        lastSeenAtMs: nowMs - 10 * 60_000,
      },
      failure: undefined,
      badData: undefined,
      backups: { off: undefined, path: '/computers/dev_x/switch' },
      month: { month, earlierPath: '?month=2026-02', ribbons: [ribbon('RECEPTION-PC', { 19: 'partial' })] },
      versions: Array.from({ length: 12 }, (_, index) => version(index)),
      pager: { words: 'The newest 12 of 312', next: '?before=300', nextWord: 'Older', backWord: 'Newest' },
      proved: {
        computers: 1,
        provedAtMs: lastMs - 3 * dayMs,
        unproved: 0,
        damaged: [],
        isOverdue: false,
        notRun: undefined,
        path: '/computers/dev_x/drills',
      },
      provePath: '/computers/dev_x/drills',
      keptPath: '/computers/dev_x/kept',
      managePath: '/computers/dev_x/manage',
      gone: undefined,
      isDoubted: false,
      stored: { storedBytes: 41.2 * GiB, sourceBytes: 118 * GiB, versions: 312, sinceMs: Date.UTC(2023, 2, 1) },
      ...props,
    })
}

const at = { changedAtMs: nowMs - 2 * hourMs }
const hereAnd = {
  path: '/versions/snap_x/browse/x',
  zipPath: '/versions/snap_x/zip/x',
  filePath: '/versions/snap_x/file/x',
  previewPath: '/versions/snap_x/preview/x',
  thumbnailPath: undefined,
}
const manyEntries: readonly EntryProps[] = [
  { kind: 'folder', name: 'Older', ...at, ...hereAnd, backPath: '/restores/new?x' },
  { kind: 'file', name: '03 March.xlsx', ...at, ...hereAnd, sizeBytes: 86_118 },
  { kind: 'file', name: 'caf\\xE9 menu.txt', ...hereAnd, changedAtMs: nowMs - 400 * dayMs, sizeBytes: 12 },
  {
    kind: 'file',
    name: 'line\\x0Abreak  two blanks.jpg',
    ...hereAnd,
    changedAtMs: Date.UTC(1969, 6, 20),
    sizeBytes: 0,
    thumbnailPath: '/versions/snap_x/thumbnail/x',
  },
  { kind: 'link', name: 'current', ...at, target: '../2026/Invoices' },
  { kind: 'special', name: 'control.sock', ...at, what: 'socket' },
]
const longEntries: readonly EntryProps[] = [
  { kind: 'folder', name: 'many words '.repeat(22).trim(), ...at, ...hereAnd },
  { kind: 'file', name: `${'x'.repeat(200)}.zip`, ...hereAnd, changedAtMs: Date.UTC(2106, 1, 7), sizeBytes: 10_000 * GiB },
  { kind: 'link', name: 'to', ...at, target: '../'.repeat(80) },
]

function folder(props: Partial<VersionPageProps>): (page: PageContext) => Html {
  return (page) =>
    versionPage({
      ...page,
      viewer,
      version: {
        computer: 'RECEPTION-PC',
        takenAtMs: lastMs,
        verdict: 'partial',
        isCheckpoint: false,
        job: 'default',
        files: 46_310,
        sourceBytes: 118 * GiB,
        newBytes: 212 * MiB,
        tookMs: 112_000,
        skipped: 12,
        skippedPath: '/versions/snap_x/skipped',
      },
      keep: {
        words: undefined,
        kept: { kind: 'until', atMs: lastMs + 365 * dayMs, isBound: true, reason: { kind: 'newest-good' } },
        notePath: '/versions/snap_x/note',
        pinPath: '/versions/snap_x/pin',
        unpinPath: undefined,
      },
      above: ['Computers', 'RECEPTION-PC', 'Today 18:02', 'home', 'helen'].map((name) => ({ name, path: '/computers' })),
      folder: 'Invoices 2026',
      filter: '',
      entries: manyEntries,
      path: hereAnd.path,
      zipPath: hereAnd.zipPath,
      tarPath: hereAnd.zipPath,
      earlierPath: '/versions/snap_w/browse/x',
      laterPath: '/versions/snap_y/browse/x',
      basket: emptyBasket,
      changesPath: '/restore/changes?from=snap_w&to=snap_x',
      pager: { words: '' },
      ...props,
    })
}

const skippedRows = [
  { path: '/home/helen/mail/inbox.pst', reason: 'changed', detail: 'read three times, different each time' },
  { path: '/home/helen/private key', reason: 'unreadable', detail: 'EACCES: permission denied' },
  { path: '/home/helen/caf\\xE9', reason: 'vanished', detail: 'ENOENT: no such file' },
] as const

function skipped(rows: Parameters<typeof skippedPage>[0]['rows'], all: number): (page: PageContext) => Html {
  return (page) =>
    skippedPage({
      ...page,
      viewer,
      computer: 'RECEPTION-PC',
      takenAtMs: lastMs,
      files: 46_310,
      skipped: all,
      rows,
      pager: { words: '' },
      above: ['Computers', 'RECEPTION-PC'].map((name) => ({ name, path: '/computers' })),
      browsePath: '/versions/snap_x/browse',
    })
}

const notFound = {
  status: 404,
  code: 'HF-NOT-FOUND',
  title: 'There is nothing here',
  detail: 'There is nothing here.',
  hint: 'Check the address or the id. It may have been removed.',
  who: 'you',
  requestId: 'req_7f3k9m2q4tqk81wd',
}

const account = (number: number, name: string, isMine: boolean) => ({
  ...{ customerId: `cus_${number}`, name, number: `C-${String(number).padStart(6, '0')}`, isMine },
  role: isMine ? 'Owner' : 'Administrator',
})

export const pageSamples = {
  accounts: (page) =>
    accountsPage({
      ...page,
      viewer: staffViewer,
      accounts: [
        account(42, 'Calder & Rowe Architects', true),
        account(43, 'Bakery Sorensen', false),
        account(44, longName, false),
      ],
      hasMore: true,
      to: '',
      text: '',
    }),
  'accounts-adding': (page) =>
    accountsPage({
      ...page,
      viewer: staffViewer,
      accounts: [account(43, 'Bakery Sorensen', false)],
      hasMore: false,
      to: 'add-computer',
      text: 'bakery',
    }),
  'accounts-nobody': (page) =>
    accountsPage({ ...page, viewer: staffViewer, accounts: [], hasMore: false, to: 'add-computer', text: longName }),
  signin: (page) => signInPage(page),
  'signin-failed': (page) =>
    signInPage({ ...page, email: 'helen@x.example', problem: 'Mail address and password do not match.' }),
  setup: (page) => setupPage({ ...page, token: 'token', problems: {} }),
  'setup-failed': (page) =>
    setupPage({
      ...page,
      token: 'token',
      name: longName.repeat(2),
      email: 'helen',
      problems: { email: 'This is not a mail address such as helen@office.example.', password: 'Take at least 12 characters.' },
    }),
  error: (page) => errorPage({ ...page, viewer, ...notFound }),
  'error-alone': (page) =>
    errorPage({
      ...page,
      ...notFound,
      status: 500,
      code: 'HF-INTERNAL',
      title: 'Something went wrong',
      who: 'administrator',
      detail: 'The database does not answer.',
    }),
  'home-none': home({
    standing: { kind: 'waiting', names: ['RECEPTION-PC'], running: [] },
    month: { month, ribbons: [ribbon('RECEPTION-PC', {}, 0)] },
    plan: undefined,
    getBackPath: undefined,
  }),
  'home-one': home({
    proved: {
      computers: 1,
      provedAtMs: lastMs - 3 * dayMs,
      unproved: 0,
      damaged: [],
      isOverdue: false,
      notRun: undefined,
      path: '/computers/dev_x/drills',
    },
    standing: { kind: 'ok', names: ['RECEPTION-PC'], lastAtMs: lastMs, files: 3180, sinceMs: lastMs },
    month: { month, ribbons: [ribbon('RECEPTION-PC')] },
    kitsAsked: [
      { opens: 'customer', path: '/customers/cus_x/recovery-kit' },
      { opens: 'server', path: '/storage/recovery' },
    ],
  }),
  'home-many': home({
    proved: {
      computers: 6,
      provedAtMs: undefined,
      unproved: 2,
      damaged: [],
      isOverdue: true,
      notRun: { atMs: lastMs, words: 'The disk of the box is not there.', computer: 'ACCOUNTS-2' },
      path: '/computers',
    },
    month: {
      month,
      earlierPath: '/?month=2026-02',
      ribbons: [
        ribbon('RECEPTION-PC', { 19: 'partial' }),
        ribbon('ACCOUNTS-2', { 9: 'partial' }),
        ribbon('DRAWING-01', { 17: 'failed' }),
        ribbon('DRAWING-02'),
        ribbon('HELEN-LAPTOP'),
      ],
    },
  }),
  'home-long': home({
    proved: {
      computers: 6,
      provedAtMs: undefined,
      unproved: 2,
      damaged: [
        { computer: longName, atMs: lastMs - dayMs, path: '/drills/drl_x' },
        { computer: 'B', atMs: lastMs, path: '/drills/drl_y' },
      ],
      isOverdue: true,
      notRun: undefined,
      path: '/computers',
    },
    standing: { kind: 'silent', names: [longName], lastGoodAtMs: nowMs - 9 * dayMs, others: 5 },
    month: { month, ribbons: [ribbon(longName), ribbon('B')] },
  }),
  'home-failed': home({
    standing: { kind: 'failed', names: ['DRAWING-01'], failedAtMs: lastMs, lastGoodAtMs: lastMs - dayMs, others: 4 },
    month: { month, ribbons: [ribbon('DRAWING-01', { 26: 'failed' })] },
  }),
  'home-paused': home({
    standing: {
      ...{ kind: 'paused', names: ['RECEPTION-PC', 'ACCOUNTS-2', 'DRAWING-01'], others: 0, of: 'plan' },
      ...{ untilMs: nowMs + 7 * dayMs, lastGoodAtMs: lastMs - dayMs },
    },
    month: { month, ribbons: [ribbon('RECEPTION-PC'), ribbon('ACCOUNTS-2'), ribbon('DRAWING-01')] },
  }),
  'home-some-paused': home({
    standing: {
      ...{ kind: 'paused', names: ['DRAWING-01', longName], others: 3, of: 'computer', untilMs: undefined },
      lastGoodAtMs: undefined,
    },
    month: { month, ribbons: [ribbon('RECEPTION-PC'), ribbon('DRAWING-01')] },
  }),
  'home-alarm': home({
    standing: { kind: 'failed', names: ['DRAWING-01'], failedAtMs: lastMs, lastGoodAtMs: lastMs - dayMs, others: 4 },
    month: { month, ribbons: [ribbon('DRAWING-01', { 26: 'failed' })] },
    alarms: [fullDisk, { ...fullDisk, severity: 'warning', title: 'The clock of the box jumped.' }],
  }),
  'storage-one': storage({}),
  'storage-many': storage({
    disks: [
      disk,
      {
        ...disk,
        folder: '/mnt/backup',
        path: '/mnt/backup',
        space: { ...disk.space!, full: { kind: 'at', atMs: nowMs + 40 * dayMs } },
      },
    ],
    chores: manyChores,
  }),
  'storage-failed': storage({
    disks: [
      { ...disk, state: 'read-only', reason: 'EIO: i/o error, fsync' },
      {
        ...disk,
        folder: `/mnt/${longName}`,
        path: `/mnt/${longName}`,
        state: 'wrong',
        reason: 'What lies there is not the disk that belongs there.',
        space: undefined,
      },
    ],
    chores: [{ ...chore, state: 'failed', result: 'ENOSPC: no space left on device, write' }],
    clockJumpedAtMs: lastMs,
  }),
  'move-none': move({ movables: [] }),
  'move-one': move({}),
  'move-running': move({ underWay: { customer: longName, to: `/mnt/${longName}`, canBeGivenUp: true } }),
  'alerts-none': alerts({ open: [] }),
  'alerts-one': alerts({}),
  'alerts-filtered': alerts({
    open: [],
    filter: { severity: 'failure', whose: 'C-000099', problem: 'There is no customer with this number or name.' },
  }),
  'alerts-many': alerts({
    open: [
      alert,
      {
        ...alert,
        severity: 'warning',
        title: 'The clock of the box jumped.',
        detail: longName,
        customer: `${longName} (C-000007)`,
        times: 12_000,
      },
    ],
    hasMore: true,
    settled: [{ ...alert, settledAtMs: lastMs }],
  }),
  'computers-none': computers([]),
  'computers-one': computers(manyComputers.slice(0, 1)),
  'computers-many': computers(manyComputers),
  'computers-long': computers([row(longName, { kind: 'partial', skipped: 1_000_000 }, { system: longName, files: 100_000_000 })]),
  'computer-none': computer({
    state: { kind: 'none' },
    lastGoodAtMs: undefined,
    newestPath: undefined,
    versions: [],
    month: { month, ribbons: [ribbon('RECEPTION-PC', {}, 0)] },
    pager: { words: '' },
    stored: { storedBytes: 0, sourceBytes: 0, versions: 0, sinceMs: undefined },
  }),
  'computer-one': computer({
    proved: {
      computers: 1,
      provedAtMs: undefined,
      unproved: 1,
      damaged: [],
      isOverdue: false,
      notRun: {
        atMs: lastMs,
        words: 'The disk of the box has no room for what the drill would bring back.',
        computer: undefined,
      },
      path: '/computers/dev_x/drills',
    },
    versions: [version(0)],
    pager: { words: '' },
  }),
  'computer-many': computer({}),
  'computer-long': computer({ name: longName, state: { kind: 'silent', sinceMs: nowMs - 9 * dayMs } }),
  'computer-revoked': computer({ gone: 'revoked' }),
  'computer-doubted': computer({ isDoubted: true }),
  'computer-bad-data': computer({ badData: { records: 3, lastAtMs: lastMs } }),
  ...addingSamples(longName),
  ...planSamples(longName),
  ...checkSamples(longName),
  ...peopleSamples(longName),
  ...copiesSamples(longName),
  ...activitySamples(viewer),
  ...customersSamples(longName),
  ...fleetSamples(longName),
  ...pruneSamples,
  ...keptSamples({ viewer, nowMs, longName }),
  ...basketSamples({ viewer, nowMs, longName }),
  ...previewSamples({ viewer, nowMs, longName }),
  ...drillSamples({ viewer, nowMs, longName }),
  ...lettersSamples(longName),
  ...recoverySamples({ viewer, nowMs, longName }),
  ...shareSamples({ viewer, longName }),
  ...restoreSamples({ viewer, nowMs, longName }),
  ...restoresSamples({ viewer, nowMs, longName }),
  'computer-failed': computer({
    state: { kind: 'failed' },
    failure: { atMs: lastMs, words: 'The plan is full: 500 of 500 GiB are used.', code: 'HF-QUOTA-EXCEEDED' },
    versions: [
      version(0, { isCheckpoint: true, kept: undefined }),
      version(0, { words: { name: 'n'.repeat(100), note: 'words of a long note '.repeat(90) }, kept: { kind: 'for-good' } }),
      version(0, { verdict: 'partial', skipped: 12, skippedPath: '/versions/snap_x/skipped' }),
      version(1, { verdict: 'failed', path: undefined }),
    ],
  }),
  'folder-none': folder({ entries: [], folder: undefined }),
  'folder-filtered-none': folder({ entries: [], filter: '<b>"zzz' }),
  'folder-one': folder({
    entries: manyEntries.slice(1, 2),
    earlierPath: undefined,
    keep: {
      words: { name: 'Before the new accounts', note: 'Everything as the auditors saw it.\nThe old layout, too.' },
      kept: { kind: 'for-good' },
      notePath: '/versions/snap_x/note',
      pinPath: undefined,
      unpinPath: '/versions/snap_x/unpin',
    },
  }),
  'folder-many': folder({
    backPath: '/restores/new?x',
    revertPath: '/restores/new?x&mode=revert',
    pager: { words: '200 on this page', next: '?after=x', backWord: 'First' },
  }),
  'folder-choosing': folder({
    entries: manyEntries.map((entry, index) => ({ ...entry, basket: { item: `snap_x/home/${index}`, isIn: index % 2 === 1 } })),
    basket: fullBasket(nowMs, longName),
  }),
  'folder-long': folder({
    entries: longEntries,
    folder: longName.repeat(3),
    keep: {
      words: { name: 'n'.repeat(100), note: `${'w'.repeat(1000)}\n${'words '.repeat(160)}` },
      kept: { kind: 'while', reason: { kind: 'newest-good' } },
      notePath: '/versions/snap_x/note',
      pinPath: '/versions/snap_x/pin',
      unpinPath: undefined,
    },
  }),
  'skipped-one': skipped(skippedRows.slice(0, 1), 1),
  'skipped-many': skipped(skippedRows, 3),
  'skipped-long': skipped([{ path: `/home/${longName}/${'x'.repeat(200)}`, reason: 'failed', detail: 'y'.repeat(120) }], 10_001),
} as const satisfies Record<string, (page: PageContext) => Html>

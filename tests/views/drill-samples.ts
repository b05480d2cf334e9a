/** The pages about proved restores in the states a reader may find them in. */
import type { Html } from '../../views/html.ts'
import { type DrilledFileProps, type DrillPageProps, drillPage } from '../../views/pages/drill.ts'
import { type DrillRowProps, type DrillsPageProps, drillsPage } from '../../views/pages/drills.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

type Sample = (page: PageContext) => Html
const dayMs = 86_400_000
const MiB = 1024 ** 2
const GiB = 1024 ** 3
const nothingTwice = { readTwice: 0, readTwiceBytes: 0 } as const

export function drillSamples(options: { readonly viewer: Viewer; readonly nowMs: number; readonly longName: string }) {
  const { viewer, nowMs, longName } = options
  const computer = { name: 'RECEPTION-PC', path: '/computers/dev_x', number: 'D-000007' }

  const row = (props: Partial<DrillRowProps> = {}): DrillRowProps => ({
    kind: 'proved',
    atMs: nowMs - 3 * dayMs,
    path: '/drills/drl_x',
    askedBy: undefined,
    files: 13,
    bytes: 18.2 * MiB,
    readTwice: 1,
    readTwiceBytes: 2 * GiB,
    damaged: 0,
    detail: undefined,
    ...props,
  })
  const list =
    (props: Partial<DrillsPageProps>): Sample =>
    (page) =>
      drillsPage({
        ...page,
        viewer,
        computer,
        path: '/computers/dev_x/drills',
        lastProvedAtMs: nowMs - 3 * dayMs,
        damagedAtMs: undefined,
        nextAtMs: nowMs + 4 * dayMs,
        open: undefined,
        drills: [
          row(),
          row({
            atMs: nowMs - 4 * dayMs,
            kind: 'cancelled',
            askedBy: 'helen@calder-rowe.example',
            files: 0,
            bytes: 0,
            ...nothingTwice,
          }),
          row({ atMs: nowMs - 10 * dayMs, kind: 'damaged', damaged: 3 }),
          row({
            atMs: nowMs - 17 * dayMs,
            kind: 'not-run',
            detail: 'The disk that holds these backups is not there, or another one lies in its place.',
            files: 0,
            bytes: 0,
            ...nothingTwice,
          }),
          ...Array.from({ length: 8 }, (_, index) => row({ atMs: nowMs - (24 + 7 * index) * dayMs })),
        ],
        orderPath: '/computers/dev_x/drills',
        hasVersions: true,
        pager: { words: '', next: '?before=x', backWord: 'Newest', nextWord: 'Older' },
        ...props,
      })

  const file = (name: string, props: Partial<DrilledFileProps> = {}): DrilledFileProps => ({
    name,
    sizeBytes: 1.4 * MiB,
    why: ['random'],
    way: 'restored',
    isTimeCompared: true,
    ranges: undefined,
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    problem: undefined,
    ...props,
  })
  const files = [
    ...Array.from({ length: 12 }, (_, index) => file(`home/helen/Documents/Invoices 2026/Invoice ${1040 + index}.pdf`)),
    file('home/helen/Documents/Wages March.ods', { why: ['newest'] }),
    file('var/lib/machines/accounts.vhdx', {
      why: ['largest'],
      way: 'read-twice',
      isTimeCompared: false,
      sizeBytes: 240 * GiB,
      ranges: Array.from({ length: 8 }, (_, index) => ({ start: index * 34 * GiB, end: index * 34 * GiB + 256 * MiB })),
    }),
  ]
  const version = (job: string, more: readonly DrilledFileProps[]) =>
    ({ job, atMs: nowMs - 3.4 * dayMs, path: '/versions/snap_x/browse', entries: 46_310, files: more, lost: [] }) as const
  const certificate =
    (props: Partial<DrillPageProps>): Sample =>
    (page) =>
      drillPage({
        ...page,
        viewer,
        path: '/drills/drl_x',
        customer: { name: 'Harbour Street Dental', number: 'C-000012' },
        computer,
        isInbox: false,
        drillsPath: '/computers/dev_x/drills',
        row: row(),
        startedAtMs: nowMs - 3 * dayMs - 74_000,
        endedAtMs: nowMs - 3 * dayMs,
        plans: 1,
        versionsRead: 1,
        entries: 46_310,
        filesTotal: 41_207,
        untimed: 0,
        program: '0.1.0',
        number: 'drl_abcdefghijklmnopqrst',
        progress: undefined,
        waitsFor: undefined,
        cancelPath: undefined,
        versions: [version('documents', files)],
        ...props,
      })
  const nothingRead = { plans: 0, versionsRead: 0, entries: 0, filesTotal: 0, versions: [] } as const

  return {
    'drills-none': list({
      lastProvedAtMs: undefined,
      nextAtMs: undefined,
      drills: [],
      hasVersions: false,
      orderPath: undefined,
      pager: { words: '' },
    }),
    'drills-not-yet': list({ lastProvedAtMs: undefined, nextAtMs: nowMs - 1000, drills: [], pager: { words: '' } }),
    'drills-one': list({ drills: [row()], pager: { words: '' } }),
    'drills-many': list({}),
    'drills-damaged': list({ damagedAtMs: nowMs - dayMs, drills: [row({ kind: 'damaged', damaged: 2 }), row()] }),
    'drills-viewer': list({ orderPath: undefined }),
    'drills-running': list({
      open: {
        row: row({ kind: 'running', askedBy: 'helen@calder-rowe.example', atMs: nowMs }),
        progress: { versions: 0, versionsTotal: 3, names: undefined, bytes: 312 * MiB },
        waitsFor: undefined,
        cancelPath: '/drills/drl_x/cancel',
      },
    }),
    'drills-opening': list({
      open: {
        row: row({ kind: 'running', atMs: nowMs }),
        progress: { versions: 1, versionsTotal: 3, names: 120_000, bytes: 312 * MiB },
        waitsFor: undefined,
        cancelPath: undefined,
      },
    }),
    'drills-long': list({
      computer: { name: longName, path: '/computers/dev_x' },
      drills: [row({ askedBy: `${longName.toLowerCase()}@office.example`, kind: 'not-run', detail: 'words '.repeat(150) })],
    }),
    'drill-proved': certificate({}),
    'drill-staff': certificate({ versions: undefined }),
    'drill-many-plans': certificate({
      plans: 19,
      versionsRead: 16,
      untimed: 2,
      versions: [version('documents', [file('home/helen/Documents/Wages March.ods', { why: ['again'], isTimeCompared: false })])],
    }),
    'drill-inbox': certificate({ isInbox: true, row: row({ kind: 'damaged', damaged: 1 }) }),
    'drill-damaged': certificate({
      row: row({ kind: 'damaged', damaged: 2, files: 13, askedBy: 'helen@calder-rowe.example' }),
      versionsRead: 2,
      versions: [
        {
          ...version('documents', [
            file('home/helen/Documents/Wages March.ods', {
              sha256: undefined,
              problem:
                'record 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08: a record does not match its checksum',
            }),
            ...files,
          ]),
          lost: [{ name: 'home/helen/Pictures', why: '1 records that a version needs are stored nowhere' }],
        },
        version('pictures', []),
      ],
    }),
    'drill-not-run': certificate({
      ...nothingRead,
      row: row({
        kind: 'not-run',
        files: 0,
        bytes: 0,
        ...nothingTwice,
        detail: 'The disk of the box has no room for what the drill would bring back.',
      }),
    }),
    'drill-cancelled': certificate({ ...nothingRead, row: row({ kind: 'cancelled', files: 0, bytes: 0, ...nothingTwice }) }),
    'drill-waiting': certificate({
      ...nothingRead,
      row: row({ kind: 'waiting', files: 0, bytes: 0, ...nothingTwice, askedBy: 'helen@calder-rowe.example' }),
      startedAtMs: undefined,
      endedAtMs: undefined,
      waitsFor: 'Waits until other work of the box is done: Freeing space.',
      cancelPath: '/drills/drl_x/cancel',
    }),
    'drill-long': certificate({
      customer: { name: longName, number: 'C-000012' },
      computer: { ...computer, name: longName },
      versions: [version('j'.repeat(100), [file('x'.repeat(255)), file(`${'many words '.repeat(40)}.txt`)])],
    }),
  } as const
}

/** The pages about proved restores in the states a reader may find them in. */
import type { Html } from '../../views/html.ts'
import { type DrilledFileProps, type DrillPageProps, drillPage } from '../../views/pages/drill.ts'
import { type DrillRowProps, type DrillsPageProps, drillsPage } from '../../views/pages/drills.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

type Sample = (page: PageContext) => Html
const dayMs = 86_400_000
const MiB = 1024 ** 2
const GiB = 1024 ** 3

export function drillSamples(options: { readonly viewer: Viewer; readonly nowMs: number; readonly longName: string }) {
  const { viewer, nowMs, longName } = options
  const computer = { name: 'RECEPTION-PC', path: '/computers/dev_x', number: 'D-000007' }

  const row = (props: Partial<DrillRowProps> = {}): DrillRowProps => ({
    kind: 'proved',
    atMs: nowMs - 3 * dayMs,
    path: '/drills/drl_x',
    askedBy: undefined,
    files: 14,
    bytes: 2.1 * GiB,
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
        nextAtMs: nowMs + 4 * dayMs,
        open: undefined,
        drills: [
          row(),
          row({ atMs: nowMs - 4 * dayMs, kind: 'cancelled', askedBy: 'helen@calder-rowe.example', files: 0, bytes: 0 }),
          row({ atMs: nowMs - 10 * dayMs, kind: 'damaged', damaged: 3 }),
          row({
            atMs: nowMs - 17 * dayMs,
            kind: 'not-run',
            detail: 'The disk that holds these backups is not there, or another one lies in its place.',
            files: 0,
            bytes: 0,
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
        drillsPath: '/computers/dev_x/drills',
        row: row(),
        startedAtMs: nowMs - 3 * dayMs - 74_000,
        endedAtMs: nowMs - 3 * dayMs,
        versionsRead: 1,
        entries: 46_310,
        program: '0.1.0',
        number: 'drl_abcdefghijklmnopqrst',
        progress: undefined,
        cancelPath: undefined,
        versions: [version('documents', files)],
        ...props,
      })
  const nothingRead = { versionsRead: 0, entries: 0, versions: [] } as const

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
    'drills-viewer': list({ orderPath: undefined }),
    'drills-running': list({
      open: {
        row: row({ kind: 'running', askedBy: 'helen@calder-rowe.example', atMs: nowMs }),
        progress: { versions: 0, versionsTotal: 3, bytes: 312 * MiB },
        cancelPath: '/drills/drl_x/cancel',
      },
    }),
    'drills-long': list({
      computer: { name: longName, path: '/computers/dev_x' },
      drills: [row({ askedBy: `${longName.toLowerCase()}@office.example`, kind: 'not-run', detail: 'words '.repeat(150) })],
    }),
    'drill-proved': certificate({}),
    'drill-staff': certificate({ versions: undefined }),
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
        detail: 'The disk of the box has no room for what the drill would bring back.',
      }),
    }),
    'drill-cancelled': certificate({ ...nothingRead, row: row({ kind: 'cancelled', files: 0, bytes: 0 }) }),
    'drill-waiting': certificate({
      ...nothingRead,
      row: row({ kind: 'waiting', files: 0, bytes: 0, askedBy: 'helen@calder-rowe.example' }),
      startedAtMs: undefined,
      endedAtMs: undefined,
      cancelPath: '/drills/drl_x/cancel',
    }),
    'drill-long': certificate({
      customer: { name: longName, number: 'C-000012' },
      computer: { ...computer, name: longName },
      versions: [version('j'.repeat(100), [file('x'.repeat(255)), file(`${'many words '.repeat(40)}.txt`)])],
    }),
  } as const
}

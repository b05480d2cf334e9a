/** The pages about kept versions in the states a reader may find them in. */
import type { Html } from '../../views/html.ts'
import { type BinnedVersion, type BinPageProps, binPage } from '../../views/pages/bin.ts'
import { type KeptPageProps, type KeptVersion, keptPage } from '../../views/pages/kept.ts'
import { type Rehearsal, type RulesPageProps, rulesPage } from '../../views/pages/rules.ts'
import { type VersionNotePageProps, versionNotePage } from '../../views/pages/version-note.ts'
import type { KeptReasonProps } from '../../views/partials/kept-until.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

type Sample = (page: PageContext) => Html
const dayMs = 86_400_000
const MiB = 1024 ** 2
const GiB = 1024 ** 3
const words =
  'At least one an hour for 2\u00a0days, one a day for 60\u00a0days, one a week for 26\u00a0weeks, one a month for 1\u00a0year, one a year for 1\u00a0year'

export function keptSamples(options: { readonly viewer: Viewer; readonly nowMs: number; readonly longName: string }) {
  const { viewer, nowMs, longName } = options
  const computer = { name: 'RECEPTION-PC', path: '/computers/dev_x' }
  const long = { name: longName, path: '/computers/dev_x' }

  const daily = { kind: 'newest-of', unit: 'daily', name: '2026-03-14', count: 60 } as const
  const until = (days: number, reason: KeptReasonProps, isBound = false) =>
    ({ kind: 'until', atMs: nowMs + days * dayMs, isBound, reason }) as const
  const version = (days: number, props: Partial<KeptVersion> = {}): KeptVersion => ({
    atMs: nowMs - days * dayMs - 18 * 60_000,
    verdict: 'ok',
    isCheckpoint: false,
    isPinned: false,
    newBytes: 21.4 * MiB,
    reasons: [{ kind: 'newest-of', unit: 'daily', count: 60, untilMs: nowMs + (60 - days) * dayMs }],
    pinPath: '/versions/snap_x/pin',
    unpinPath: undefined,
    deletePath: '/versions/snap_x/delete',
    kept: {
      kind: 'until',
      atMs: nowMs + (60 - days) * dayMs,
      isBound: false,
      reason: { ...daily, untilMs: nowMs + (60 - days) * dayMs },
    },
    words: undefined,
    path: '/versions/snap_x/browse',
    notePath: '/versions/snap_x/note?back=kept',
    ...props,
  })
  const versions: readonly KeptVersion[] = [
    version(0, {
      reasons: [{ kind: 'in-use' }],
      kept: { kind: 'while', reason: { kind: 'in-use' } },
      isCheckpoint: true,
      pinPath: undefined,
      deletePath: undefined,
      notePath: undefined,
    }),
    version(0, {
      reasons: [
        { kind: 'newest-good' },
        { kind: 'last-day', untilMs: nowMs + dayMs },
        { kind: 'hour-of-week', untilMs: nowMs + 7 * dayMs },
        { kind: 'newest-of', unit: 'yearly', count: 7, untilMs: nowMs + 2500 * dayMs },
      ],
      kept: until(2500, { kind: 'newest-of', unit: 'yearly', name: '2026', count: 7, untilMs: nowMs + 2500 * dayMs }, true),
      words: { name: 'After the move', note: '' },
    }),
    version(2, {
      verdict: 'partial',
      reasons: [{ kind: 'hour-of-week', untilMs: nowMs + 5 * dayMs }],
      kept: until(5, { kind: 'hour-of-week', untilMs: nowMs + 5 * dayMs }),
      words: { name: '', note: 'The scanner’s share was off.\nNothing of it is missing.' },
    }),
    version(3, {
      isPinned: true,
      reasons: [{ kind: 'pinned' }],
      kept: { kind: 'for-good' },
      words: { name: 'Before the new accounts', note: 'Everything as the auditors saw it. '.repeat(40).trim() },
      pinPath: undefined,
      unpinPath: '/versions/snap_x/unpin',
      deletePath: undefined,
    }),
    version(4, { reasons: [{ kind: 'last', count: 12 }], kept: { kind: 'while', reason: { kind: 'last', count: 12 } } }),
    version(5, {
      kept: until(24, { kind: 'newest-of', unit: 'weekly', name: '2026-W11', count: 4, untilMs: nowMs + 24 * dayMs }),
    }),
    version(6, {
      kept: until(355, { kind: 'newest-of', unit: 'monthly', name: '2026-03', count: 12, untilMs: nowMs + 355 * dayMs }),
    }),
    version(7, { kept: { kind: 'undo', atMs: nowMs + 6 * dayMs } }),
    ...Array.from({ length: 12 }, (_, index) => version(8 + index)),
    version(40, { reasons: [], kept: { kind: 'going' }, verdict: 'failed', newBytes: 0 }),
    version(41, {
      reasons: [{ kind: 'within', days: 90, untilMs: nowMs + 49 * dayMs }, { kind: 'in-use' }],
      kept: until(49, { kind: 'within', days: 90, untilMs: nowMs + 49 * dayMs }),
    }),
  ]
  const kept =
    (props: Partial<KeptPageProps>): Sample =>
    (page) =>
      keptPage({
        ...page,
        viewer,
        computer,
        versions,
        total: 312,
        going: 2,
        named: { isOnly: false, path: '/computers/dev_x/kept?named=1' },
        rules: { words, isOwn: false, plan: 'Silver' },
        rulesPath: '/computers/dev_x/rules',
        bin: { path: '/computers/dev_x/bin', count: 14 },
        pager: { words: '50 of 312', next: '?before=200', backWord: 'Newest', nextWord: 'Older' },
        ...props,
      })

  const binned = (days: number, props: Partial<BinnedVersion> = {}): BinnedVersion => ({
    atMs: nowMs - (days + 60) * dayMs,
    binnedAtMs: nowMs - days * dayMs,
    goesAtMs: nowMs + (7 - days) * dayMs,
    by: undefined,
    takeBackPath: '/versions/snap_x/take-back',
    words: undefined,
    ...props,
  })
  const bin =
    (props: Partial<BinPageProps>): Sample =>
    (page) =>
      binPage({
        ...page,
        viewer,
        computer,
        keptPath: '/computers/dev_x/kept',
        versions: [
          binned(0, { by: 'helen@calder-rowe.example' }),
          binned(1, { words: { name: 'Before the new accounts', note: 'As the auditors saw it.' } }),
          binned(3),
          binned(7),
        ],
        total: 4,
        deleted: undefined,
        takenBack: undefined,
        ...props,
      })

  const note =
    (props: Partial<VersionNotePageProps>): Sample =>
    (page) =>
      versionNotePage({
        ...page,
        viewer,
        trail: [{ name: 'Computers', path: '/computers' }, computer],
        computer: computer.name,
        takenAtMs: nowMs - 3 * dayMs,
        path: '/versions/snap_x/note',
        backPath: '/computers/dev_x/kept',
        back: 'kept',
        values: { name: '', note: '' },
        seen: 'x',
        meanwhile: undefined,
        isNamed: false,
        problems: {},
        nameMaxCharacters: 100,
        noteMaxCharacters: 2000,
        ...props,
      })

  const values = { keepLast: '0', allWithinDays: '0', hourly: '48', daily: '60', weekly: '26', monthly: '12', yearly: '1' }
  const rehearsal: Rehearsal = {
    isOfPlan: false,
    going: 118,
    staying: 194,
    comingBack: 0,
    freed: { freedBytes: 3.2 * GiB, looseBytes: 410 * MiB },
    first: Array.from({ length: 8 }, (_, index) => ({ atMs: nowMs - (61 + index) * dayMs, newBytes: 12.4 * MiB })),
  }
  const rules =
    (props: Partial<RulesPageProps>): Sample =>
    (page) =>
      rulesPage({
        ...page,
        viewer,
        computer,
        keptPath: '/computers/dev_x/kept',
        path: '/computers/dev_x/rules',
        plan: { name: 'Silver', words },
        isOwn: false,
        values,
        problems: {},
        rehearsal: undefined,
        ...props,
      })

  return {
    'kept-none': kept({
      versions: [],
      total: 0,
      going: 0,
      bin: { path: '/computers/dev_x/bin', count: 0 },
      pager: { words: '' },
    }),
    'kept-one': kept({ versions: versions.slice(1, 2), total: 1, going: 0, pager: { words: '' } }),
    'kept-many': kept({}),
    'kept-viewer': kept({
      rulesPath: undefined,
      named: undefined,
      versions: versions.map((one) => ({
        ...one,
        ...{ pinPath: undefined, unpinPath: undefined, deletePath: undefined },
        ...{ words: undefined, path: undefined, notePath: undefined },
      })),
    }),
    'kept-named': kept({
      versions: versions.filter((one) => one.words !== undefined),
      named: { isOnly: true, path: '/computers/dev_x/kept' },
      pager: { words: '3 of 3' },
    }),
    'kept-none-named': kept({ versions: [], named: { isOnly: true, path: '/computers/dev_x/kept' }, pager: { words: '' } }),
    'kept-long': kept({
      computer: long,
      versions: [version(0, { words: { name: 'n'.repeat(100), note: 'w'.repeat(2000) } }), ...versions],
      rules: { words, isOwn: true, plan: longName },
    }),
    note: note({}),
    'version-note-meanwhile': note({
      isNamed: true,
      values: { name: 'Before the move', note: '' },
      meanwhile: { name: longName, note: 'As the auditors saw it.\nDo not touch.' },
    }),
    'note-wrong': note({
      isNamed: true,
      values: { name: 'Before the new accounts', note: 'Everything as the auditors saw it.\nDo not touch.' },
      problems: { name: 'A name is one line of at most 100 characters.', note: 'A note has at most 2000 characters.' },
    }),
    'note-long': note({ computer: longName, isNamed: true, values: { name: 'n'.repeat(100), note: 'w '.repeat(1000) } }),
    'bin-none': bin({ versions: [], total: 0 }),
    'bin-many': bin({}),
    'bin-deleted': bin({ deleted: binned(0, { by: 'helen@calder-rowe.example' }) }),
    'bin-taken-back': bin({ takenBack: { atMs: nowMs - 60 * dayMs, isPinned: true } }),
    'bin-long': bin({ computer: long, versions: [binned(0, { by: `${longName.toLowerCase()}@office.example` })], total: 5000 }),
    rules: rules({}),
    'rules-wrong': rules({ values: { ...values, daily: 'many' }, problems: { daily: 'Give a whole number from 0 to 10,000.' } }),
    'rules-rehearsed': rules({ values: { ...values, daily: '14' }, rehearsal }),
    'rules-rehearsed-nothing': rules({ rehearsal: { ...rehearsal, going: 0, comingBack: 3, first: [] } }),
    'rules-rehearsed-plan': rules({ isOwn: true, rehearsal: { ...rehearsal, isOfPlan: true, freed: undefined } }),
  } as const
}

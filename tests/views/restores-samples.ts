/** Back to the computer, in the states a reader may find its pages in. */
import type { Html } from '../../views/html.ts'
import { type NewRestorePageProps, newRestorePage } from '../../views/pages/new-restore.ts'
import { type RestoreProps, restoreOrderPage } from '../../views/pages/restore-order.ts'
import { type RestoreRow, restoresPage } from '../../views/pages/restores.ts'
import type { RehearsalProps } from '../../views/partials/restore-meets.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

type Sample = (page: PageContext) => Html
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const MiB = 1024 ** 2
const GiB = 1024 ** 3

export function restoresSamples({
  viewer,
  nowMs,
  longName,
}: {
  readonly viewer: Viewer
  readonly nowMs: number
  readonly longName: string
}) {
  const here = { value: 'dev_x', name: 'RECEPTION-PC', isListening: true, lastSeenAtMs: nowMs - 60_000 }
  const away = { value: 'dev_y', name: 'OLD-LAPTOP', isListening: false, isWithoutRun: true, lastSeenAtMs: nowMs - 3 * dayMs }
  const longPath = `/home/helen/${'a folder within a folder/'.repeat(12)}${longName}.docx`
  const estimate = { asOfMs: nowMs - hourMs, different: 12, missing: 3, same: 214, extra: 4, isWhole: true }

  const choice =
    (props: Partial<NewRestorePageProps> = {}): Sample =>
    (page) =>
      newRestorePage({
        ...page,
        ...{ viewer, mode: 'restore', targets: [here, away], target: here, problems: {}, estimate },
        trail: [
          { name: 'Computers', path: '/computers' },
          { name: 'RECEPTION-PC', path: '/computers/dev_x' },
        ],
        ...{ names: ['/home/helen/Documents'], selected: 1, files: 229, folders: 31, bytes: 1.2 * GiB, isWhole: true },
        ...{ computer: 'RECEPTION-PC', takenAtMs: nowMs - 2 * dayMs, backPath: '/versions/snap_x/browse/home/helen' },
        hidden: [
          ['version', 'snap_x'],
          ['mode', 'restore'],
          ['path', '/home/helen/Documents'],
        ],
        values: { place: 'original', folder: '', rule: 'keep-both' },
        ...props,
      })

  const counters = {
    ...{ files: 212, folders: 30, bytes: 1.2 * GiB, replaced: 12, same: 17, kept: 0, beside: 0, failed: 0 },
    ...{ verifiedFiles: 212, verifiedBytes: 1.2 * GiB, removed: 0, left: 0, notSet: 0, sockets: 0 },
    ...{ elapsedMs: 41_000, attempts: 1 },
  }
  const base: RestoreProps = {
    ...{ mode: 'restore', state: 'waiting', path: '/restores/rst_x', computer: 'RECEPTION-PC', computerPath: '/computers/dev_x' },
    ...{ source: 'RECEPTION-PC', versionPath: '/versions/snap_x/browse', versionAtMs: nowMs - 2 * dayMs, isListening: false },
    ...{ lastSeenAtMs: nowMs - 5 * hourMs, askedAtMs: nowMs - hourMs, askedBy: 'helen@calder-rowe.example' },
    ...{ expiresAtMs: nowMs + 14 * dayMs, endedAtMs: undefined, names: ['/home/helen/Documents'], selected: 1, files: 229 },
    ...{ bytes: 1.2 * GiB, folder: undefined, rule: 'replace-all', counters: undefined, proof: undefined, failure: undefined },
    ...{ running: undefined, cancelPath: '/restores/rst_x/cancel', undoPath: undefined, beforePath: undefined },
    ...{ isLive: true, isBegun: false, isBehind: false, isWhole: true, againPath: undefined },
  }
  const one =
    (props: Partial<RestoreProps> = {}): Sample =>
    (page) =>
      restoreOrderPage({ ...page, viewer, restore: { ...base, ...props }, streamPath: '/restores/rst_x/live' })
  const nameless = { kept: [], beside: [], failed: [], notSet: [], left: [] }
  const over = { isLive: false, isBegun: true, endedAtMs: nowMs - 60_000 }
  const ended = { ...over, counters, proof: nameless }
  const running: RestoreProps['running'] = {
    ...{ what: 'restore', computer: 'RECEPTION-PC', path: '/restores/rst_x', job: 'default', phase: 'restoring', filesDone: 80 },
    ...{
      filesTotal: 229,
      bytesDone: 400 * MiB,
      bytesTotal: 1.2 * GiB,
      bytesPerSecond: 31 * MiB,
      leftMs: 26_000,
      isStopping: false,
    },
    stopPath: undefined,
  }

  const row = (days: number, props: Partial<RestoreRow> = {}): RestoreRow => ({
    ...{ path: '/restores/rst_x', askedAtMs: nowMs - days * dayMs - hourMs, askedBy: 'helen@calder-rowe.example' },
    ...{ computer: 'RECEPTION-PC', source: undefined, what: '/home/helen/Documents', files: 229, bytes: 1.2 * GiB },
    ...{ isRevert: false, isWhole: true, state: 'done' },
    ...props,
  })
  const list =
    (restores: readonly RestoreRow[], open = 0): Sample =>
    (page) =>
      restoresPage({
        ...page,
        viewer,
        restores,
        open,
        pager: { words: 'The newest', next: '/restores?before=x', nextWord: 'Older' },
      })

  const told: RehearsalProps = {
    ...{
      kind: 'told',
      creates: 3,
      folders: 1,
      replaces: 12,
      beside: 0,
      same: 214,
      keeps: 0,
      fails: 1,
      goes: 4,
      bytes: 1.2 * GiB,
    },
    ...{ freeBytes: 0.4 * GiB, replaced: ['/home/helen/Documents/plan.docx', longPath], gone: [longPath], isWhole: true },
  }
  const rehearsal = (answer: RehearsalProps): Sample => choice({ rehearsal: { path: '/restores/rehearsals/rst_x', answer } })

  return {
    'restore-new': choice(),
    'restore-new-away': choice({ target: away, estimate: undefined }),
    'restore-new-wrong': choice({
      values: { place: 'folder', folder: 'Back', rule: 'replace-older' },
      problems: { folder: 'Give a whole path, such as /home/ann/back.', form: 'OLD-LAPTOP is not connected any more.' },
    }),
    'restore-new-nowhere': choice({ targets: [], target: undefined }),
    'restore-revert-nowhere': choice({ mode: 'revert', target: undefined, computer: longName }),
    'restore-new-long': choice({
      names: Array.from({ length: 12 }, () => longPath),
      selected: 500,
      computer: longName,
      isWhole: false,
    }),
    'restore-revert': choice({ mode: 'revert', targets: [here], target: here }),
    'restore-rehearsed': rehearsal(told),
    'restore-not-rehearsed': rehearsal({
      kind: 'failed',
      words: 'This program does not know "rehearse".',
      code: 'HF-NOT-IN-THIS-VERSION',
    }),
    'restore-waiting': one(),
    'restore-waiting-without-run': one({ isWithoutRun: true }),
    'restore-running': one({ state: 'running', isBegun: true, running, isListening: true }),
    'restore-taken': one({ state: 'running', isListening: true, isBehind: true, isWhole: false }),
    'restore-done': one({ state: 'done', ...ended }),
    'restore-partly': one({
      ...ended,
      state: 'partly',
      counters: { ...counters, kept: 2, beside: 1, failed: 900, notSet: 3, sockets: 1, attempts: 2 },
      againPath: '/restores/new?again',
      proof: {
        kept: [{ path: '/home/helen/new.txt', reason: 'not-older' }],
        beside: [{ path: '/home/helen/plan.docx', name: 'plan (restored).docx' }],
        failed: [
          { path: longPath, code: 'EACCES', detail: 'EACCES: permission denied' },
          { path: '/home/ann/plan.dwg', code: 'missing', detail: 'no whole copy of chunk 1e6e78ad was found' },
        ],
        notSet: [{ path: longPath, what: 'owner', detail: 'EPERM: operation not permitted' }],
        left: [],
      },
    }),
    'restore-failed': one({
      ...{
        state: 'failed',
        endedAtMs: nowMs,
        isLive: false,
        againPath: '/restores/new?again',
        failure: { code: 'HF-NOT-IN-THIS-VERSION', words: 'This program does not know "restore".' },
      },
    }),
    'restore-cancelled': one({ state: 'cancelled', isLive: false, endedAtMs: nowMs }),
    'restore-stopped': one({ ...over, state: 'cancelled', isLive: true }),
    'restore-expired': one({ ...over, isBegun: false, state: 'expired', computer: longName, folder: longPath }),
    'restore-silent': one({ ...over, state: 'expired', computer: longName }),
    'restore-reverted': one({
      ...ended,
      ...{ mode: 'revert', state: 'done', undoPath: '/restores/new?undo', beforePath: '/versions/snap_y/browse' },
      counters: { ...counters, removed: 4 },
    }),
    restores: list([]),
    'restores-many': list(
      [
        row(0, { state: 'running' }),
        row(0, { state: 'waiting', source: 'OLD-LAPTOP' }),
        row(2, { isRevert: true, isWhole: false }),
        row(3, { what: longPath, computer: longName, state: 'partly' }),
        row(9, { state: 'failed' }),
      ],
      2,
    ),
  } satisfies Record<string, Sample>
}

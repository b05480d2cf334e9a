/** The pages Storage, Second copy as a reader may find them. */
import type { Html } from '../../views/html.ts'
import { type CopiesPageProps, copiesPage } from '../../views/pages/copies.ts'
import { type CopyPageProps, copyPage } from '../../views/pages/copy.ts'
import type { CopyProps } from '../../views/partials/copies-list.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const MiB = 1024 ** 2
const GiB = 1024 ** 3
const viewer: Viewer = {
  name: 'Otto Berg',
  role: 'Administrator',
  account: { name: 'This box', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}

const whole: CopyProps = {
  name: 'Disk in the cellar',
  path: '/storage/copies/cpy_x',
  folder: '/mnt/cellar/holdfast',
  state: 'ok',
  asOfMs: nowMs - 16 * hourMs,
  missingBytes: 0,
  missingVersions: 0,
  storedBytes: 812 * GiB,
  nextAtMs: nowMs + 8 * hourMs,
  result: 'Last run: 3.4 GiB in 436 files copied, 27 GiB read back.',
  progress: undefined,
}
const form: CopiesPageProps['form'] = {
  ...{ name: 'Second copy', everyHours: '24', atHour: '2', limitMiB: '', isPaused: false },
  ...{ folder: '', isSameDiskAllowed: false, isTakingOver: false, problem: undefined, tested: undefined },
}

function all(copies: readonly CopyProps[], props: Partial<CopiesPageProps> = {}): (page: PageContext) => Html {
  return (page) => copiesPage({ ...page, viewer, copies, form, ...props }) as unknown as Html
}

function one(copy: Partial<CopyProps>, props: Partial<CopyPageProps> = {}): (page: PageContext) => Html {
  const more = {
    comparedAtMs: nowMs - 16 * hourMs,
    readAllSinceMs: nowMs - 29 * dayMs,
    freeBytes: 1.2 * 1024 * GiB,
    unknownFiles: 0,
  }
  return (page) => copyPage({ ...page, viewer, copy: { ...whole, ...copy }, more, form, ...props }) as unknown as Html
}

export function copiesSamples(longName: string) {
  const failed: CopyProps = {
    ...whole,
    name: 'Office in Kiel',
    folder: '/mnt/kiel',
    state: 'failed',
    asOfMs: nowMs - 3 * dayMs,
    missingBytes: 41 * GiB,
    missingVersions: 96,
    result: 'Last run: failed. There is no holdfast-copy.json: the disk of this copy is not there, or was emptied.',
  }
  const running: CopyProps = {
    ...whole,
    state: 'running',
    missingBytes: 9 * GiB,
    missingVersions: 12,
    progress: { words: 'Copying', bytes: 3.1 * GiB, bytesTotal: 12 * GiB, sinceMs: nowMs - 4 * 60_000 },
  }
  const first: CopyProps = {
    ...whole,
    state: 'first',
    asOfMs: undefined,
    storedBytes: 0,
    missingBytes: 812 * GiB,
    missingVersions: 1204,
    nextAtMs: 0,
    result: '',
  }
  const many = Array.from({ length: 12 }, (_, index) => ({
    ...whole,
    name: `${longName}-${index}`,
    folder: `/mnt/${longName}/${index}`,
  }))
  return {
    'copies-none': all([]),
    'copies-one': all([whole]),
    'copies-failed': all([whole, failed]),
    'copies-old': all([{ ...whole, state: 'old', asOfMs: nowMs - 9 * dayMs, missingBytes: 70 * GiB, missingVersions: 300 }]),
    'copies-running': all([running]),
    'copies-first': all([first]),
    'copies-many': all(many),
    'copies-refused': all([], {
      form: {
        ...form,
        folder: '/mnt/copy',
        problem: '/mnt/copy is on the same disk as the box; one broken disk would take both. Is the other disk mounted?',
      },
    }),
    'copies-tested': all([], {
      form: { ...form, folder: '/mnt/copy', tested: { freeBytes: 1.8 * 1024 * GiB, holdsCopy: true } },
    }),
    'copy-whole': one({}),
    'copy-running': one(running),
    'copy-paused': one(
      { state: 'paused', nextAtMs: undefined },
      { form: { ...form, isPaused: true, limitMiB: '20', problem: undefined } },
    ),
    'copy-damaged': one(
      {
        state: 'damaged',
        name: longName,
        result: 'Last run: 12 MiB in 2 files copied. 1 file was damaged in the copy.',
        missingBytes: 8 * MiB,
      },
      {
        more: { comparedAtMs: undefined, readAllSinceMs: undefined, freeBytes: undefined, unknownFiles: 1204 },
        form: { ...form, problem: 'The limit is a number of MiB a second, or empty.' },
      },
    ),
  }
}

/** The page Freeing space: nobody looked, nothing to do, a good night, refused, under way, and too long. */
import type { Html } from '../../views/html.ts'
import { type PruneAccount, type PrunePageProps, prunePage } from '../../views/pages/prune.ts'
import type { ChoreProps } from '../../views/partials/chores.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const nightMs = nowMs - 14 * 3_600_000
const MiB = 1024 ** 2
const GiB = 1024 ** 3

const viewer: Viewer = {
  name: 'Helen Rowe',
  role: 'Administrator',
  account: { name: 'This box', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}

const idle: ChoreProps = {
  name: 'prune',
  title: 'Freeing space',
  about: 'Every night.',
  page: '/storage/prune',
  state: 'ok',
  progress: undefined,
  lastAtMs: nightMs,
  lastTookMs: 90_000,
  result: '1.2 GiB freed on the disk, 3.1 GiB put into the trash.',
  nextAtMs: nowMs + 10 * 3_600_000,
}

const account: PruneAccount = {
  uid: 'ab'.repeat(16),
  name: 'Calder & Rowe Architects (C-000042)',
  plan: {
    atMs: nightMs,
    versions: 412,
    stored: { packs: 18_402, bytes: 141 * GiB },
    neededBytes: 138 * GiB,
    held: { packs: 3, bytes: 24 * MiB },
    condemn: { packs: 12, bytes: 96 * MiB },
    trash: { packs: 61, bytes: 488 * MiB },
    repack: { packs: 24, bytes: 90 * MiB },
    purge: { packs: 140, bytes: Math.round(1.1 * GiB) },
    waitingInTrash: { packs: 402, bytes: Math.round(3.1 * GiB) },
    reclaimableBytes: 4_012_345_678,
  },
  result: { atMs: nightMs, freedBytes: Math.round(1.2 * GiB), trashedBytes: Math.round(3.1 * GiB) },
  refusal: undefined,
}

function page(props: Partial<PrunePageProps>): (context: PageContext) => Html {
  const accounts = props.accounts ?? [account]
  const reclaimableBytes = accounts.reduce((sum, { plan }) => sum + (plan?.reclaimableBytes ?? 0), 0)
  return (context) => prunePage({ ...context, viewer, chore: idle, accounts, reclaimableBytes, problem: undefined, ...props })
}

const longName = 'A VERY LONG NAME OF AN ACCOUNT THAT SOMEBODY GAVE WITHOUT THINKING OF TABLES AND PHONES 0123456789 (C-000043)'

export const pruneSamples = {
  'prune-new': page({ accounts: [{ ...account, plan: undefined, result: undefined }], chore: { ...idle, state: 'none' } }),
  'prune-many': page({ accounts: [account, { ...account, name: longName }, { ...account, plan: undefined, result: undefined }] }),
  'prune-wrong-number': page({ problem: 'Type 4012345678, the number of bytes that would go.' }),
  'prune-refused': page({
    accounts: [
      {
        ...account,
        refusal: {
          atMs: nightMs,
          words: 'One run would free 67.0 GiB of 141.0 GiB that are stored, more than 30 %.',
          isConfirmable: true,
        },
      },
      {
        ...account,
        uid: 'cd'.repeat(16),
        name: longName,
        refusal: {
          atMs: nightMs,
          words: 'The folders of stored files cannot be trusted: a folder cannot be read (EIO).',
          isConfirmable: false,
        },
      },
    ],
  }),
  'prune-running': page({
    chore: {
      ...idle,
      state: 'running',
      progress: { words: 'files put together', done: 12, total: 40, unit: 'count', sinceMs: nowMs - 60_000 },
    },
  }),
} as const

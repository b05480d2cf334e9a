/** The page Storage, Check as a reader may find it. */
import type { Html } from '../../views/html.ts'
import { type CheckPageProps, checkPage } from '../../views/pages/check.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const dayMs = 24 * 60 * 60_000
const GiB = 1024 ** 3
const viewer: Viewer = {
  name: 'Otto Berg',
  role: 'Administrator',
  account: { name: 'This box', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}

const whole = {
  name: 'Calder & Rowe Architects',
  number: 'C-000042',
  checkedAtMs: nowMs - dayMs / 2,
  oldestReadAtMs: nowMs - 27 * dayMs,
  bytes: 812 * GiB,
  versions: 1204,
  faults: 0,
  damagedVersions: 0,
}
const damage = [
  {
    customer: whole.name,
    what: 'A record does not open.',
    id: '3f2ffdb56639eba7',
    why: 'a record does not match its checksum',
    isLost: true,
  },
  {
    customer: whole.name,
    what: 'One of two files that hold the same is damaged.',
    id: '8a0efe58a8ee1120',
    why: 'it is not there',
    isLost: false,
  },
]

function sample(props: Partial<CheckPageProps>): (page: PageContext) => Html {
  return (page) =>
    checkPage({
      ...page,
      viewer,
      customers: [whole],
      hasMore: false,
      damage: [],
      versions: [],
      backlog: { files: 0, bytes: 0 },
      running: undefined,
      repaired: undefined,
      ...props,
    }) as unknown as Html
}

export function checkSamples(longName: string) {
  return {
    'check-none': sample({ customers: [], backlog: { files: 1, bytes: 8 * 1024 ** 2 } }),
    'check-new': sample({ customers: [{ ...whole, checkedAtMs: undefined, oldestReadAtMs: undefined, versions: 1 }] }),
    'check-whole': sample({ repaired: { atMs: nowMs - 9 * dayMs, words: '12 records saved out of 1 file.' } }),
    'check-running': sample({ running: 'Checking what is stored', backlog: { files: 214, bytes: 1.6 * GiB } }),
    'check-half': sample({ customers: [{ ...whole, faults: 1 }], damage: damage.slice(1) }),
    'check-damaged': sample({
      customers: [
        { ...whole, faults: 2, damagedVersions: 2 },
        { ...whole, name: 'Quay Dental', number: 'C-000043' },
      ],
      damage,
      versions: [
        { computer: 'RECEPTION-PC', job: 'Documents', takenAtMs: nowMs - dayMs },
        { computer: 'RECEPTION-PC', job: 'Documents', takenAtMs: nowMs - 2 * dayMs },
      ],
    }),
    'check-long': sample({
      customers: Array.from({ length: 60 }, (_, index) => ({
        ...whole,
        name: index === 0 ? longName : `Customer ${index}`,
        number: `C-${String(index).padStart(6, '0')}`,
        faults: index === 0 ? 1_000_000 : 0,
        damagedVersions: index === 0 ? 100_000 : 0,
      })),
      hasMore: true,
      damage: Array.from({ length: 100 }, () => ({ ...damage[0]!, customer: longName, why: longName })),
      versions: Array.from({ length: 100 }, (_, index) => ({
        computer: longName,
        job: longName,
        takenAtMs: nowMs - index * dayMs,
      })),
    }),
  } as const
}

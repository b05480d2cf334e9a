import { kitSheet, type RecoveryKit } from '../../server/recovery-kits/recovery-kit.ts'
import { sheetProps } from '../../server/recovery-kits/recovery-kit-page.ts'
import type { Html } from '../../views/html.ts'
import { type RecoveryPageProps, recoveryPage } from '../../views/pages/recovery.ts'
import { kitShownPage, recoveryKitPage } from '../../views/pages/recovery-kit.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

/** Of nobody: it opens nothing. */
const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 7 + 3) % 256))
const uid = Buffer.alloc(16, 0x5c)

/** The pages of recovery in their states. */
export function recoverySamples({ viewer, nowMs, longName }: { viewer: Viewer; nowMs: number; longName: string }) {
  const dayMs = 86_400_000
  const kit = (name: string): RecoveryKit => ({
    ...{ opens: 'customer', secret, uid, printedAtMs: nowMs, addresses: ['https://backup.northquay.example:8080'] },
    customer: { name, number: 'C-000042' },
  })
  const shown = (name: string) => (page: PageContext) =>
    kitShownPage({ ...page, viewer, backPath: '/', sheet: sheetProps(kitSheet(kit(name))) })
  const before = (printedAtMs: number | undefined, isFirst: boolean) => (page: PageContext) =>
    recoveryKitPage({ ...page, viewer, path: '/customers/cus_x/recovery-kit', printedAtMs, isFirst })
  const staff = { ...viewer, role: 'Administrator', standing: 'box', staff: 'administrator' } as const
  const recovery = (props: Pick<RecoveryPageProps, 'kitPrintedAtMs' | 'selfBackups'>) => (page: PageContext) =>
    recoveryPage({ ...page, viewer: staff, ...props })
  const rows = Array.from({ length: 30 }, (_, index) => ({
    number: 312 - index,
    atMs: nowMs - index * dayMs,
    sizeBytes: 48_000 + index,
  }))
  return {
    'kit-first': before(undefined, true),
    'kit-printed': before(nowMs - 40 * dayMs, false),
    'kit-shown': shown('Calder & Rowe Architects'),
    'kit-shown-long': shown(longName),
    'recovery-none': recovery({ kitPrintedAtMs: undefined, selfBackups: [] }),
    'recovery-one': recovery({ kitPrintedAtMs: undefined, selfBackups: rows.slice(0, 1) }),
    'recovery-many': recovery({ kitPrintedAtMs: nowMs - 40 * dayMs, selfBackups: rows }),
  } as const satisfies Record<string, (page: PageContext) => Html>
}
